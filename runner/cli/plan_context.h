#ifndef PR_CLI_PLAN_CONTEXT_H
#define PR_CLI_PLAN_CONTEXT_H

/* Fetching the context of a plan (docs/protocol.md 1.7, step 4): environments and controls of its
 * integrations. */

#include "cli/execution.h"
#include "platform/client.h"
#include "platform/environment.h"

#include <jansson.h>

/* Everything is borrowed. */
struct pr_plan_context {
	struct pr_signals *signals;
	struct pr_platform *platform;
	struct pr_secret_files *secret_files; /* NULL: environments are not loaded */
	json_t *controls;                     /* an object that gets the controls by name */
	bool printing; /* standard output is for the controls: what is told goes beside it */
};

/*
 * Fetches the environment `id` and puts it into the process. The error says what failed, with the
 * code of the call.
 */
int pr_plan_context_environment(
	const struct pr_plan_context *context, const char *id, struct pr_err *err);

/*
 * Goes through the integrations of `plan` in their order. One that the platform does not know, and
 * a control that it does not give, are told of and left out; any other call that stays failed is an
 * error, with the code of the call: a run without what guards it would be another one.
 */
int pr_plan_context_load(
	const struct pr_plan_context *context, const json_t *plan, struct pr_err *err);

#endif
