#ifndef PR_CLI_INPUTS_H
#define PR_CLI_INPUTS_H

/* What the commands that execute experiments are given beside them, by options of the same names.
 */

#include "cli/context.h"
#include "experiment/variables.h"

struct pr_inputs {
	struct pr_variables variables; /* --var-file, --var */
	json_t *settings;              /* --settings; owned */
};

/* Files first, so that --var wins over them wherever it stands. Release also after a failure. */
int pr_inputs_variables(struct pr_inputs *inputs, const struct pr_args *args,
	const struct pr_limits *limits, struct pr_err *err);

/* Where the settings are. NULL when there is no home. Caller frees. */
char *pr_inputs_settings_path(const struct pr_args *args) PR_MUST_CHECK;

/* The settings, from the default place where none was given. */
int pr_inputs_settings(struct pr_inputs *inputs, const struct pr_args *args,
	const struct pr_limits *limits, struct pr_err *err);

/* PR_EUSAGE where a file that the option of this name was given is not there. */
int pr_inputs_check_files(const struct pr_args *args, const char *option, struct pr_err *err);

/* Adds the controls of all files of --control-file to the list (control/control_file.h). */
int pr_inputs_controls(const struct pr_args *args, const struct pr_limits *limits, json_t *list,
	struct pr_err *err);

/* Frees the contents. */
void pr_inputs_release(struct pr_inputs *inputs);

#endif
