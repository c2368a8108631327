#ifndef PR_ACTIONS_INPUTS_H
#define PR_ACTIONS_INPUTS_H

/*
 * The inputs of the action: variables INPUT_<NAME>, where the runner keeps the hyphens of a name
 * and shells do not. Empty ones count as not given. Upstream's names are taken too
 * (docs/protocol.md 5.6), so that a workflow needs another `uses` and nothing else; messages name
 * an input as the user wrote it.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum pr_actions_input {
	PR_INPUT_PLAN_ID,
	PR_INPUT_SERVICE_HOST,
	PR_INPUT_ORGANIZATION_ID,
	PR_INPUT_TOKEN,
	PR_INPUT_FAIL_ON,
	PR_INPUT_WORKING_DIR,
	PR_INPUT_RESULT_FILE,
	PR_INPUT_LOG_FILE,
	PR_INPUT_SUMMARY,
	PR_INPUT_COMMIT_RESULTS,
	PR_INPUT_EXTRA,
	PR_INPUT_GITHUB_TOKEN,
	PR_INPUT_PYTHON_VERSION,
	PR_INPUT_DEPENDENCIES,
	PR_INPUT_COUNT,
};

struct pr_actions_inputs {
	char *values[PR_INPUT_COUNT];      /* owned, trimmed; NULL: not given */
	char *others[PR_INPUT_COUNT];      /* owned; given under a second name and different */
	const char *names[PR_INPUT_COUNT]; /* static; the name that was given, NULL: none */
};

/*
 * Reads the inputs; those with a secret are taken out of the environment, so that no program of an
 * experiment inherits them. PR_ENOMEM. Release in any case.
 */
int pr_actions_inputs_read(struct pr_actions_inputs *inputs, struct pr_err *err);

/* The name of an input as the user wrote it; ours where it was not given. Static. */
const char *pr_actions_inputs_name(
	const struct pr_actions_inputs *inputs, enum pr_actions_input input);

/* PR_EINVAL names the two names of an input that were given different values. */
int pr_actions_inputs_check(const struct pr_actions_inputs *inputs, struct pr_err *err);

/*
 * PR_EINVAL names every required input that is not there, and not in the variable that stands in
 * for it; with `configured` a configuration file may have all but the plan. Who gives any input
 * under upstream's name is told upstream's names.
 */
int pr_actions_inputs_require(
	const struct pr_actions_inputs *inputs, bool configured, struct pr_err *err);

/*
 * Reads a switch: on, true, yes or off, false, no, in any case; not given, it is `fallback`.
 * PR_EINVAL has the word as it was written.
 */
int pr_actions_inputs_switch(const struct pr_actions_inputs *inputs, enum pr_actions_input input,
	bool fallback, bool *ret_on, struct pr_err *err);

/*
 * For the forms of the action that have no Python: PR_EINVAL names what is given of python-version
 * and dependencies, and the form that takes it.
 */
int pr_actions_inputs_refuse_python(const struct pr_actions_inputs *inputs, struct pr_err *err);

/*
 * Sets the variables that stand for the inputs given (docs/protocol.md 1.6), and registers secrets
 * for redaction. A host without a scheme is one behind https.
 */
int pr_actions_inputs_export(const struct pr_actions_inputs *inputs, struct pr_err *err);

/* Frees the contents. */
void pr_actions_inputs_release(struct pr_actions_inputs *inputs);

#endif
