#ifndef PR_CLI_ACTION_PYTHON_H
#define PR_CLI_ACTION_PYTHON_H

/*
 * The environment of Python that the Action's inputs python-version and dependencies ask for: made
 * by uv in a folder of its own, before the plan, and first in the PATH of the plan's programs.
 */

#include "actions/inputs.h"
#include "base/log.h"

/* All zero: there is none. */
struct pr_action_python {
	char *folder; /* owned */
};

/* Whether the inputs ask for one. */
bool pr_action_python_wanted(const struct pr_actions_inputs *inputs);

/*
 * Makes it, and sets PATH and VIRTUAL_ENV. What uv says goes to `write` line by line, redacted.
 * PR_EINVAL for dependencies that are none, PR_ENOTFOUND without uv, PR_ECANCELED after a signal,
 * PR_EIO with uv's last line where it failed. Release in any case.
 */
int pr_action_python_make(struct pr_action_python *python, const struct pr_actions_inputs *inputs,
	pr_log_write_fn *write, void *arg, struct pr_err *err);

/* Removes the environment. */
void pr_action_python_release(struct pr_action_python *python);

#endif
