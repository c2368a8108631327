#ifndef PR_ACTIVITY_REFUSAL_H
#define PR_ACTIVITY_REFUSAL_H

/*
 * A call that cannot be made: it crashes (docs/engine.md 13.9) with a message, in the next turn of
 * the loop. What providers start when what they were given cannot even be tried.
 */

#include "activity/provider.h"

/* Starts such a call; `message` is copied. Freed as any call, by pr_activity_release. */
int pr_refusal_start(const struct pr_activity_env *env, const char *message, pr_activity_fn *fn,
	void *arg, struct pr_activity_call **ret_call, struct pr_err *err);

#endif
