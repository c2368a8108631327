#ifndef PR_CONTROL_CONTROLS_H
#define PR_CONTROL_CONTROLS_H

/*
 * All controls that a run has, as one hook of the engine (docs/engine.md 7.3): the global ones, and
 * those of the experiment, its hypothesis and its activities. Where there is a native control
 * (control/native.h) for what is declared, it is configured when the run starts and hears of the
 * points that the rules give it; what is declared otherwise is warned of once, and the run goes on.
 */

#include "base/limits.h"
#include "control/native.h"
#include "engine/hooks.h"

#include <jansson.h>

struct pr_controls;
struct pr_run;

/* Everything is borrowed and must outlive the controls. */
struct pr_controls_options {
	/* The global ones, as control/control_file.h collects them; NULL: none. */
	const json_t *globals;
	/* Validation has warned of what the document declares and is not available. */
	bool validated;
	struct pr_native_env env;
	/* Finds a native control; NULL: pr_native_control_find. */
	const struct pr_native_control *(*find)(const char *module);
};

/* Nothing is configured before the run starts. Caller frees. */
int pr_controls_new(const struct pr_controls_options *options, struct pr_controls **ret_controls,
	struct pr_err *err);

/* Ends what the controls have under way. NULL is allowed. */
void pr_controls_free(struct pr_controls *controls);

/*
 * The hook to give to the run, before the reporter's: all points but the last. Valid as long as the
 * controls.
 */
struct pr_hook pr_controls_hook(struct pr_controls *controls);

/*
 * The hook for PR_HOOK_FINISHED, to be given behind the reporter's, so that nobody who is slow to
 * take traces or messages holds up the closing calls.
 */
struct pr_hook pr_controls_closing_hook(struct pr_controls *controls);

#endif
