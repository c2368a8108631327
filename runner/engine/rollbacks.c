#include "base/log.h"
#include "base/text.h"
#include "engine/run_private.h"
#include "experiment/activities.h"

static json_t *runs_of(const struct pr_run *run)
{
	return json_object_get(run->core.view.journal, "rollbacks");
}

/* Whether the strategy plays them (docs/engine.md 6.3); says so where that was asked for. */
static bool are_played(const struct pr_run *run)
{
	const char *status = run->core.status;

	switch (run->core.strategies.rollbacks) {
	case PR_ROLLBACK_ALWAYS:
		pr_warn("Rollbacks were explicitly requested to be played");
		return true;
	case PR_ROLLBACK_NEVER:
		pr_warn("Rollbacks were explicitly requested to not be played");
		return false;
	case PR_ROLLBACK_DEVIATED:
		if (run->core.deviated)
			pr_warn("Rollbacks will be played only because the experiment deviated");
		else
			pr_warn("Rollbacks were explicitely requested to be played only if the "
				"experiment deviated. Since this is not the case, we will not play "
				"them.");
		return run->core.deviated;
	case PR_ROLLBACK_DEFAULT:
		break;
	}
	return !pr_text_eq(status, "failed") && !pr_text_eq(status, "interrupted");
}

static void on_closed(void *arg)
{
	struct pr_run *run = arg;

	pr_core_flush(&run->core);
	pr_run_unwind(run);
	pr_run_finish(run);
}

static void rollbacks_close(struct pr_run *run)
{
	pr_run_ask(run, PR_HOOK_AFTER_ROLLBACKS, runs_of(run), on_closed);
}

static void on_sequence(void *arg)
{
	struct pr_run *run = arg;

	if (run->sequence.end == PR_STEP_CRASHED)
		pr_run_crash(run, &run->sequence.error);
	rollbacks_close(run);
}

static void on_opened(void *arg)
{
	struct pr_run *run = arg;
	json_t *rollbacks = pr_document_rollbacks(run->core.view.document);

	if (run->core.interruption.count != run->unwound) {
		rollbacks_close(run);
	} else if (json_array_size(rollbacks) == 0) {
		pr_info("No declared rollbacks, let's move on.");
		rollbacks_close(run);
	} else {
		pr_sequence_start(&run->sequence, &run->core, PR_PHASE_ROLLBACKS, rollbacks,
			runs_of(run), on_sequence, run);
	}
}

void pr_run_rollbacks(struct pr_run *run)
{
	if (run->core.interruption.skip_rollbacks || !are_played(run)) {
		pr_run_finish(run);
		return;
	}
	run->stage = PR_STAGE_ROLLBACKS;
	pr_info("Let's rollback...");
	pr_run_ask(run, PR_HOOK_BEFORE_ROLLBACKS, NULL, on_opened);
}
