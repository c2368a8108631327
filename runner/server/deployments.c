#include "store/deployments.h"
#include "base/compiler.h"
#include "base/text.h"
#include "codec/json.h"
#include "server/api.h"
#include "server/usage.h"

#include <string.h>
#include <unistd.h>

static const struct pr_shape noop = {.name = "DeploymentNoop"};

static const char *const modes[] = {"managed", "manual", NULL};

static const struct pr_field cli_fields[] = {
	{.name = "mode", .kind = PR_FIELD_TEXT, .choices = modes, .fallback = "\"manual\""},
	{.name = "base_dir", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "py_version", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "py_dependencies", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
};

static const struct pr_shape cli = {.name = "DeploymentCli", PR_FIELDS(cli_fields)};

/* Adds what is wrong with how a container sees a folder of the host. */
static int check_volume(
	const json_t *volume, const json_t *where, json_t *problems, struct pr_err *err)
{
	const json_t *bind = json_object_get(volume, "bind");
	const json_t *mode = json_object_get(volume, "mode");
	const char *text = json_string_value(mode);
	int rc = 0;

	if (!json_is_object(volume))
		return pr_problem_add(problems, where, NULL, "model_attributes_type",
			"Input should be a valid dictionary or object to extract fields from",
			volume, err);
	if (!bind)
		rc = pr_problem_add(
			problems, where, "bind", "missing", "Field required", volume, err);
	else if (!json_is_string(bind))
		rc = pr_problem_add(problems, where, "bind", "string_type",
			"Input should be a valid string", bind, err);
	if (!rc && mode && !pr_text_eq(text, "ro") && !pr_text_eq(text, "rw"))
		rc = pr_problem_add(problems, where, "mode", "literal_error",
			"Input should be 'ro' or 'rw'", mode, err);
	return rc;
}

/* The place of a volume, for its problems. NULL: no memory. Caller owns. */
static json_t *volume_place(const json_t *where, const char *host)
{
	json_auto_t *place = pr_json_copy(where);

	if (!place || pr_json_append(place, json_string("volumes"), NULL) ||
		pr_json_append(place, json_string(host), NULL))
		return NULL;
	return pr_steal(place);
}

static int check_host(const char *host, const json_t *where, json_t *problems, struct pr_err *err)
{
	PR_AUTO(free) char *text = NULL;

	if (!access(host, F_OK))
		return 0;
	text = pr_text_format("Value error, volume %s does not exists on your host", host);
	if (!text)
		return pr_fail_nomem(err);
	return pr_problem_add(problems, where, "volumes", "value_error", text, NULL, err);
}

/* A volume as it is stored: mode ro where none is given. */
static int complete_volume(json_t *volumes, const char *host, json_t *volume, struct pr_err *err)
{
	const char *mode = pr_json_str(volume, "mode");
	json_t *clean = json_pack(
		"{s:s, s:s}", "bind", pr_json_str(volume, "bind"), "mode", mode ? mode : "ro");

	return pr_json_set(volumes, host, clean, err);
}

static int check_volumes(
	const json_t *volumes, const json_t *where, json_t *problems, struct pr_err *err)
{
	const char *host;
	json_t *volume;
	int rc = 0;

	json_object_foreach (pr_json_mutable(volumes), host, volume) {
		json_auto_t *place = volume_place(where, host);

		if (!rc)
			rc = place ? check_volume(volume, place, problems, err)
				   : pr_fail_nomem(err);
		if (!rc)
			rc = check_host(host, where, problems, err);
	}
	return rc;
}

static int check_container(json_t *value, const json_t *where, json_t *problems, struct pr_err *err)
{
	json_t *given = pr_json_object(value, "volumes");
	json_auto_t *volumes = json_object();
	size_t before = json_array_size(problems);
	const char *host;
	json_t *volume;
	int rc = volumes ? check_volumes(given, where, problems, err) : pr_fail_nomem(err);

	if (rc || !given || json_array_size(problems) > before)
		return rc;
	json_object_foreach (given, host, volume) {
		if (!rc)
			rc = complete_volume(volumes, host, volume, err);
	}
	return rc ? rc : pr_json_set(value, "volumes", json_incref(volumes), err);
}

static const struct pr_field container_fields[] = {
	{.name = "image", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "working_dir", .kind = PR_FIELD_TEXT, .fallback = "\"/tmp\""},
	{.name = "volumes", .kind = PR_FIELD_MAP, .flags = PR_FIELD_NULLABLE},
};

static const struct pr_shape container = {
	.name = "DeploymentContainer", PR_FIELDS(container_fields), .check = check_container};

static const struct pr_field job_fields[] = {
	{.name = "use_default_manifest", .kind = PR_FIELD_BOOL, .fallback = "true"},
	{.name = "image", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "namespace", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "manifest", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "credentials", .kind = PR_FIELD_SECRET, .flags = PR_FIELD_NULLABLE},
	{.name = "use_in_cluster_credentials", .kind = PR_FIELD_BOOL, .fallback = "false"},
};

static const struct pr_shape job = {.name = "DeploymentKubernetesJob", PR_FIELDS(job_fields)};

/* Whether `host` is what stands between the slashes and what follows it. */
static bool has_host(const char *rest, const char *host)
{
	size_t n = strcspn(rest, "/:?#");

	return n == strlen(host) && !strncasecmp(rest, host, n);
}

static int check_github(json_t *value, const json_t *where, json_t *problems, struct pr_err *err)
{
	const json_t *repo = json_object_get(value, "repo");
	const char *url = json_string_value(repo);
	const char *rest = url ? strstr(url, "://") : NULL;

	if (!rest || (!pr_text_starts(url, "https://") && !pr_text_starts(url, "http://")))
		return pr_problem_add(problems, where, "repo", "url_parsing",
			"Input should be a valid URL: https://github.com/OWNER/NAME", repo, err);
	if (!has_host(rest + strlen("://"), "github.com"))
		return pr_problem_add(problems, where, "repo", "value_error",
			"Value error, not a github.com URL", repo, err);
	return 0;
}

static const struct pr_field github_fields[] = {
	{.name = "repo", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "token", .kind = PR_FIELD_SECRET, .flags = PR_FIELD_NULLABLE},
	{.name = "username", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "ref", .kind = PR_FIELD_TEXT, .fallback = "\"main\""},
	{.name = "base_dir", .kind = PR_FIELD_TEXT, .fallback = "\"plans\""},
};

static const struct pr_shape github = {
	.name = "DeploymentGithub", PR_FIELDS(github_fields), .check = check_github};

static const struct pr_field cloud_fields[] = {
	{.name = "image", .kind = PR_FIELD_TEXT, .fallback = "\"" PR_IMAGE "\""},
	{.name = "location", .kind = PR_FIELD_TEXT, .fallback = "\"europe-west1\""},
};

static const struct pr_shape cloud = {.name = "DeploymentCloud", PR_FIELDS(cloud_fields)};

static const struct pr_variant types[] = {
	{"github", &github},
	{"reliably_cloud", &cloud},
	{"reliably_cli", &cli},
	{"container", &container},
	{"k8s_job", &job},
	{"noop", &noop},
};

static const struct pr_shape definition = {
	.name = "DeploymentDefinition", .tag = "type", PR_VARIANTS(types)};

#define BODY_FIELDS                                                                      \
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED, .max = 255}, \
	{                                                                                \
		.name = "definition", .kind = PR_FIELD_SHAPE, .shape = &definition,      \
		.flags = PR_FIELD_REQUIRED                                               \
	}

