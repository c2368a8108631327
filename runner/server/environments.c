#include "store/environments.h"
#include "codec/json.h"
#include "server/api.h"
#include "server/shapes.h"
#include "server/usage.h"

static const struct pr_field variable_fields[] = {
	{.name = "var_name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "value", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape variable = {.name = "EnvironmentVar", PR_FIELDS(variable_fields)};

static const struct pr_field file_fields[] = {
	{.name = "key", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "value", .kind = PR_FIELD_SECRET, .flags = PR_FIELD_REQUIRED},
	{.name = "path", .kind = PR_FIELD_PATH, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape file = {.name = "EnvironmentSecretAsFile", PR_FIELDS(file_fields)};

static const struct pr_field hidden_fields[] = {
	{.name = "key", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "var_name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "value", .kind = PR_FIELD_SECRET, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape hidden = {.name = "EnvironmentSecret", PR_FIELDS(hidden_fields)};

/* A secret with both a path and a name is a file. */
static const struct pr_variant secret_forms[] = {
	{"EnvironmentSecretAsFile", &file},
	{"EnvironmentSecret", &hidden},
};

static const struct pr_shape secret = {.name = "EnvironmentSecrets", PR_VARIANTS(secret_forms)};

static const struct pr_variant item_forms[] = {
	{"EnvironmentSecretAsFile", &file},
	{"EnvironmentSecret", &hidden},
	{"EnvironmentVar", &variable},
};

static const struct pr_shape item_shape = {.name = "EnvironmentItem", PR_VARIANTS(item_forms)};

static const char *const uses[] = {"plan", "notification", "integration", "snapshot", NULL};

static const struct pr_field create_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "envvars", .kind = PR_FIELD_LIST, .flags = PR_FIELD_REQUIRED, .shape = &variable},
	{.name = "secrets", .kind = PR_FIELD_LIST, .flags = PR_FIELD_REQUIRED, .shape = &secret},
	{.name = "used_for",
		.kind = PR_FIELD_TEXT,
		.flags = PR_FIELD_NULLABLE,
		.choices = uses,
		.fallback = "\"plan\""},
};

const struct pr_shape pr_shape_environment_create = {
	.name = "EnvironmentCreate", PR_FIELDS(create_fields)};

static const struct pr_field environment_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "envvars", .kind = PR_FIELD_LIST, .flags = PR_FIELD_REQUIRED, .shape = &variable},
	{.name = "secrets", .kind = PR_FIELD_LIST, .flags = PR_FIELD_REQUIRED, .shape = &secret},
	{.name = "used_for", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED, .choices = uses},
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "org_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape environment = {.name = "Environment", PR_FIELDS(environment_fields)};

static const struct pr_field simple_fields[] = {
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape simple = {.name = "EnvironmentSimple", PR_FIELDS(simple_fields)};

static const struct pr_field clone_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED, .min = 1},
};

static const struct pr_shape clone_shape = {.name = "EnvironmentClone", PR_FIELDS(clone_fields)};

static struct pr_environment_id id_of(const struct pr_call *call)
{
	return (struct pr_environment_id){.organization = call->organization, .id = call->ids[0]};
}

static int create(struct pr_call *call, struct pr_err *err)
{
	json_t *made = NULL;
	int rc = pr_environments_create(
		pr_call_store(call), call->organization, call->body, &made, err);

	return pr_reply_outcome(call, rc, made, err);
}

static int list(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_list(call, pr_environments_list, err);
}

static int search(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_search(call, pr_environments_search, err);
}

static int list_simple(struct pr_call *call, struct pr_err *err)
{
	json_t *items = NULL;
	int rc = pr_environments_simple(pr_call_store(call), call->organization, &items, err);

	return pr_reply_outcome(call, rc, items, err);
}

static int show(struct pr_call *call, bool clear, struct pr_err *err)
{
	struct pr_environment_id id = id_of(call);
	json_t *found = NULL;
	int rc = pr_environments_get(pr_call_store(call), &id, clear, &found, err);

	return pr_reply_outcome(call, rc, found, err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	return show(call, false, err);
}

static int get_clear(struct pr_call *call, struct pr_err *err)
{
	return show(call, true, err);
}

static int set(struct pr_call *call, struct pr_err *err)
{
	struct pr_environment_id id = id_of(call);

	return pr_reply_outcome(
		call, pr_environments_set(pr_call_store(call), &id, call->body, err), NULL, err);
}

static int remove_item(struct pr_call *call, struct pr_err *err)
{
	struct pr_environment_id id = id_of(call);

	return pr_reply_outcome(
		call, pr_environments_remove(pr_call_store(call), &id, call->name, err), NULL, err);
}

static int clone(struct pr_call *call, struct pr_err *err)
{
	struct pr_environment_id id = id_of(call);
	json_t *made = NULL;
	int rc = pr_environments_clone(
		pr_call_store(call), &id, pr_call_text(call, "name"), &made, err);

	return pr_reply_outcome(call, rc, made, err);
}

static int list_plans(struct pr_call *call, struct pr_err *err)
{
	return pr_usage_list(call, PR_PLANS_USE_ENVIRONMENT, err);
}

static int delete(struct pr_call *call, struct pr_err *err)
{
	struct pr_environment_id id = id_of(call);
	json_auto_t *found = NULL;
	bool is_used = false;
	bool is_integrated = false;
	int rc = pr_environments_get(pr_call_store(call), &id, false, &found, err);

	if (!rc)
		rc = pr_usage_any(call, PR_PLANS_USE_ENVIRONMENT, &is_used, err);
	if (!rc && is_used)
		return pr_usage_refuse(call, PR_PLANS_USE_ENVIRONMENT, err);
	if (!rc)
		rc = pr_environments_is_integrated(pr_call_store(call), &id, &is_integrated, err);
	if (!rc && is_integrated)
		return pr_reply_in_use(call, "environment is used by an integration",
			"cannot delete this environment: it goes with its integration", err);
	if (!rc)
		rc = pr_environments_delete(pr_call_store(call), &id, err);
	return pr_reply_outcome(call, rc, NULL, err);
}

static const struct pr_route routes[] = {
	{"POST", "{org}/environments", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201,
		&pr_shape_environment_create, &environment, "Create an environment", create, ""},
	{"GET", "{org}/environments", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &environment,
		"List the environments of plans", list, ""},
	{"GET", "{org}/environments/simple", PR_ACCESS_MEMBER, PR_ROUTE_LIST, 200, NULL, &simple,
		"List all environments, by name", list_simple, ""},
	{"GET", "{org}/environments/search", PR_ACCESS_MEMBER, PR_ROUTE_PAGED | PR_ROUTE_SEARCH,
		200, NULL, &environment, "Search environments by name", search, ""},
	{"GET", "{org}/environments/{env}", PR_ACCESS_MEMBER, 0, 200, NULL, &environment,
		"Get an environment; its secrets are masked", get, "404"},
	{"DELETE", "{org}/environments/{env}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, NULL, NULL,
		"Delete an environment", delete, "400 404"},
	{"GET", "{org}/environments/{env}/clear", PR_ACCESS_MEMBER, 0, 200, NULL, &environment,
		"Get an environment with its secrets", get_clear, "404"},
	{"GET", "{org}/environments/{env}/plans", PR_ACCESS_MEMBER, PR_ROUTE_LIST, 200, NULL, NULL,
		"List the plans that use an environment", list_plans, ""},
	{"PUT", "{org}/environments/{env}/set", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200,
		&item_shape, NULL, "Set a variable or a secret", set, "404"},
	{"DELETE", "{org}/environments/{env}/remove/{name}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES,
		200, NULL, NULL, "Remove a variable or a secret", remove_item, "404"},
	{"POST", "{org}/environments/{env}/clone", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201,
		&clone_shape, &environment, "Copy an environment", clone, "404"},
};

const struct pr_routes pr_routes_environments = PR_ROUTES("environments", routes);
