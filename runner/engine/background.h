#ifndef PR_ENGINE_BACKGROUND_H
#define PR_ENGINE_BACKGROUND_H

/*
 * The activities of one sequence that run beside it (docs/engine.md 4.2). What becomes of them
 * changes nothing for the sequence, which only waits for the last one, unless memory was lacking.
 * Private to the engine.
 */

#include "engine/activity_step.h"

typedef void pr_background_fn(void *arg);

/* All zero is an empty one. */
struct pr_background {
	struct pr_step *first;
	struct pr_err error; /* PR_ENOMEM when one of them could not be kept */
	pr_background_fn *fn;
	void *arg;
};

/* `fn` comes from the loop whenever the last one has ended. */
void pr_background_init(struct pr_background *background, pr_background_fn *fn, void *arg);

/* Starts one; order->background is set here. PR_ENOMEM. */
int pr_background_add(struct pr_background *background, struct pr_core *core,
	const struct pr_step_order *order, struct pr_err *err);

/* Whether any is still there. */
bool pr_background_busy(const struct pr_background *background);

/* Interrupts all of them, as pr_step_cut. */
void pr_background_cut(struct pr_background *background);

/* Interrupts those whose activity has not started, as pr_step_cut_before. */
void pr_background_cut_before(struct pr_background *background);

/* Ends what runs; no callback. */
void pr_background_release(struct pr_background *background);

#endif
