#include "store/integrations.h"
#include "codec/json.h"
#include "server/api.h"
#include "server/integrations_control.h"
#include "server/shapes.h"
#include "server/usage.h"
#include "store/environments.h"

static const char *const providers[] = {"opentelemetry", "slack", "prechecks", "safeguards",
	"autopause", "chatgpt", "assistant", "snapshot", "notification", NULL};

static const char *const vendors[] = {
	"dynatrace", "honeycomb", "gcp", "slack", "reliably", "openai", "grafana", NULL};

static const struct pr_field create_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED, .max = 255},
	{.name = "provider",
		.kind = PR_FIELD_TEXT,
		.flags = PR_FIELD_REQUIRED,
		.choices = providers},
	{.name = "vendor", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE, .choices = vendors},
	{.name = "environment",
		.kind = PR_FIELD_SHAPE,
		.flags = PR_FIELD_REQUIRED,
		.shape = &pr_shape_environment_create},
};

static const struct pr_shape create_shape = {.name = "IntegrationCreate", PR_FIELDS(create_fields)};

static const struct pr_field integration_fields[] = {
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "org_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "provider",
		.kind = PR_FIELD_TEXT,
		.flags = PR_FIELD_REQUIRED,
		.choices = providers},
	{.name = "vendor", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE, .choices = vendors},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
	{.name = "environment_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape integration = {.name = "Integration", PR_FIELDS(integration_fields)};

static const struct pr_field provider_fields[] = {
	{.name = "type", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "module", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "arguments", .kind = PR_FIELD_DOCUMENT, .flags = PR_FIELD_OMITTED},
	{.name = "secrets", .kind = PR_FIELD_ANY, .flags = PR_FIELD_OMITTED},
};

static const struct pr_shape provider_shape = {
	.name = "IntegrationControlProvider", PR_FIELDS(provider_fields)};

static const struct pr_field control_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "provider",
		.kind = PR_FIELD_SHAPE,
		.flags = PR_FIELD_REQUIRED,
		.shape = &provider_shape},
};

static const struct pr_shape control = {.name = "IntegrationControl", PR_FIELDS(control_fields)};

static struct pr_integration_id id_of(const struct pr_call *call)
{
	return (struct pr_integration_id){.organization = call->organization, .id = call->ids[0]};
}

static int create(struct pr_call *call, struct pr_err *err)
{
	json_t *made = NULL;
	int rc = pr_integrations_create(
		pr_call_store(call), call->organization, call->body, &made, err);

	return pr_reply_outcome(call, rc, made, err);
}

static int list(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_list(call, pr_integrations_list, err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	struct pr_integration_id id = id_of(call);
	json_t *found = NULL;
	int rc = pr_integrations_get(pr_call_store(call), &id, &found, err);

	return pr_reply_outcome(call, rc, found, err);
}

static int get_control(struct pr_call *call, struct pr_err *err)
{
	struct pr_integration_id id = id_of(call);
	struct pr_environment_id environment_id = {.organization = call->organization};
	json_auto_t *found = NULL;
	json_auto_t *environment = NULL;
	json_t *made = NULL;
	int rc = pr_integrations_get(pr_call_store(call), &id, &found, err);

	if (rc)
		return pr_reply_outcome(call, rc, NULL, err);
	environment_id.id = pr_json_str(found, "environment_id");
	rc = pr_environments_get(pr_call_store(call), &environment_id, false, &environment, err);
	if (!rc)
		rc = pr_integration_control(found, environment, &made, err);
	return pr_reply_outcome(call, rc, made, err);
}

static int list_plans(struct pr_call *call, struct pr_err *err)
{
	return pr_usage_list(call, PR_PLANS_USE_INTEGRATION, err);
}

static int delete(struct pr_call *call, struct pr_err *err)
{
	struct pr_integration_id id = id_of(call);
	json_auto_t *found = NULL;
	bool is_used = false;
	int rc = pr_integrations_get(pr_call_store(call), &id, &found, err);

	if (!rc)
		rc = pr_usage_any(call, PR_PLANS_USE_INTEGRATION, &is_used, err);
	if (!rc && is_used)
		return pr_usage_refuse(call, PR_PLANS_USE_INTEGRATION, err);
	if (!rc)
		rc = pr_integrations_delete(pr_call_store(call), &id, err);
	return pr_reply_outcome(call, rc, NULL, err);
}

static const struct pr_route routes[] = {
	{"POST", "{org}/integrations", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201, &create_shape,
		&integration, "Create an integration, and its environment", create, "409"},
	{"GET", "{org}/integrations", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &integration,
		"List integrations", list, ""},
	{"GET", "{org}/integrations/{integration}", PR_ACCESS_MEMBER, 0, 200, NULL, &integration,
		"Get an integration", get, "404"},
	{"DELETE", "{org}/integrations/{integration}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200,
		NULL, NULL, "Delete an integration, and its environment", delete, "400 404"},
	{"GET", "{org}/integrations/{integration}/control", PR_ACCESS_MEMBER, PR_ROUTE_MAYBE, 200,
		NULL, &control, "Get the control that an integration is", get_control, "404"},
	{"GET", "{org}/integrations/{integration}/plans", PR_ACCESS_MEMBER, PR_ROUTE_LIST, 200,
		NULL, NULL, "List the plans that use an integration", list_plans, ""},
};

const struct pr_routes pr_routes_integrations = PR_ROUTES("integrations", routes);
