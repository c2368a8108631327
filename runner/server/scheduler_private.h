#ifndef PR_SERVER_SCHEDULER_PRIVATE_H
#define PR_SERVER_SCHEDULER_PRIVATE_H

/*
 * What the files of the scheduler share. All that it does to the store happens in one place,
 * pr_scheduler_look, in one transaction; what happens meanwhile (a process has ended, a plan was
 * made) is noted and waits for the next look.
 */

#include "base/uuid.h"
#include "server/managed.h"
#include "server/scheduler.h"
#include "store/jobs.h"
#include "store/plans.h"

/* A token of a run lasts for this long beyond the last sign of its server. */
#define PR_RUN_TOKEN_US (24 * INT64_C(3600) * 1000000)

/* A text of a row of jobs; NULL for a null. Borrowed. */
static inline const char *pr_job_text(const json_t *row, const char *name)
{
	return json_string_value(json_object_get(row, name));
}

enum pr_run_state {
	PR_RUN_CLAIMED, /* in the transaction that is open: started after its commit */
	PR_RUN_GOING,
	PR_RUN_ENDED, /* the store has to be told */
	PR_RUN_DONE,  /* told, in the transaction that is open */
};

/* One run of a plan by this server. */
struct pr_run {
	struct pr_run *next;
	struct pr_scheduler *scheduler;
	enum pr_run_state state;
	char id[PR_UUID_SIZE];
	char plan[PR_UUID_SIZE];
	char organization[PR_UUID_SIZE];
	char user[PR_UUID_SIZE];
	char *folder; /* base_dir of the deployment, or NULL */
	char *token;
	struct pr_managed *managed; /* NULL: not started */
	bool asked;                 /* to end */
	char unborn[480];           /* error of a plan whose run did not report that it runs */
	char broken[480];           /* error of one that did, and did not report its end */
};

struct pr_scheduler {
	struct pr_server *server;
	struct pr_loop *loop;
	struct pr_database *database;
	char *runner, *url;
	int64_t lease_us, late_us;
	char id[PR_UUID_SIZE]; /* of this server, in leases */
	struct pr_timer timer;
	struct pr_task task;
	struct pr_run *runs;
	size_t run_count;
	int64_t renewed_us; /* monotonic: when leases were renewed last */
	bool changed;       /* one of the functions of scheduler.h has changed jobs */
	bool unsettled;     /* plans with a schedule may still be `creating` */
	bool stopping;
	pr_loop_fn *stopped;
	void *stopped_arg;
};

/* Looks at once, in the next turn of the loop. */
void pr_scheduler_soon(struct pr_scheduler *scheduler);

/* Does in the store what is to be done now. PR_EIO and others: nothing was done. */
int pr_scheduler_look(struct pr_scheduler *scheduler, struct pr_err *err);

/* The next date of a schedule after `after`, 0 where there is none, whose reason is in `err`. */
int64_t pr_scheduler_date(const char *pattern, const char *zone, int64_t after, struct pr_err *err);

/* Takes the run of a job that is due, in the open transaction; nothing where another server has. */
int pr_scheduled_claim(
	struct pr_scheduler *scheduler, const json_t *job, int64_t next, struct pr_err *err);

/* Starts one that was taken and committed. */
void pr_scheduled_start(struct pr_run *run);

/* Tells the store that one has ended, in the open transaction. */
int pr_scheduled_settle(struct pr_run *run, struct pr_err *err);

/* Asks it to end, once. */
void pr_scheduled_stop(struct pr_run *run);

/* Kills it where it still lives. */
void pr_scheduled_free(struct pr_run *run);

/* Moves a plan; *ret_moved (NULL is allowed) is whether it still had the status to move from. */
int pr_scheduled_move(struct pr_scheduler *scheduler, const struct pr_plan_id *plan,
	const struct pr_plan_move *move, bool *ret_moved, struct pr_err *err);

/* Gives a plan that has not ended by itself one of two errors: as it was never `running`, or as it
 * was. Tells its pages. */
int pr_run_fail(struct pr_scheduler *scheduler, const char *organization, const char *plan,
	const char *const errors[2], struct pr_err *err);

#endif
