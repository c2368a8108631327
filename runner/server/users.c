#include "store/users.h"
#include "server/api.h"
#include "server/shapes.h"

static const struct pr_field user_fields[] = {
	{.name = "username", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "email", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
};

const struct pr_shape pr_shape_user = {.name = "User", PR_FIELDS(user_fields)};

static const struct pr_field create_fields[] = {
	{.name = "username",
		.kind = PR_FIELD_TEXT,
		.flags = PR_FIELD_REQUIRED,
		.min = 1,
		.max = 255},
	{.name = "email", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE, .max = 255},
};

static const struct pr_shape create_shape = {.name = "UserCreate", PR_FIELDS(create_fields)};

static int create(struct pr_call *call, struct pr_err *err)
{
	json_t *made = NULL;
	int rc = pr_users_create(pr_call_store(call), pr_call_text(call, "username"),
		pr_call_text(call, "email"), &made, err);

	return pr_reply_outcome(call, rc, made, err);
}

static int list(struct pr_call *call, struct pr_err *err)
{
	struct pr_rows_page page = {.page = call->page, .limit = call->limit};
	int rc = pr_users_list(pr_call_store(call), &page, err);

	return rc ? rc : pr_reply_page(call, page.count, page.items, err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	json_t *found = NULL;
	int rc = pr_users_get(pr_call_store(call), call->ids[0], &found, err);

	return pr_reply_outcome(call, rc, found, err);
}

static const struct pr_route routes[] = {
	{"POST", "/api/v1/user", PR_ACCESS_TOKEN, PR_ROUTE_CHANGES | PR_ROUTE_USERS, 201,
		&create_shape, &pr_shape_user, "Add a user", create, "403 409"},
	{"GET", "/api/v1/user", PR_ACCESS_TOKEN, PR_ROUTE_PAGED, 200, NULL, &pr_shape_user,
		"List the users", list, ""},
	{"GET", "/api/v1/user/{user}", PR_ACCESS_TOKEN, 0, 200, NULL, &pr_shape_user, "Get a user",
		get, "404"},
};

const struct pr_routes pr_routes_users = PR_ROUTES("users", routes);
