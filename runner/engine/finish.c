#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "engine/run_private.h"

/* The journal has the last word: hooks may have changed it. */
static void on_over(void *arg)
{
	struct pr_run *run = arg;
	json_t *journal = run->core.view.journal;
	struct pr_run_result result = {
		.status = run->crashed ? NULL : pr_json_str(journal, "status"),
		.deviated = json_is_true(json_object_get(journal, "deviated")),
		.journal = journal,
		.error = run->error.code ? &run->error : NULL,
	};

	/* The run may be freed in there. */
	run->fn(run->arg, &result);
}

void pr_run_over(struct pr_run *run)
{
	pr_task_post(run->core.loop, &run->task, on_over, run);
}

void pr_run_refuse(struct pr_run *run)
{
	run->stage = PR_STAGE_CLOSING;
	run->crashed = true;
	pr_vault_free(pr_steal(run->vault));
	pr_dynamic_free(pr_steal(run->dynamic));
	pr_task_cancel(&run->task);
	pr_run_over(run);
}

void pr_run_crash(struct pr_run *run, const struct pr_err *err)
{
	if (run->crashed)
		return;
	run->crashed = true;
	run->error = *err;
}

static void on_finished(void *arg)
{
	pr_run_over(arg);
}

static void on_experiment(void *arg)
{
	struct pr_run *run = arg;

	pr_journal_close(run->core.journal, &run->error);
	pr_run_ask(run, PR_HOOK_FINISHED, run->core.view.journal, on_finished);
}

/* What upstream leaves without a journal has one here: it must not look like a success. */
static void decide_status(struct pr_run *run)
{
	if (run->crashed)
		pr_core_set_status(&run->core, "aborted");
	else if (!run->core.status)
		pr_core_set_status(&run->core, "completed");
}

static void announce(const struct pr_run *run)
{
	if (run->crashed)
		return;
	pr_info("Experiment ended with status: %s",
		run->core.deviated ? "deviated" : run->core.status);
	if (run->core.deviated)
		pr_info("The steady-state has deviated, a weakness may have been discovered");
}

void pr_run_finish(struct pr_run *run)
{
	struct pr_err err = PR_ERR_INIT;

	run->stage = PR_STAGE_CLOSING;
	decide_status(run);
	if (pr_journal_end(run->core.journal, &err))
		pr_run_crash(run, &err);
	announce(run);
	pr_core_flush(&run->core);
	if (run->core.interruption.never_started)
		on_experiment(run);
	else
		pr_run_ask(run, PR_HOOK_AFTER_EXPERIMENT, run->core.view.journal, on_experiment);
}
