#ifndef PR_CLI_PLAN_EXECUTE_H
#define PR_CLI_PLAN_EXECUTE_H

/* The one way to execute a plan, for every command that does (docs/protocol.md 1.7). */

#include "cli/option.h"
#include "cli/plan_job.h"

/* How it ended. */
enum pr_plan_end {
	PR_PLAN_MISUSED, /* an argument is wrong: the command's usage is to be shown */
	PR_PLAN_REFUSED, /* credentials, plan, environment: the experiment was not looked at */
	PR_PLAN_FAILED,  /* the experiment was not run */
	PR_PLAN_RAN,     /* job->execution has the outcome */
};

/*
 * Executes the plan of `job`, whose options are set and whose log has no file yet. What `args` has
 * of --control-file and --var-file is heeded. Errors are in the log already (but
 * PR_PLAN_MISUSED), `err` has the line for a human. Release the job in any case.
 */
enum pr_plan_end pr_plan_execute(
	struct pr_plan_job *job, const struct pr_args *args, struct pr_err *err);

#endif
