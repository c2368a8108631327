#include "base/clock.h"
#include "base/log.h"
#include "codec/json.h"
#include "engine/run_private.h"

static void play(struct pr_run *run);

static json_t *stamp_now(const struct pr_run *run)
{
	char stamp[PR_STAMP_SIZE];

	pr_stamp_iso(stamp, pr_loop_wall_us(run->core.loop));
	return json_string(stamp);
}

/* The member of ours, made where the journal's was lost. Borrowed; NULL: no memory. */
static json_t *extension_of(const struct pr_recovery *recovery)
{
	json_t *extension = json_object_get(recovery->journal, PR_JOURNAL_EXTENSION);

	if (json_is_object(extension))
		return extension;
	if (json_object_set_new(recovery->journal, PR_JOURNAL_EXTENSION,
		    pr_recovery_extension(&recovery->strategies, NULL)))
		return NULL;
	return json_object_get(recovery->journal, PR_JOURNAL_EXTENSION);
}

/* Says in the journal what is about to be done. */
static int note_beginning(const struct pr_run *run, struct pr_err *err)
{
	const struct pr_recovery *recovery = run->recovery;
	json_t *extension = extension_of(recovery);
	json_t *done = json_object_get(extension, "recoveries");
	json_t *notes = recovery->notes ? json_incref(recovery->notes) : json_array();

	if (!extension) {
		json_decref(notes);
		return pr_fail_nomem(err);
	}
	if (!json_is_array(done)) {
		(void)json_object_set_new(extension, "recoveries", json_array());
		done = json_object_get(extension, "recoveries");
	}
	return pr_json_append(
		done, json_pack("{s:o, s:o}", "start", stamp_now(run), "rollbacks", notes), err);
}

/* Ends the recovery, and with it the journal. */
static int note_end(const struct pr_run *run, struct pr_err *err)
{
	json_t *journal = run->recovery->journal;
	json_auto_t *extension = json_incref(json_object_get(journal, PR_JOURNAL_EXTENSION));
	const json_t *done = json_object_get(extension, "recoveries");
	json_t *last = json_array_get(done, json_array_size(done) - 1);
	int r = pr_json_set(last, "end", stamp_now(run), err);

	if (r == 0)
		r = pr_journal_end(run->core.journal, err);
	return r ? r : pr_json_set(journal, PR_JOURNAL_EXTENSION, pr_steal(extension), err);
}

static void finish(struct pr_run *run, bool complete)
{
	struct pr_err err = PR_ERR_INIT;

	run->stage = PR_STAGE_CLOSING;
	if (complete && note_end(run, &err))
		pr_run_crash(run, &err);
	if (pr_journal_close(run->core.journal, &err))
		pr_run_crash(run, &err);
	pr_run_over(run);
}

/* One that upstream would have crashed by must not keep the others from being played. */
static void on_sequence(void *arg)
{
	struct pr_run *run = arg;

	run->recovered += run->sequence.next;
	if (run->sequence.end == PR_STEP_CRASHED) {
		pr_error("%s", run->sequence.error.msg);
		pr_run_crash(run, &run->sequence.error);
	}
	pr_core_flush(&run->core);
	if (pr_run_unwind(run))
		finish(run, false);
	else
		play(run);
}

/* What is left to be played. New reference; NULL: no memory. */
static json_t *items_left(const struct pr_run *run)
{
	const json_t *owed = run->recovery->owed;
	json_auto_t *items = json_array();

	for (size_t i = run->recovered; items && i < json_array_size(owed); i++)
		if (json_array_append(items, json_array_get(owed, i)))
			return NULL;
	return pr_steal(items);
}

/* Plays the rollbacks that are left, or ends. */
static void play(struct pr_run *run)
{
	json_auto_t *items = items_left(run);
	struct pr_err err = PR_ERR_INIT;

	if (!items) {
		pr_fail_nomem(&err);
		pr_run_crash(run, &err);
		finish(run, false);
	} else if (json_array_size(items) == 0) {
		finish(run, true);
	} else {
		pr_sequence_start(&run->sequence, &run->core, PR_PHASE_ROLLBACKS, items,
			json_object_get(run->recovery->journal, "rollbacks"), on_sequence, run);
	}
}

static void announce(const struct pr_recovery *recovery)
{
	const json_t *note;
	size_t i;

	if (recovery->state != PR_RECOVERY_OWED)
		return;
	pr_info("Let's rollback...");
	json_array_foreach (recovery->notes, i, note) {
		if (json_is_true(json_object_get(note, "again")))
			pr_warn("Rollback '%s' was under way when the run died: it is played again",
				pr_json_str(note, "name"));
	}
}

void pr_run_recover(struct pr_run *run)
{
	struct pr_core *core = &run->core;
	struct pr_recovery *recovery = run->recovery;
	int r;

	core->view.journal = recovery->journal;
	/* A recovered one that is opened again has none until this recovery has one, too. */
	json_object_del(recovery->journal, "end");
	json_object_del(recovery->journal, "duration");
	core->deviated = json_is_true(json_object_get(recovery->journal, "deviated"));
	pr_core_set_status(core, "interrupted");
	r = note_beginning(run, &run->error);
	if (r == 0)
		r = pr_journal_resume(core->loop, recovery->journal, run->journal_path,
			&core->journal, &run->error);
	if (r) {
		pr_run_refuse(run);
		return;
	}
	run->stage = PR_STAGE_ROLLBACKS;
	announce(recovery);
	play(run);
}
