#include "cli/inputs.h"

#include "base/file.h"
#include "base/text.h"
#include "control/control_file.h"
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

int pr_inputs_check_files(const struct pr_args *args, const char *option, struct pr_err *err)
{
	const char *given;

	for (size_t i = 0; (given = pr_args_nth(args, option, i)); i++)
		if (!pr_file_exists(given))
			return pr_fail(err, PR_EUSAGE,
				"Invalid value for '--%s': '%s' does not exist.", option, given);
	return 0;
}

int pr_inputs_controls(const struct pr_args *args, const struct pr_limits *limits, json_t *list,
	struct pr_err *err)
{
	const char *given;
	int rc = 0;

	for (size_t i = 0; !rc && (given = pr_args_nth(args, "control-file", i)); i++)
		rc = pr_control_list_add_file(list, given, limits, err);
	return rc;
}

void pr_inputs_release(struct pr_inputs *inputs)
{
	pr_variables_release(&inputs->variables);
	json_decref(inputs->settings);
	*inputs = (struct pr_inputs){.settings = NULL};
}
