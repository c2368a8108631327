#include "activity/python.h"

#include "activity/native.h"
#include "activity/refusal.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "experiment/activities.h"

static const char no_interpreter[] = "this build has no Python interpreter";

static const char *text_of(const json_t *value)
{
	return json_is_string(value) ? json_string_value(value) : pr_json_kind(value);
}

static void python_validate(
	const json_t *activity, const struct pr_place *place, struct pr_findings *findings)
{
	const json_t *provider = json_object_get(activity, "provider");
	const json_t *module = json_object_get(provider, "module");
	const json_t *func = json_object_get(provider, "func");
	const struct pr_native_module *native;

	if (!pr_value_truthy(module))
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"a Python activity must have a module path");
	if (!pr_value_truthy(func))
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"a Python activity must have a function name");
	if (!pr_value_truthy(module) || !pr_value_truthy(func))
		return;
	native = pr_native_find(json_string_value(module));
	if (native)
		pr_native_validate(native, activity, place, findings);
	else
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"activity '%s' calls %s.%s, but %s", pr_activity_name(activity),
			text_of(module), text_of(func), no_interpreter);
}

static int python_start(const struct pr_activity_env *env, const json_t *activity,
	pr_activity_fn *fn, void *arg, struct pr_activity_call **ret_call, struct pr_err *err)
{
	const char *module = pr_json_str(json_object_get(activity, "provider"), "module");

	if (pr_native_find(module))
		return pr_native_start(env, activity, fn, arg, ret_call, err);
	return pr_refusal_start(env, no_interpreter, fn, arg, ret_call, err);
}

const struct pr_provider pr_provider_python = {
	.type = "python", .validate = python_validate, .start = python_start};
