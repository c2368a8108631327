#include "server/scheduler_private.h"

#include "base/compiler.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "server/batch.h"
#include "server/events.h"
#include "store/tokens.h"

/* Jobs that are taken by one look: others can be served between two. */
#define BATCH 20

#define LOST                                                                                     \
	"the server that had launched it went away, or lost its database: whether the run went " \
	"on is not known"

static const struct pr_run *find_run(const struct pr_scheduler *scheduler, const char *id)
{
	const struct pr_run *run = scheduler->runs;

	while (run && !pr_text_eq(run->id, id))
		run = run->next;
	return run;
}

static bool has_run(const json_t *rows, const char *id)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (pr_text_eq(pr_job_text(row, "run"), id))
			return true;
	}
	return false;
}

static int settle_ended(struct pr_scheduler *scheduler, struct pr_err *err)
{
	int rc = 0;

	for (struct pr_run *run = scheduler->runs; !rc && run; run = run->next) {
		if (run->state == PR_RUN_ENDED)
			rc = pr_scheduled_settle(run, err);
	}
	return rc;
}

/* A run that no server minds any more. Its token lasts for a while: should it live, its end counts.
 */
static int drop_lost(
	struct pr_scheduler *scheduler, const json_t *row, int64_t now, struct pr_err *err)
{
	static const char *const errors[2] = {LOST, LOST};
	const char *plan = pr_job_text(row, "plan_id");
	bool won = false;
	int rc = pr_jobs_drop(scheduler->database, plan, pr_job_text(row, "run"), now, &won, err);

	if (rc || !won)
		return rc;
	pr_warn("the run of plan %s is lost: %s", plan, LOST);
	return pr_run_fail(scheduler, pr_job_text(row, "org_id"), plan, errors, err);
}

static bool renewal_is_due(const struct pr_scheduler *scheduler)
{
	return scheduler->runs &&
	       pr_loop_now_us(scheduler->loop) - scheduler->renewed_us >= scheduler->lease_us / 3;
}

/* Renews leases; ends what was forgotten, or taken for lost by others. */
static int renew(struct pr_scheduler *scheduler, struct pr_err *err)
{
	json_auto_t *rows = NULL;
	int64_t now = pr_loop_wall_us(scheduler->loop);
	json_t *row;
	size_t i;
	int rc = pr_jobs_renew(scheduler->database, scheduler->id, now + scheduler->lease_us,
		now + PR_RUN_TOKEN_US, &rows, err);

	if (rc)
		return rc;
	scheduler->renewed_us = pr_loop_now_us(scheduler->loop);
	for (struct pr_run *run = scheduler->runs; run; run = run->next) {
		if (!has_run(rows, run->id))
			pr_scheduled_stop(run);
	}
	json_array_foreach (rows, i, row) {
		if (!rc && !find_run(scheduler, pr_job_text(row, "run")))
			rc = drop_lost(scheduler, row, now + scheduler->lease_us, err);
	}
	return rc;
}

static int drop_all_lost(struct pr_scheduler *scheduler, struct pr_err *err)
{
	int64_t now = pr_loop_wall_us(scheduler->loop);
	json_auto_t *rows = NULL;
	json_t *row;
	size_t i;
	int rc = pr_jobs_lost(scheduler->database, now, &rows, err);

	json_array_foreach (rows, i, row) {
		if (!rc && !find_run(scheduler, pr_job_text(row, "run")))
			rc = drop_lost(scheduler, row, now, err);
	}
	return rc;
}

/* A plan with a schedule is created once that is taken up. */
static int settle_created(struct pr_scheduler *scheduler, struct pr_err *err)
{
	json_auto_t *rows = NULL;
	json_t *row;
	size_t i;
	int rc = pr_jobs_unsettled(scheduler->database, &rows, err);

	json_array_foreach (rows, i, row) {
		const struct pr_plan_id plan = {.organization = pr_job_text(row, "org_id"),
			.id = pr_job_text(row, "plan_id")};
		struct pr_plan_move move = {.from = "creating", .to = "created"};
		bool comes = !json_is_null(json_object_get(row, "due"));
		struct pr_err reason = PR_ERR_INIT;

		if (!comes) {
			pr_scheduler_date(pr_job_text(row, "pattern"),
				pr_job_text(row, "time_zone"), pr_loop_wall_us(scheduler->loop),
				&reason);
			move.to = "creation error";
			move.error = reason.msg;
		}
		if (!rc)
			rc = pr_scheduled_move(scheduler, &plan, &move, NULL, err);
		pr_events_note(
			pr_server_events(scheduler->server), plan.organization, "plan", plan.id);
	}
	return rc;
}