static const struct pr_field create_fields[] = {BODY_FIELDS};

static const struct pr_shape create_shape = {.name = "DeploymentCreate", PR_FIELDS(create_fields)};

static const struct pr_field deployment_fields[] = {
	BODY_FIELDS,
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "org_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape deployment = {.name = "Deployment", PR_FIELDS(deployment_fields)};

static const struct pr_field clone_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED, .min = 1, .max = 255},
};

static const struct pr_shape clone_shape = {.name = "DeploymentClone", PR_FIELDS(clone_fields)};

static struct pr_deployment_id id_of(const struct pr_call *call)
{
	return (struct pr_deployment_id){.organization = call->organization, .id = call->ids[0]};
}

static struct pr_deployment_body body_of(const struct pr_call *call)
{
	return (struct pr_deployment_body){.name = pr_call_text(call, "name"),
		.definition = json_object_get(call->body, "definition")};
}

static int create(struct pr_call *call, struct pr_err *err)
{
	struct pr_deployment_body body = body_of(call);
	json_t *made = NULL;
	int rc = pr_deployments_create(pr_call_store(call), call->organization, &body, &made, err);

	return pr_reply_outcome(call, rc, made, err);
}

/* Also the search, which has a pattern. */
static int list(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_search(call, pr_deployments_list, err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	struct pr_deployment_id id = id_of(call);
	json_t *found = NULL;
	int rc = pr_deployments_get(pr_call_store(call), &id, &found, err);

	return pr_reply_outcome(call, rc, found, err);
}

static int replace(struct pr_call *call, struct pr_err *err)
{
	struct pr_deployment_id id = id_of(call);
	struct pr_deployment_body body = body_of(call);
	int rc = pr_deployments_replace(pr_call_store(call), &id, &body, err);

	return pr_reply_outcome(call, rc, NULL, err);
}

static int plans(struct pr_call *call, struct pr_err *err)
{
	return pr_usage_list(call, PR_PLANS_USE_DEPLOYMENT, err);
}

static int delete(struct pr_call *call, struct pr_err *err)
{
	struct pr_deployment_id id = id_of(call);
	json_auto_t *found = NULL;
	bool is_used = false;
	int rc = pr_deployments_get(pr_call_store(call), &id, &found, err);

	if (!rc)
		rc = pr_usage_any(call, PR_PLANS_USE_DEPLOYMENT, &is_used, err);
	if (!rc && is_used)
		return pr_usage_refuse(call, PR_PLANS_USE_DEPLOYMENT, err);
	if (!rc)
		rc = pr_deployments_delete(pr_call_store(call), &id, err);
	return pr_reply_outcome(call, rc, NULL, err);
}

/* The secrets of the copy are sealed for the copy. */
static int clone(struct pr_call *call, struct pr_err *err)
{
	struct pr_deployment_id id = id_of(call);
	json_auto_t *found = NULL;
	json_t *made = NULL;
	int rc = pr_deployments_get_clear(pr_call_store(call), &id, &found, err);

	if (!rc) {
		struct pr_deployment_body body = {.name = pr_call_text(call, "name"),
			.definition = json_object_get(found, "definition")};

		rc = pr_deployments_create(
			pr_call_store(call), call->organization, &body, &made, err);
	}
	return pr_reply_outcome(call, rc, made, err);
}

static const struct pr_route routes[] = {
	{"POST", "{org}/deployments", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201, &create_shape,
		&deployment, "Create a deployment", create, "409"},
	{"GET", "{org}/deployments", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &deployment,
		"List the deployments", list, ""},
	{"GET", "{org}/deployments/search", PR_ACCESS_MEMBER, PR_ROUTE_PAGED | PR_ROUTE_SEARCH, 200,
		NULL, &deployment, "Search deployments by name", list, ""},
	{"GET", "{org}/deployments/{dep}", PR_ACCESS_MEMBER, 0, 200, NULL, &deployment,
		"Get a deployment", get, "404"},
	{"PUT", "{org}/deployments/{dep}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, &create_shape,
		NULL, "Replace a deployment", replace, "404 409"},
	{"DELETE", "{org}/deployments/{dep}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, NULL, NULL,
		"Delete a deployment that no plan uses", delete, "400 404"},
	{"GET", "{org}/deployments/{dep}/plans", PR_ACCESS_MEMBER, PR_ROUTE_ANY, 200, NULL, NULL,
		"List the ids of the plans that use a deployment", plans, ""},
	{"POST", "{org}/deployments/{dep}/clone", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201,
		&clone_shape, &deployment, "Copy a deployment", clone, "404 409"},
};

const struct pr_routes pr_routes_deployments = PR_ROUTES("deployments", routes);
