#include "server/api.h"
#include "server/openapi.h"

static const struct pr_field health_fields[] = {
	{.name = "status", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape health = {.name = "Health", PR_FIELDS(health_fields)};

static int get_health(struct pr_call *call, struct pr_err *err)
{
	return pr_reply(call, 200, json_pack("{s:s}", "status", "ok"), err);
}

static int get_openapi(struct pr_call *call, struct pr_err *err)
{
	return pr_reply(call, 200, pr_openapi(), err);
}

static const struct pr_route routes[] = {
	{.method = "GET",
		.path = "/health",
		.access = PR_ACCESS_PUBLIC,
		.status = 200,
		.answer = &health,
		.summary = "Whether the platform serves",
		.fn = get_health},
	{.method = "GET",
		.path = "/openapi.json",
		.access = PR_ACCESS_PUBLIC,
		.flags = PR_ROUTE_ANY,
		.status = 200,
		.summary = "This description",
		.fn = get_openapi},
};

const struct pr_routes pr_routes_service = PR_ROUTES("service", routes);
