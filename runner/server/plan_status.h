#ifndef PR_SERVER_PLAN_STATUS_H
#define PR_SERVER_PLAN_STATUS_H

/*
 * The statuses of a plan (docs/protocol.md 2.6), and who may move a plan from which to which. The
 * platform that this one stands in for checks nothing, and so loses the outcome of a run that ends
 * before its launch has been written down. Here:
 *
 * 1. Within one run a status only goes forward: creating, created, running, then one of completed,
 *    error, iteration completed. A `creating` or `created` that comes late changes nothing.
 * 2. A runner may begin a new run (`running`) from any status but those of a deletion: plans are
 *    run again and again. It may also put an end without `running` before it: a run whose first
 *    message was lost has ended all the same.
 * 3. Of several ends the last one counts: a runner corrects itself, and asserts its end again.
 * 4. The server puts `created` before each launch, never after one. `creation error` says that
 *    nothing was launched: not while a run goes on, and not after one has ended, unless the server
 *    itself has failed to launch the next one.
 * 5. What suspends and resumes is put while no run goes on; the server also does it during one,
 *    whose end then shows again. A schedule is suspended whatever the status says.
 * 6. `deleting`, `deleted` and `deletion error` are of the server alone, and never left but by the
 *    end of the deletion.
 *
 * A status that may not follow is no mistake of its sender, whose message was only late: it is
 * answered as one that was taken, and changes nothing, not even the error text.
 */

#include <stdbool.h>

/* In the order in which a refusal lists them. */
enum pr_plan_status {
	PR_PLAN_CREATING,
	PR_PLAN_CREATED,
	PR_PLAN_DELETED,
	PR_PLAN_DELETING,
	PR_PLAN_CREATION_ERROR,
	PR_PLAN_DELETION_ERROR,
	PR_PLAN_RUNNING,
	PR_PLAN_ERROR,
	PR_PLAN_COMPLETED,
	PR_PLAN_ITERATION_COMPLETED,
	PR_PLAN_SUSPENDING,
	PR_PLAN_SUSPENDED,
	PR_PLAN_RESUMING,
	PR_PLAN_SUSPEND_ERROR,
	PR_PLAN_RESUMING_ERROR,
	PR_PLAN_STATUSES, /* how many */
};

/* Who moves a plan. */
enum pr_plan_mover {
	PR_PLAN_BY_RUNNER, /* PUT …/status: runners, agents, tools */
	PR_PLAN_BY_SERVER, /* what the server does itself: launches, schedules, deletions */
};

/* As it is stored and sent: "creation error". Static. */
const char *pr_plan_status_name(enum pr_plan_status status);

/* Whether `name` is a status; then it is written. NULL is none. */
bool pr_plan_status_read(const char *name, enum pr_plan_status *ret_status);

/* All names, NULL-terminated: the choices of a shape. Static. */
extern const char *const pr_plan_status_names[];

/* Whether `to` may follow `from`. The same status again may, where its text can be another. */
bool pr_plan_status_may_follow(
	enum pr_plan_status from, enum pr_plan_status to, enum pr_plan_mover mover);

#endif
