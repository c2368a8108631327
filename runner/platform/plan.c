#include "platform/plan.h"

#include "base/text.h"
#include "codec/json.h"

static int read_experiment(const json_t *definition, struct pr_plan *plan, struct pr_err *err)
{
	const json_t *experiments = pr_json_array(definition, "experiments");
	const char *first = json_string_value(json_array_get(experiments, 0));

	if (!first)
		return pr_fail(err, PR_EPROTO, "plan '%s' has no experiment", plan->id);
	if (pr_uuid_parse(first, plan->experiment, err))
		return pr_wrap(err, "the experiment of plan '%s'", plan->id);
	return 0;
}

static int read_environment(const json_t *definition, struct pr_plan *plan, struct pr_err *err)
{
	const json_t *environment = pr_json_object(definition, "environment");
	const char *id = pr_json_str(environment, "id");

	if (!id)
		return 0;
	return pr_uuid_parse(id, plan->environment, err)
		       ? pr_wrap(err, "the environment of plan '%s'", plan->id)
		       : 0;
}

int pr_plan_read(json_t *answer, struct pr_plan *plan, struct pr_err *err)
{
	const json_t *definition = pr_json_object(answer, "definition");
	const char *status = pr_json_str(answer, "status");
	const char *error = pr_json_str(answer, "error");
	const char *id = pr_json_str(answer, "id");
	struct pr_plan read = {.document = NULL};

	if (!definition || !id)
		return pr_fail(err, PR_EPROTO, "the platform's answer is no plan");
	if (pr_uuid_parse(id, read.id, err) || read_experiment(definition, &read, err) ||
		read_environment(definition, &read, err))
		return PR_EPROTO;
	pr_text_copy(read.status, sizeof read.status, status ? status : "");
	pr_text_copy(read.error, sizeof read.error, error ? error : "");
	read.document = json_incref(answer);
	*plan = read;
	return 0;
}

/* {"provider": …} as the schema knows it; null for one that names nothing on the platform. */
static json_t *reduce_environment(const json_t *environment)
{
	const char *provider = pr_json_str(environment, "provider");
	json_t *name = json_object_get(environment, "name");
	json_t *id = json_object_get(environment, "id");

	if (pr_text_eq(provider, "gcp"))
		return json_pack("{s:s}", "provider", provider);
	if (pr_text_eq(provider, "github"))
		return json_pack("{s:s, s:O, s:O}", "provider", provider, "name",
			name ? name : json_null(), "id", id ? id : json_null());
	if (!json_is_string(id))
		return json_null();
	return json_pack(
		"{s:s, s:O}", "provider", provider ? provider : "reliably_cloud", "id", id);
}

static json_t *reduce_schedule(const json_t *schedule)
{
	json_t *type = json_object_get(schedule, "type");
	json_t *pattern = json_object_get(schedule, "pattern");

	if (!pr_text_eq(json_string_value(type), "cron"))
		return json_pack(
			"{s:s}", "type", json_is_string(type) ? json_string_value(type) : "now");
	return json_pack("{s:O, s:O}", "type", type, "pattern", pattern ? pattern : json_null());
}

static json_t *member_or_null(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_incref(value ? value : json_null());
}

static json_t *list_or_empty(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_array(value) ? json_incref(value) : json_array();
}

static json_t *reduce_definition(const json_t *definition)
{
	const json_t *deployment = json_object_get(definition, "deployment");

	return json_pack("{s:o, s:{s:o}, s:o, s:o, s:o}", "environment",
		reduce_environment(json_object_get(definition, "environment")), "deployment",
		"deployment_id", member_or_null(deployment, "deployment_id"), "schedule",
		reduce_schedule(json_object_get(definition, "schedule")), "experiments",
		list_or_empty(definition, "experiments"), "integrations",
		list_or_empty(definition, "integrations"));
}

int pr_plan_reduce(const json_t *answer, json_t **ret_plan, struct pr_err *err)
{
	const json_t *definition = json_object_get(answer, "definition");
	json_t *plan;

	if (!json_is_object(definition) || !pr_json_str(answer, "id"))
		return pr_fail(err, PR_EPROTO, "the platform's answer is no plan");
	plan = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", member_or_null(answer, "id"),
		"created_date", member_or_null(answer, "created_date"), "definition",
		reduce_definition(definition), "ref", member_or_null(answer, "ref"), "status",
		member_or_null(answer, "status"), "error", member_or_null(answer, "error"));
	if (!plan)
		return pr_fail_nomem(err);
	*ret_plan = plan;
	return 0;
}

void pr_plan_release(struct pr_plan *plan)
{
	json_decref(plan->document);
	*plan = (struct pr_plan){0};
}
