#include "base/log.h"
#include "engine/run_private.h"

#include <stdio.h>

/* What hooks and, once the interruption takes effect, the log are told (docs/engine.md 7.2). */
static const struct {
	const char *reason;
	enum pr_log_level level;
	bool own_words; /* even in the rollbacks, where the others share a line */
	bool all;       /* background activities are ended, not awaited */
} kinds[] = {
	[PR_INTERRUPT_SIGINT] = {"Received a termination signal (Ctrl-C)...", PR_LOG_WARNING,
		false},
	[PR_INTERRUPT_SIGTERM] = {"SIGTERM signal received", PR_LOG_CRITICAL, true},
	[PR_INTERRUPT_USR1] = {"Received the exit signal: 20", PR_LOG_WARNING, false},
	[PR_INTERRUPT_USR2] = {"Received the exit signal: 30", PR_LOG_WARNING, .all = true},
	[PR_INTERRUPT_ORDER] = {"The experiment was interrupted", PR_LOG_CRITICAL, true},
	[PR_INTERRUPT_TIMEOUT] = {"The time limit is over", PR_LOG_CRITICAL, true, .all = true},
};

/* Notes the first one since the last that took effect: it decides what is said of them. */
static void interruption_note(struct pr_run *run, enum pr_interrupt_kind kind, const char *reason)
{
	struct pr_interruption *interruption = &run->core.interruption;

	if (interruption->count == run->unwound) {
		interruption->kind = kind;
		snprintf(interruption->reason, sizeof(interruption->reason), "%s",
			reason && *reason ? reason : kinds[kind].reason);
	}
	interruption->count++;
	if (kind == PR_INTERRUPT_USR2)
		interruption->skip_rollbacks = true;
	if (kind == PR_INTERRUPT_SIGTERM)
		pr_warn("Caught SIGTERM signal, interrupting experiment now");
}

/*
 * Ends what runs at present. Rollbacks in the background are ended at once by a time limit only;
 * after any other they are awaited, until the next comes.
 */
static void run_cut(struct pr_run *run, enum pr_interrupt_kind kind)
{
	bool all = kinds[kind].all &&
		   (run->stage != PR_STAGE_ROLLBACKS || kind == PR_INTERRUPT_TIMEOUT);

	if (pr_hypothesis_active(&run->hypothesis))
		pr_hypothesis_interrupt(&run->hypothesis);
	if (pr_sequence_active(&run->sequence))
		pr_sequence_interrupt(&run->sequence, all);
	pr_continuous_interrupt(&run->continuous);
}

void pr_run_interrupt(struct pr_run *run, enum pr_interrupt_kind kind, const char *reason)
{
	if (run->stage == PR_STAGE_NEW)
		return;
	if (run->stage == PR_STAGE_CLOSING) {
		pr_ask_hurry_all(&run->core);
		return;
	}
	interruption_note(run, kind, reason);
	if (run->stage == PR_STAGE_LOADING) {
		pr_fail(&run->error, PR_ECANCELED, "interrupted before the experiment began: %s",
			run->core.interruption.reason);
		pr_run_refuse(run);
		return;
	}
	if (run->core.interruption.count == 1)
		pr_ask_tell(&run->core, &(struct pr_hook_event){
						.point = PR_HOOK_INTERRUPTED,
						.context = run->core.view.document,
						.reason = run->core.interruption.reason,
					});
	pr_ask_hurry_all(&run->core);
	run_cut(run, kind);
}

bool pr_run_unwind(struct pr_run *run)
{
	const struct pr_interruption *interruption = &run->core.interruption;
	const char *text = interruption->reason;

	if (interruption->count == run->unwound)
		return false;
	run->unwound = interruption->count;
	if (run->stage == PR_STAGE_ROLLBACKS && !kinds[interruption->kind].own_words)
		text = "Received an exit signal."
		       "Terminating now without running the remaining rollbacks.";
	pr_log_at(kinds[interruption->kind].level, __FILE__, __LINE__, "%s", text);
	if (interruption->kind == PR_INTERRUPT_USR2 && run->stage != PR_STAGE_ROLLBACKS)
		pr_warn("Ignoring rollbacks as per signal");
	pr_core_set_status(&run->core, "interrupted");
	return true;
}
