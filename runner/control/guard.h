#ifndef PR_CONTROL_GUARD_H
#define PR_CONTROL_GUARD_H

/*
 * Probes that are run beside an experiment to look after it (docs/protocol.md 4.4): each with a
 * tolerance, once before it starts, once in the background, or again and again. A probe that fails
 * has the output null; one that cannot be run, and a tolerance that cannot be applied, count as not
 * met.
 */

#include "control/native.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_guard;

/* What one probe said. Borrowed by the callback. */
struct pr_guard_result {
	size_t index;     /* of the probe in the list */
	const char *name; /* of the probe */
	json_t *entry;    /* as a run entry of the journal */
	bool met;
	const char *problem; /* why it could not be judged; NULL: it could */
};

/* May stop the guard, but not free it. */
typedef void pr_guard_fn(void *arg, const struct pr_guard_result *result);

/*
 * A guard of `probes` (an array; shared). `frequency` (seconds) among a probe's members repeats it,
 * `background` runs it once without being waited for. PR_EINVAL for what is no list of probes.
 * Caller frees.
 */
int pr_guard_new(const struct pr_native_env *env, json_t *probes, pr_guard_fn *fn, void *arg,
	struct pr_guard **ret_guard, struct pr_err *err);

/*
 * Starts all of them. `ready` comes once those are over that are waited for, from the loop; never
 * when there are none: the result says whether it comes. `view` must live until the guard is
 * stopped.
 */
bool pr_guard_start(struct pr_guard *guard, const struct pr_run_view *view, pr_loop_fn *ready);

/* Ends what runs; no more results, and no `ready`. */
void pr_guard_stop(struct pr_guard *guard);

/* Stops and frees it. NULL is allowed. */
void pr_guard_free(struct pr_guard *guard);

#endif
