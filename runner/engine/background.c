#include "engine/background.h"

#include "base/log.h"

void pr_background_init(struct pr_background *background, pr_background_fn *fn, void *arg)
{
	background->first = NULL;
	background->fn = fn;
	background->arg = arg;
}

static void background_remove(struct pr_background *background, struct pr_step *step)
{
	if (step->prev)
		step->prev->next = step->next;
	else
		background->first = step->next;
	if (step->next)
		step->next->prev = step->prev;
}

static void on_step(void *arg, struct pr_step *step)
{
	struct pr_background *background = arg;

	/* Upstream's thread pool loses what its threads raise (docs/engine.md 4.2). */
	if (step->end == PR_STEP_CRASHED)
		pr_debug("background activity ended unexpectedly: %s", step->error.msg);
	if (step->end == PR_STEP_CRASHED && step->error.code == PR_ENOMEM)
		background->error = step->error;
	background_remove(background, step);
	pr_step_free(step);
	if (!background->first)
		background->fn(background->arg);
}

int pr_background_add(struct pr_background *background, struct pr_core *core,
	const struct pr_step_order *order, struct pr_err *err)
{
	struct pr_step_order own = *order;
	struct pr_step *step;

	own.background = true;
	step = pr_step_start(core, &own, on_step, background);
	if (!step)
		return pr_fail_nomem(err);
	step->next = background->first;
	if (step->next)
		step->next->prev = step;
	background->first = step;
	return 0;
}

bool pr_background_busy(const struct pr_background *background)
{
	return background->first != NULL;
}

void pr_background_cut(struct pr_background *background)
{
	for (struct pr_step *step = background->first; step; step = step->next)
		pr_step_cut(step);
}

void pr_background_cut_before(struct pr_background *background)
{
	for (struct pr_step *step = background->first; step; step = step->next)
		pr_step_cut_before(step);
}

void pr_background_release(struct pr_background *background)
{
	while (background->first) {
		struct pr_step *step = background->first;

		background->first = step->next;
		pr_step_free(step);
	}
}
