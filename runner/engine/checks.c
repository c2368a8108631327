#include "base/text.h"
#include "engine/run_private.h"
#include "experiment/activities.h"

/* Whether the strategy checks the hypothesis at this place (docs/engine.md 6.1). */
static bool is_checked(const struct pr_run *run, enum pr_phase phase)
{
	static const struct {
		bool before, after;
	} checks[] = {
		[PR_HYPOTHESIS_DEFAULT] = {.before = true, .after = true},
		[PR_HYPOTHESIS_BEFORE_METHOD_ONLY] = {.before = true},
		[PR_HYPOTHESIS_AFTER_METHOD_ONLY] = {.after = true},
		[PR_HYPOTHESIS_DURING_METHOD_ONLY] = {.before = false},
		[PR_HYPOTHESIS_CONTINUOUSLY] = {.before = true, .after = true},
		[PR_HYPOTHESIS_SKIP] = {.before = false},
	};
	enum pr_hypothesis_strategy strategy = run->core.strategies.hypothesis;

	return pr_document_has_hypothesis(run->core.view.document) &&
	       (phase == PR_PHASE_BEFORE ? checks[strategy].before : checks[strategy].after);
}

static void on_gate(void *arg)
{
	struct pr_run *run = arg;
	enum pr_hypothesis_end end = run->hypothesis.end;

	pr_core_flush(&run->core);
	if (end == PR_HYPOTHESIS_CRASHED) {
		pr_run_crash(run, &run->hypothesis.error);
		pr_run_finish(run);
	} else if (pr_run_unwind(run)) {
		pr_run_rollbacks(run);
	} else if (end == PR_HYPOTHESIS_MET) {
		pr_run_method(run);
	} else {
		/* A system that is not in its steady state is no failure: there was nothing to
		 * learn. */
		pr_core_set_status(
			&run->core, end == PR_HYPOTHESIS_FAILED ? "failed" : "completed");
		pr_run_rollbacks(run);
	}
}

void pr_run_gate(struct pr_run *run)
{
	if (is_checked(run, PR_PHASE_BEFORE))
		pr_hypothesis_start(&run->hypothesis, &run->core, PR_PHASE_BEFORE, on_gate, run);
	else
		pr_run_method(run);
}

/* The continuous hypothesis is over too: what comes now may not overlap with it. */
static void run_joined(struct pr_run *run)
{
	run->joining = false;
	pr_run_unwind(run);
	if (run->crashed)
		pr_run_finish(run);
	else
		pr_run_rollbacks(run);
}

void pr_run_continuous_over(void *arg)
{
	struct pr_run *run = arg;

	if (run->joining)
		run_joined(run);
}

static void run_join(struct pr_run *run)
{
	run->joining = true;
	if (!pr_continuous_active(&run->continuous))
		run_joined(run);
}

static void on_after(void *arg)
{
	struct pr_run *run = arg;
	enum pr_hypothesis_end end = run->hypothesis.end;

	if (end == PR_HYPOTHESIS_CRASHED) {
		pr_run_crash(run, &run->hypothesis.error);
	} else if (end == PR_HYPOTHESIS_MISSED || end == PR_HYPOTHESIS_FAILED) {
		pr_core_set_deviated(&run->core);
		pr_core_set_status(
			&run->core, end == PR_HYPOTHESIS_FAILED ? "failed" : "completed");
	}
	pr_core_flush(&run->core);
	pr_run_unwind(run);
	run_join(run);
}

void pr_run_after(struct pr_run *run)
{
	static const char *const skipping[] = {"interrupted", "aborted"};
	const char *status = run->core.status;
	bool skipped = status && pr_text_index(status, skipping, PR_LEN(skipping)) >= 0;

	run->stage = PR_STAGE_AFTER;
	if (!skipped && is_checked(run, PR_PHASE_AFTER))
		pr_hypothesis_start(&run->hypothesis, &run->core, PR_PHASE_AFTER, on_after, run);
	else
		run_join(run);
}
