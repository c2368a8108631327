#include "base/log.h"
#include "engine/run_private.h"
#include "experiment/activities.h"

static json_t *runs_of(const struct pr_run *run)
{
	return json_object_get(run->core.view.journal, "run");
}

static void on_closed(void *arg)
{
	struct pr_run *run = arg;

	pr_run_unwind(run);
	pr_continuous_stop(&run->continuous);
	pr_core_flush(&run->core);
	pr_run_after(run);
}

static void method_close(struct pr_run *run)
{
	pr_run_ask(run, PR_HOOK_AFTER_METHOD, runs_of(run), on_closed);
}

static void on_sequence(void *arg)
{
	struct pr_run *run = arg;

	if (run->sequence.end == PR_STEP_CRASHED) {
		pr_critical("Experiment ran into an un expected fatal error, aborting now.\n%s",
			run->sequence.error.msg);
		pr_core_set_status(&run->core, "aborted");
	}
	method_close(run);
}

static void on_opened(void *arg)
{
	struct pr_run *run = arg;
	json_t *method = pr_document_method(run->core.view.document);

	if (run->core.interruption.count != run->unwound) {
		method_close(run);
	} else if (json_array_size(method) == 0) {
		pr_info("No declared activities, let's move on.");
		method_close(run);
	} else {
		pr_sequence_start(&run->sequence, &run->core, PR_PHASE_METHOD, method, runs_of(run),
			on_sequence, run);
	}
}

static bool is_continuous(const struct pr_run *run)
{
	enum pr_hypothesis_strategy strategy = run->core.strategies.hypothesis;

	return pr_document_has_hypothesis(run->core.view.document) &&
	       (strategy == PR_HYPOTHESIS_DURING_METHOD_ONLY ||
		       strategy == PR_HYPOTHESIS_CONTINUOUSLY);
}

void pr_run_method(struct pr_run *run)
{
	run->stage = PR_STAGE_METHOD;
	if (is_continuous(run))
		pr_continuous_start(&run->continuous, &run->core, pr_run_continuous_over, run);
	pr_info("Playing your experiment's method now...");
	pr_run_ask(run, PR_HOOK_BEFORE_METHOD, NULL, on_opened);
}
