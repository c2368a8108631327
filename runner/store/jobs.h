#ifndef PR_STORE_JOBS_H
#define PR_STORE_JOBS_H

/*
 * What the server is to launch: a row for each plan of a managed deployment. It is due at a date,
 * or at none; it has a schedule, or none; it is run by a server, or by none. A run is taken by one
 * update that only one of several servers can win, and is its server's for as long as the lease is
 * renewed. Dates are microseconds since 1970, 0 for none; those of all servers must agree within a
 * few seconds.
 */

#include "store/store.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct pr_job {
	const char *plan;
	const char *organization;
	const char *pattern; /* NULL: once */
	const char *time_zone;
	int64_t due;
};

/*
 * Puts the job of a plan, also in the place of one with another schedule. What has run, or is to
 * run, once is not made due again by it. A run that goes on is left alone.
 */
int pr_jobs_put(struct pr_database *database, const struct pr_job *job, struct pr_err *err);

/* The schedule of a plan: {"pattern","time_zone","due"}. PR_ENOTFOUND: it has no job. Caller owns.
 */
int pr_jobs_get(
	struct pr_database *database, const char *plan, json_t **ret_job, struct pr_err *err);

/* Makes a plan due, with or without a job so far. PR_EEXIST where it runs. */
int pr_jobs_ask(struct pr_database *database, const char *plan, int64_t due, struct pr_err *err);

/* Stops a schedule. PR_ENOTFOUND: the plan has no job. */
int pr_jobs_suspend(struct pr_database *database, const char *plan, struct pr_err *err);

/* Takes it up again, from `due` on. PR_ENOTFOUND: the plan has no job. */
int pr_jobs_resume(struct pr_database *database, const char *plan, int64_t due, struct pr_err *err);

/* Removes a job, its run included. Without one nothing is done. */
int pr_jobs_forget(struct pr_database *database, const char *plan, struct pr_err *err);

/*
 * Those that are due at `now`, suspended ones left out, the earliest first, `limit` at most:
 * [{"plan_id","org_id","pattern","time_zone","due","run"}]. Caller owns.
 */
int pr_jobs_due(struct pr_database *database, int64_t now, int64_t limit, json_t **ret_jobs,
	struct pr_err *err);

/* The earliest date at which a job is due, or a lease of others than `server` is over; 0: none. */
int pr_jobs_next(
	struct pr_database *database, const char *server, int64_t *ret_at, struct pr_err *err);

/* A run that is to be taken. */
struct pr_job_claim {
	const char *plan;
	int64_t due;  /* as it was read: another one has changed it otherwise */
	int64_t next; /* of the schedule; 0: none */
	const char *run;
	const char *server;
	int64_t lease; /* its end */
};

/* Takes a run; whether it was still there to be taken. */
int pr_jobs_claim(struct pr_database *database, const struct pr_job_claim *claim, bool *ret_won,
	struct pr_err *err);

/* Passes over the date of a claim (of which run, server and lease do not count): the same. */
int pr_jobs_skip(struct pr_database *database, const struct pr_job_claim *claim, bool *ret_won,
	struct pr_err *err);

/*
 * Renews the leases of a server, and the tokens of its runs where they last no longer than
 * `lease`, up to `expires`. What it still has: [{"plan_id","run"}], owned by the caller.
 */
int pr_jobs_renew(struct pr_database *database, const char *server, int64_t lease, int64_t expires,
	json_t **ret_runs, struct pr_err *err);

/* A run has ended; whether it was still the one of its plan. */
int pr_jobs_end(struct pr_database *database, const char *plan, const char *run, bool *ret_was,
	struct pr_err *err);

/* Runs whose lease was over at `now`, with [{"plan_id","org_id","run"}]. Caller owns. */
int pr_jobs_lost(struct pr_database *database, int64_t now, json_t **ret_runs, struct pr_err *err);

/* Ends such a run, unless its server has renewed it, or another was faster. */
int pr_jobs_drop(struct pr_database *database, const char *plan, const char *run, int64_t now,
	bool *ret_won, struct pr_err *err);

/* Plans with a schedule that are `creating`: [{"plan_id","org_id","pattern","time_zone","due"}].
 * Caller owns. */
int pr_jobs_unsettled(struct pr_database *database, json_t **ret_jobs, struct pr_err *err);

/*
 * What a launch has to know of a plan: {"org_id","user_id","status","deployment_id","definition"},
 * the last one of its deployment, null where that is gone. PR_ENOTFOUND. Caller owns.
 */
int pr_jobs_plan(
	struct pr_database *database, const char *plan, json_t **ret_plan, struct pr_err *err);

#endif
