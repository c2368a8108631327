#ifndef PR_ACTIONS_INPUTS_H
#define PR_ACTIONS_INPUTS_H

/*
 * The inputs of the action: variables INPUT_<NAME>, where the runner keeps the hyphens of a name
 * and shells do not. Empty ones count as not given. Upstream's names are taken too
 * (docs/protocol.md 5.6), so that a workflow needs another `uses` and nothing else.
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
	PR_INPUT_EXTRA,
	PR_INPUT_GITHUB_TOKEN,
	PR_INPUT_COUNT,
};

struct pr_actions_inputs {
	char *values[PR_INPUT_COUNT]; /* owned, trimmed; NULL: not given */
};

/*
 * Reads the inputs; those with a secret are taken out of the environment, so that no program of an
 * experiment inherits them. PR_ENOMEM. Release in any case.
 */
int pr_actions_inputs_read(struct pr_actions_inputs *inputs, struct pr_err *err);

/*
 * PR_EINVAL names every required input that is not there, and not in the variable that stands in
 * for it; with `configured` a configuration file may have all but the plan.
 */
int pr_actions_inputs_require(
	const struct pr_actions_inputs *inputs, bool configured, struct pr_err *err);

/*
 * Sets the variables that stand for the inputs given (docs/protocol.md 1.6), and registers secrets
 * for redaction. A host without a scheme is one behind https.
 */
int pr_actions_inputs_export(const struct pr_actions_inputs *inputs, struct pr_err *err);

/* The `index`th input that is given and means nothing here, as users write it; NULL after the
 * last. Static. */
const char *pr_actions_inputs_ignored(size_t index);

/* Frees the contents. */
void pr_actions_inputs_release(struct pr_actions_inputs *inputs);

#endif
