#include "server/plan_status.h"

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

const char *const pr_plan_status_names[] = {
	[PR_PLAN_CREATING] = "creating",
	[PR_PLAN_CREATED] = "created",
	[PR_PLAN_CREATION_ERROR] = "creation error",
	[PR_PLAN_RUNNING] = "running",
	[PR_PLAN_COMPLETED] = "completed",
	[PR_PLAN_ERROR] = "error",
	[PR_PLAN_ITERATION_COMPLETED] = "iteration completed",
	[PR_PLAN_SUSPENDING] = "suspending",
	[PR_PLAN_SUSPENDED] = "suspended",
	[PR_PLAN_SUSPEND_ERROR] = "suspend_error",
	[PR_PLAN_RESUMING] = "resuming",
	[PR_PLAN_RESUMING_ERROR] = "resuming_error",
	[PR_PLAN_DELETING] = "deleting",
	[PR_PLAN_DELETED] = "deleted",
	[PR_PLAN_DELETION_ERROR] = "deletion error",
	[PR_PLAN_STATUSES] = NULL,
};

#define OF(status) (UINT32_C(1) << (PR_PLAN_##status))

#define NEW (OF(CREATING) | OF(CREATED) | OF(CREATION_ERROR))
#define ENDED (OF(COMPLETED) | OF(ERROR) | OF(ITERATION_COMPLETED))
#define SCHEDULED \
	(OF(SUSPENDING) | OF(SUSPENDED) | OF(SUSPEND_ERROR) | OF(RESUMING) | OF(RESUMING_ERROR))
#define RESTING (NEW | ENDED | SCHEDULED)
#define ALIVE (RESTING | OF(RUNNING))

/* From which statuses one may be reached. */
static const struct {
	uint32_t runner, server;
} sources[PR_PLAN_STATUSES] = {
	[PR_PLAN_CREATING] = {0, OF(CREATING)},
	[PR_PLAN_CREATED] = {OF(CREATING) | OF(CREATED), RESTING},
	[PR_PLAN_CREATION_ERROR] = {NEW | SCHEDULED, RESTING},
	[PR_PLAN_RUNNING] = {ALIVE, ALIVE},
	[PR_PLAN_COMPLETED] = {ALIVE, ALIVE},
	[PR_PLAN_ERROR] = {ALIVE, ALIVE},
	[PR_PLAN_ITERATION_COMPLETED] = {ALIVE, ALIVE},
	[PR_PLAN_SUSPENDING] = {RESTING, ALIVE},
	[PR_PLAN_SUSPENDED] = {RESTING, ALIVE},
	[PR_PLAN_SUSPEND_ERROR] = {RESTING, ALIVE},
	[PR_PLAN_RESUMING] = {RESTING, RESTING},
	[PR_PLAN_RESUMING_ERROR] = {RESTING, RESTING},
	[PR_PLAN_DELETING] = {0, ALIVE | OF(DELETING) | OF(DELETION_ERROR)},
	[PR_PLAN_DELETED] = {0, OF(DELETING)},
	[PR_PLAN_DELETION_ERROR] = {0, OF(DELETING)},
};

const char *pr_plan_status_name(enum pr_plan_status status)
{
	return pr_plan_status_names[status];
}

bool pr_plan_status_read(const char *name, enum pr_plan_status *ret_status)
{
	int index = name ? pr_text_index(name, pr_plan_status_names, PR_PLAN_STATUSES) : -1;

	if (index < 0)
		return false;
	*ret_status = (enum pr_plan_status)index;
	return true;
}

bool pr_plan_status_may_follow(
	enum pr_plan_status from, enum pr_plan_status to, enum pr_plan_mover mover)
{
	uint32_t froms = mover == PR_PLAN_BY_RUNNER ? sources[to].runner : sources[to].server;

	return froms >> from & 1;
}
