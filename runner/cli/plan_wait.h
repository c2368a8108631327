#ifndef PR_CLI_PLAN_WAIT_H
#define PR_CLI_PLAN_WAIT_H

/* `plan-deployer plan wait`: until a plan that somebody else runs has ended. */

#include "cli/context.h"

/*
 * Looks at the plan every second until its status is final, then at its newest execution. The exit
 * code: 0 completed and not deviated, 1 deviated, or refused or failed on the way here, 2 not
 * completed, or the time is over.
 */
int pr_plan_wait_main(struct pr_context *context, const struct pr_args *args);

#endif
