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
};

/* Takes up what is due; strings are copied. Caller frees. */
int pr_scheduler_new(struct pr_server *server, const struct pr_scheduler_options *options,
	struct pr_scheduler **ret_scheduler, struct pr_err *err);

/* Kills what still runs. NULL is allowed. */
void pr_scheduler_free(struct pr_scheduler *scheduler);

/*
 * Inside the transaction that makes or changes a plan: puts its job into the store. `schedule` is
 * that of its definition. Only for plans whose deployment the server launches.
 */
int pr_scheduler_plan(struct pr_scheduler *scheduler, const char *organization, const char *plan,
	const json_t *schedule, struct pr_err *err);

/* Makes a plan due now, once. PR_EEXIST where it runs already. */
int pr_scheduler_run(struct pr_scheduler *scheduler, const char *plan, struct pr_err *err);

/* Stops its schedule, or takes it up again from the next date on. */
int pr_scheduler_suspend(
	struct pr_scheduler *scheduler, const char *plan, bool suspended, struct pr_err *err);

/* Forgets a plan: its job goes, a run of this server is asked to end. */
int pr_scheduler_forget(struct pr_scheduler *scheduler, const char *plan, struct pr_err *err);

/* After a commit: looks what is due. */
void pr_scheduler_wake(struct pr_scheduler *scheduler);

/* Launches nothing any more, ends all runs with TERM; `fn` is called when all have ended. */
void pr_scheduler_stop(struct pr_scheduler *scheduler, pr_loop_fn *fn, void *arg);

#endif
