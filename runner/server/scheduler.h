#ifndef PR_SERVER_SCHEDULER_H
#define PR_SERVER_SCHEDULER_H

/*
 * Runs the plans of managed deployments: once, or by their schedule. What is due stands in the
 * store (jobs); a run is claimed there by one update that only one server can win, kept by a lease
 * that its server renews, and watched until its process has ended. docs/platform.md has the rules
 * for time zones, missed and overlapping runs.
 */

#include "base/err.h"
#include "server/server.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_scheduler;

struct pr_scheduler_options {
	const char *runner; /* the program */
	const char *url;    /* where runs find the platform */
	int64_t lease_us; /* a run is kept without a sign of its server; 0: PR_SCHEDULER_LEASE_US */
	int64_t late_us;  /* a missed date is still made up for; 0: PR_SCHEDULER_LATE_US */
};

#define PR_SCHEDULER_LEASE_US (30 * INT64_C(1000000))
#define PR_SCHEDULER_LATE_US (3600 * INT64_C(1000000))

/* Runs of one server at a time; what is due beyond waits. */
#define PR_SCHEDULER_RUNS 250

/* Takes up what is due; strings are copied. Caller frees. */
int pr_scheduler_new(struct pr_server *server, const struct pr_scheduler_options *options,
	struct pr_scheduler **ret_scheduler, struct pr_err *err);

/* Kills what still runs; its plans get their error when the lease is over. NULL is allowed. */
void pr_scheduler_free(struct pr_scheduler *scheduler);

/*
 * Inside the transaction that makes or changes a plan: puts its job into the store. `schedule` is
 * that of its definition. Only for plans whose deployment the server launches; a schedule `now`
 * that was put before is not launched again by it. Whether the schedule ever comes is told by the
 * plan's status, later.
 */
int pr_scheduler_plan(struct pr_scheduler *scheduler, const char *organization, const char *plan,
	const json_t *schedule, struct pr_err *err);

/* Makes a plan due now, once. PR_EEXIST where it runs already. */
int pr_scheduler_run(struct pr_scheduler *scheduler, const char *plan, struct pr_err *err);

/* Stops its schedule, or takes it up again from the next date on. PR_ENOTFOUND: it has no job. */
int pr_scheduler_suspend(
	struct pr_scheduler *scheduler, const char *plan, bool suspended, struct pr_err *err);

/* Forgets a plan: its job goes, its run is asked to end, once that is committed. */
int pr_scheduler_forget(struct pr_scheduler *scheduler, const char *plan, struct pr_err *err);

/* After a commit: looks what is due, where one of the functions above was called. NULL is
 * allowed. */
void pr_scheduler_wake(struct pr_scheduler *scheduler);

/* Launches nothing any more, ends all runs with TERM; `fn` is called when all have ended. */
void pr_scheduler_stop(struct pr_scheduler *scheduler, pr_loop_fn *fn, void *arg);

#endif
