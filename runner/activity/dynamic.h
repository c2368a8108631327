#ifndef PR_ACTIVITY_DYNAMIC_H
#define PR_ACTIVITY_DYNAMIC_H

/*
 * Configuration entries of type `probe`: each is run, in order, with the configuration built so far
 * (docs/engine.md 3.2). An entry whose probe fails is left out, with one warning for all of them.
 */

#include "activity/provider.h"

struct pr_dynamic;

typedef void pr_dynamic_fn(void *arg);

/*
 * Resolves the `probe` entries of `configuration` in place and calls `fn` once, from the loop, when
 * none is left (also when there was none). `env->scope` is ignored: the configuration itself and
 * `secrets` are what the probes see. Caller frees.
 */
int pr_dynamic_start(const struct pr_activity_env *env, json_t *configuration, json_t *secrets,
	pr_dynamic_fn *fn, void *arg, struct pr_dynamic **ret_dynamic, struct pr_err *err);

/* After the callback: PR_ENOMEM when memory was lacking for an entry, which then is not there. */
int pr_dynamic_check(const struct pr_dynamic *dynamic, struct pr_err *err);

/* Ends what runs; no callback. NULL is allowed. */
void pr_dynamic_free(struct pr_dynamic *dynamic);

#endif
