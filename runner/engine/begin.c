#include "base/log.h"
#include "codec/json.h"
#include "engine/run_private.h"
#include "experiment/activities.h"

static void on_experiment(void *arg)
{
	struct pr_run *run = arg;

	if (pr_run_unwind(run))
		pr_run_rollbacks(run);
	else
		pr_run_gate(run);
}

static void announce(const struct pr_run *run)
{
	const struct pr_strategies *strategies = &run->core.strategies;

	if (strategies->dry != PR_DRY_NONE)
		pr_warn("Running experiment with dry %s", pr_dry_name(strategies->dry));
	pr_info("Steady-state strategy: %s", pr_hypothesis_strategy_name(strategies->hypothesis));
	pr_info("Rollbacks strategy: %s", pr_rollback_strategy_name(strategies->rollbacks));
	if (strategies->hypothesis == PR_HYPOTHESIS_SKIP)
		pr_info("Skipping Steady-State Hypothesis as requested");
	else if (!pr_document_has_hypothesis(run->core.view.document))
		pr_info("No steady state hypothesis defined. That's ok, just exploring.");
}

static void on_started(void *arg)
{
	struct pr_run *run = arg;

	if (!pr_run_unwind(run)) {
		announce(run);
		pr_run_ask(run, PR_HOOK_BEFORE_EXPERIMENT, NULL, on_experiment);
	} else if (run->core.interruption.never_started) {
		pr_run_finish(run);
	} else {
		pr_run_rollbacks(run);
	}
}

/* The journal's `experiment` says whether it was a dry run; the document's own word does not count.
 */
static int set_dry(struct pr_run *run, struct pr_err *err)
{
	const char *dry = pr_dry_name(run->core.strategies.dry);

	if (!dry && run->dry_when_set)
		return 0;
	return pr_json_set(
		run->core.view.document, "dry", dry ? json_string(dry) : json_null(), err);
}

static int make_journal(struct pr_run *run, struct pr_err *err)
{
	struct pr_core *core = &run->core;
	const struct pr_recovery_variables variables = {run->var_configuration, run->var_secrets};
	json_auto_t *extension = pr_recovery_extension(&core->strategies, &variables);
	struct pr_journal_origin origin = {
		.document = core->view.document, .extension = extension, .path = run->journal_path};

	return extension ? pr_journal_new(core->loop, &origin, &core->journal, err)
			 : pr_fail_nomem(err);
}

void pr_run_begin(struct pr_run *run)
{
	struct pr_core *core = &run->core;

	if (set_dry(run, &run->error) || make_journal(run, &run->error)) {
		pr_run_refuse(run);
		return;
	}
	run->stage = PR_STAGE_GATE;
	core->view.journal = pr_journal_value(core->journal);
	pr_run_ask(run, PR_HOOK_STARTED, NULL, on_started);
}
