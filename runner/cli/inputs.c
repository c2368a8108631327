#include "cli/inputs.h"

#include "base/text.h"
#include "experiment/settings.h"

int pr_inputs_variables(struct pr_inputs *inputs, const struct pr_args *args,
	const struct pr_limits *limits, struct pr_err *err)
{
	const char *given;
	int rc = pr_variables_init(&inputs->variables, err);

	for (size_t i = 0; !rc && (given = pr_args_nth(args, "var-file", i)); i++)
		rc = pr_variables_add_file(&inputs->variables, given, limits, err);
	for (size_t i = 0; !rc && (given = pr_args_nth(args, "var", i)); i++)
		rc = pr_variables_add(&inputs->variables, given, err);
	return rc;
}

char *pr_inputs_settings_path(const struct pr_args *args)
{
	const char *given = pr_args_value(args, "settings");

	return given ? pr_text_dup(given) : pr_settings_default_path();
}

int pr_inputs_settings(struct pr_inputs *inputs, const struct pr_args *args,
	const struct pr_limits *limits, struct pr_err *err)
{
	PR_AUTO(free) char *path = pr_inputs_settings_path(args);

	return pr_settings_load(path, limits, &inputs->settings, err);
}

void pr_inputs_release(struct pr_inputs *inputs)
{
	pr_variables_release(&inputs->variables);
	json_decref(inputs->settings);
	*inputs = (struct pr_inputs){.settings = NULL};
}