/* Of the dates that were missed the newest one counts: whether it is too long ago. */
static bool is_too_late(const struct pr_scheduler *scheduler, const json_t *job, int64_t now)
{
	const char *pattern = pr_job_text(job, "pattern");
	int64_t least = now - scheduler->late_us;
	int64_t newest;

	if (!pattern || json_integer_value(json_object_get(job, "due")) >= least)
		return false;
	newest = pr_scheduler_date(pattern, pr_job_text(job, "time_zone"), least - 1, NULL);
	return !newest || newest > now;
}

static int pass_over(struct pr_scheduler *scheduler, const json_t *job, int64_t next,
	const char *why, struct pr_err *err)
{
	struct pr_job_claim date = {.plan = pr_job_text(job, "plan_id"),
		.due = json_integer_value(json_object_get(job, "due")),
		.next = next};
	char stamp[PR_STAMP_SIZE];
	bool won = false;
	int rc = pr_jobs_skip(scheduler->database, &date, &won, err);

	pr_stamp_iso(stamp, date.due);
	if (!rc && won)
		pr_warn("plan %s is not launched for %s: %s", date.plan, stamp, why);
	return rc;
}

static int take_job(struct pr_scheduler *scheduler, const json_t *job, struct pr_err *err)
{
	const char *pattern = pr_job_text(job, "pattern");
	int64_t now = pr_loop_wall_us(scheduler->loop);
	int64_t next = 0;

	if (pattern)
		next = pr_scheduler_date(pattern, pr_job_text(job, "time_zone"), now, NULL);
	if (pr_job_text(job, "run"))
		return pass_over(scheduler, job, next, "its run before still goes on", err);
	if (is_too_late(scheduler, job, now))
		return pass_over(scheduler, job, next, "that is too long ago", err);
	return pr_scheduled_claim(scheduler, job, next, err);
}

static int take_jobs(struct pr_scheduler *scheduler, struct pr_err *err)
{
	json_auto_t *jobs = NULL;
	json_t *job;
	size_t i;
	int rc = pr_jobs_due(
		scheduler->database, pr_loop_wall_us(scheduler->loop), BATCH, &jobs, err);

	json_array_foreach (jobs, i, job) {
		if (!rc && scheduler->run_count < PR_SCHEDULER_RUNS)
			rc = take_job(scheduler, job, err);
	}
	return rc;
}

static int do_all(struct pr_scheduler *scheduler, struct pr_err *err)
{
	int rc = settle_ended(scheduler, err);

	if (!rc && (renewal_is_due(scheduler) || scheduler->changed))
		rc = renew(scheduler, err);
	if (!rc)
		rc = drop_all_lost(scheduler, err);
	if (!rc && scheduler->unsettled)
		rc = settle_created(scheduler, err);
	if (!rc && !scheduler->stopping)
		rc = take_jobs(scheduler, err);
	return rc;
}

/* Starts what was taken, forgets what is told; after a failure what was taken is not, and what was
 * told is told again. */
static void finish(struct pr_scheduler *scheduler, bool kept)
{
	struct pr_run **at = &scheduler->runs;

	while (*at) {
		struct pr_run *run = *at;
		enum pr_run_state over = kept ? PR_RUN_DONE : PR_RUN_CLAIMED;

		if (run->state == PR_RUN_DONE && !kept)
			run->state = PR_RUN_ENDED;
		if (run->state == over) {
			*at = run->next;
			scheduler->run_count--;
			pr_scheduled_free(run);
			continue;
		}
		if (run->state == PR_RUN_CLAIMED)
			pr_scheduled_start(run);
		at = &run->next;
	}
}

/* Whether a look would change anything; asks the store for the rest only. */
static bool is_idle(struct pr_scheduler *scheduler)
{
	int64_t at = 0;

	if (scheduler->changed || scheduler->unsettled || renewal_is_due(scheduler))
		return false;
	for (const struct pr_run *run = scheduler->runs; run; run = run->next) {
		if (run->state == PR_RUN_ENDED)
			return false;
	}
	if (pr_jobs_next(scheduler->database, scheduler->id, &at, NULL))
		return false;
	return !at || at > pr_loop_wall_us(scheduler->loop);
}

int pr_scheduler_look(struct pr_scheduler *scheduler, struct pr_err *err)
{
	struct pr_store *store = pr_server_store(scheduler->server);
	int rc;

	if (is_idle(scheduler))
		return 0;
	rc = pr_store_change(store, err);
	if (rc)
		return rc;
	rc = do_all(scheduler, err);
	if (!rc)
		rc = pr_store_keep(store, err);
	if (rc)
		pr_store_undo(store);
	/* before the commit, which wakes us again where they are set */
	scheduler->changed = false;
	scheduler->unsettled = false;
	if (rc)
		(void)pr_batch_commit(scheduler->server, NULL);
	else
		rc = pr_batch_commit(scheduler->server, err);
	if (rc) {
		scheduler->changed = true;
		scheduler->unsettled = true;
	}
	finish(scheduler, !rc);
	return rc;
}
