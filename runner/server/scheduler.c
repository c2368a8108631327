#include "server/scheduler.h"

#include "base/compiler.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "deploy/cron.h"
#include "deploy/cron_next.h"
#include "server/scheduler_private.h"

#include <stdlib.h>

#define US_PER_S INT64_C(1000000)

/* Clocks may be set, and other servers may add jobs, while a timer waits. */
#define WAIT_US (60 * US_PER_S)
#define WAIT_SHARED_US (10 * US_PER_S)

/* After a failure, or while there is no room for what is due. */
#define AGAIN_US (1 * US_PER_S)

static void on_look(void *arg);

/* How long until something is to be done. */
static int64_t wait_for(struct pr_scheduler *scheduler)
{
	bool shared = pr_text_eq(pr_database_kind(scheduler->database), "postgresql");
	int64_t most = shared ? WAIT_SHARED_US : WAIT_US;
	bool full = scheduler->run_count >= PR_SCHEDULER_RUNS;
	int64_t wait;
	int64_t at = 0;

	if (scheduler->runs && scheduler->lease_us / 3 < most)
		most = scheduler->lease_us / 3;
	if (pr_jobs_next(scheduler->database, scheduler->id, &at, NULL))
		return AGAIN_US;
	if (!at || scheduler->stopping)
		return most;
	wait = at - pr_loop_wall_us(scheduler->loop);
	if (wait < 0)
		wait = 0;
	if (full && wait < AGAIN_US)
		wait = AGAIN_US;
	return wait < most ? wait : most;
}

static void end_stop(struct pr_scheduler *scheduler)
{
	pr_loop_fn *stopped = scheduler->stopped;

	scheduler->stopped = NULL;
	pr_timer_stop(&scheduler->timer);
	stopped(scheduler->stopped_arg);
}

static void on_look(void *arg)
{
	struct pr_scheduler *scheduler = arg;
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_scheduler_look(scheduler, &err);

	if (rc)
		pr_error("managed deployments: %s", err.msg);
	if (scheduler->stopped && !scheduler->runs) {
		end_stop(scheduler);
		return;
	}
	/* without memory for a timer nothing would ever be looked for again */
	if (pr_timer_start(scheduler->loop, &scheduler->timer, rc ? AGAIN_US : wait_for(scheduler),
		    on_look, scheduler))
		pr_scheduler_soon(scheduler);
}

void pr_scheduler_soon(struct pr_scheduler *scheduler)
{
	pr_task_post(scheduler->loop, &scheduler->task, on_look, scheduler);
}

int pr_scheduler_new(struct pr_server *server, const struct pr_scheduler_options *options,
	struct pr_scheduler **ret_scheduler, struct pr_err *err)
{
	struct pr_scheduler *scheduler = calloc(1, sizeof(*scheduler));
	int rc;

	if (!scheduler)
		return pr_fail_nomem(err);
	scheduler->server = server;
	scheduler->loop = pr_server_loop(server);
	scheduler->database = pr_server_database(server);
	scheduler->lease_us = options->lease_us ? options->lease_us : PR_SCHEDULER_LEASE_US;
	scheduler->late_us = options->late_us ? options->late_us : PR_SCHEDULER_LATE_US;
	scheduler->runner = pr_text_dup(options->runner);
	scheduler->url = pr_text_dup(options->url);
	scheduler->unsettled = true;
	rc = pr_uuid_random(scheduler->id, err);
	if (!rc && (!scheduler->runner || !scheduler->url))
		rc = pr_fail_nomem(err);
	if (rc) {
		pr_scheduler_free(scheduler);
		return rc;
	}
	pr_scheduler_soon(scheduler);
	*ret_scheduler = scheduler;
	return 0;
}

void pr_scheduler_free(struct pr_scheduler *scheduler)
{
	if (!scheduler)
		return;
	pr_timer_stop(&scheduler->timer);
	pr_task_cancel(&scheduler->task);
	while (scheduler->runs) {
		struct pr_run *run = scheduler->runs;

		scheduler->runs = run->next;
		pr_scheduled_free(run);
	}
	free(scheduler->runner);
	free(scheduler->url);
	free(scheduler);
}

int64_t pr_scheduler_date(const char *pattern, const char *zone, int64_t after, struct pr_err *err)
{
	const char *fields;
	int64_t at;

	if (pr_cron_read(pattern, &fields, err) ||
		pr_cron_next(fields, zone ? zone : "Etc/UTC", after, &at, err))
		return 0;
	return at;
}

int pr_scheduler_plan(struct pr_scheduler *scheduler, const char *organization, const char *plan,
	const json_t *schedule, struct pr_err *err)
{
	int64_t now = pr_loop_wall_us(scheduler->loop);
	struct pr_job job = {.plan = plan, .organization = organization, .due = now};

	if (json_is_true(json_object_get(schedule, "via_agent")))
		return 0;
	if (pr_text_eq(json_string_value(json_object_get(schedule, "type")), "cron")) {
		job.pattern = json_string_value(json_object_get(schedule, "pattern"));
		job.time_zone = json_string_value(json_object_get(schedule, "timezone"));
		if (!job.pattern)
			return pr_fail(err, PR_EINVAL, "the schedule has no pattern");
		job.due = pr_scheduler_date(job.pattern, job.time_zone, now, NULL);
	}
	scheduler->changed = true;
	scheduler->unsettled = true;
	return pr_jobs_put(scheduler->database, &job, err);
}

int pr_scheduler_run(struct pr_scheduler *scheduler, const char *plan, struct pr_err *err)
{
	scheduler->changed = true;
	return pr_jobs_ask(scheduler->database, plan, pr_loop_wall_us(scheduler->loop), err);
}

static int resume(struct pr_scheduler *scheduler, const char *plan, struct pr_err *err)
{
	json_auto_t *job = NULL;
	const char *pattern;
	int64_t due = 0;
	int rc = pr_jobs_get(scheduler->database, plan, &job, err);

	if (rc)
		return rc;
	pattern = json_string_value(json_object_get(job, "pattern"));
	if (pattern)
		due = pr_scheduler_date(pattern,
			json_string_value(json_object_get(job, "time_zone")),
			pr_loop_wall_us(scheduler->loop), NULL);
	return pr_jobs_resume(scheduler->database, plan, due, err);
}

int pr_scheduler_suspend(
	struct pr_scheduler *scheduler, const char *plan, bool suspended, struct pr_err *err)
{
	scheduler->changed = true;
	return suspended ? pr_jobs_suspend(scheduler->database, plan, err)
			 : resume(scheduler, plan, err);
}

int pr_scheduler_forget(struct pr_scheduler *scheduler, const char *plan, struct pr_err *err)
{
	scheduler->changed = true;
	return pr_jobs_forget(scheduler->database, plan, err);
}

void pr_scheduler_wake(struct pr_scheduler *scheduler)
{
	if (scheduler && scheduler->changed)
		pr_scheduler_soon(scheduler);
}

void pr_scheduler_stop(struct pr_scheduler *scheduler, pr_loop_fn *fn, void *arg)
{
	scheduler->stopping = true;
	scheduler->stopped = fn;
	scheduler->stopped_arg = arg;
	for (struct pr_run *run = scheduler->runs; run; run = run->next)
		pr_scheduled_stop(run);
	pr_scheduler_soon(scheduler);
}
