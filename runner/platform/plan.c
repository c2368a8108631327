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

void pr_plan_release(struct pr_plan *plan)
{
	json_decref(plan->document);
	*plan = (struct pr_plan){0};
}
