#include "control/native.h"

#include "base/env.h"
#include "base/text.h"
#include "codec/json.h"
#include "control/native_rows.h"
#include "control/slack.h"
#include "control/tracing.h"
#include "engine/run.h"

static const struct pr_native_control *const rows[] = {
	&pr_native_autopause,
	&pr_native_bypass,
	&pr_native_metrics,
	&pr_native_prechecks,
	&pr_native_probe_safeguards,
	&pr_native_repeat,
	&pr_native_safeguards,
	&pr_native_slack,
	&pr_native_tracing,
};

static bool is_known_by(const struct pr_native_control *control, const char *module)
{
	for (const char *const *name = control->modules; *name; name++)
		if (pr_text_eq(*name, module))
			return true;
	return false;
}

const struct pr_native_control *pr_native_control_find(const char *module)
{
	for (size_t i = 0; i < PR_LEN(rows); i++)
		if (is_known_by(rows[i], module))
			return rows[i];
	return NULL;
}

void pr_native_interrupt(const struct pr_native_env *env)
{
	if (env->run && *env->run)
		pr_run_interrupt(*env->run, PR_INTERRUPT_USR1, NULL);
}

json_t *pr_native_arguments(const json_t *declaration)
{
	return pr_json_object(pr_json_object(declaration, "provider"), "arguments");
}

json_t *pr_native_argument(const json_t *value)
{
	const char *text;

	if (!pr_text_eq(pr_json_str(value, "type"), "env"))
		return json_incref(pr_json_mutable(value));
	text = pr_env_get(pr_json_str(value, "key"));
	if (text)
		return json_string(text);
	return json_incref(json_object_get(value, "default"));
}
