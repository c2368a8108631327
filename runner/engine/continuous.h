#ifndef PR_ENGINE_CONTINUOUS_H
#define PR_ENGINE_CONTINUOUS_H

/*
 * The steady-state hypothesis beside the method: checked again and again, with a wait between the
 * checks (docs/engine.md 6.2). Private to the engine.
 */

#include "engine/hypothesis.h"

typedef void pr_continuous_fn(void *arg);

/* All zero is an idle one. */
struct pr_continuous {
	struct pr_core *core; /* NULL while idle */
	struct pr_hypothesis hypothesis;
	struct pr_timer timer; /* the wait between two checks */
	struct pr_task task;
	bool stopping; /* the method is over: no further check */
	size_t checks, missed;
	pr_continuous_fn *fn;
	void *arg;
};

/* Announces and starts the first check at once. `fn` comes from the loop when the last one is over.
 */
void pr_continuous_start(
	struct pr_continuous *continuous, struct pr_core *core, pr_continuous_fn *fn, void *arg);

/* The method is over: a check that runs is the last one, a wait ends. Nothing when idle. */
void pr_continuous_stop(struct pr_continuous *continuous);

/* An interruption: a check that runs is ended. */
void pr_continuous_interrupt(struct pr_continuous *continuous);

/* Whether it has been started and has not called back. */
bool pr_continuous_active(const struct pr_continuous *continuous);

/* Ends what runs; no callback. */
void pr_continuous_release(struct pr_continuous *continuous);

#endif
