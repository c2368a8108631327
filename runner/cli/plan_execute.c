#include "cli/plan_execute.h"

#include "base/log.h"
#include "cli/inputs.h"

/* What the user named must be there before the platform is told anything. */
static int check_files(const struct pr_args *args, struct pr_err *err)
{
	int rc = pr_inputs_check_files(args, "control-file", err);

	return rc ? rc : pr_inputs_check_files(args, "var-file", err);
}

/* After the plan's environment, so that what the user gave wins. */
static int read_var_files(struct pr_plan_job *job, const struct pr_args *args, struct pr_err *err)
{
	const char *given;
	int rc = pr_variables_init(&job->variables, err);

	for (size_t i = 0; !rc && (given = pr_args_nth(args, "var-file", i)); i++)
		rc = pr_variables_add_file(&job->variables, given, &job->options.limits, err);
	return rc;
}

static enum pr_plan_end fail(enum pr_plan_end end, const struct pr_err *err)
{
	pr_error("%s", err->msg);
	return end;
}

static enum pr_plan_end run_opened(
	struct pr_plan_job *job, const struct pr_args *args, struct pr_err *err)
{
	const char *refusal;

	if (read_var_files(job, args, err) || pr_plan_job_load(job, err) ||
		pr_inputs_controls(args, &job->options.limits, job->globals, err) ||
		pr_plan_job_run(job, err)) {
		pr_plan_job_tell_error(job, err->msg);
		(void)pr_wrap(err, "running experiment failed");
		return fail(PR_PLAN_FAILED, err);
	}
	refusal = pr_reporter_refusal(job->reporter);
	if (refusal) {
		(void)pr_fail(err, PR_ENET,
			"the execution could not be created, nothing was run: %s", refusal);
		return fail(PR_PLAN_FAILED, err);
	}
	if (job->execution.error.code != PR_OK)
		pr_error("%s", job->execution.error.msg);
	return PR_PLAN_RAN;
}

enum pr_plan_end pr_plan_execute(
	struct pr_plan_job *job, const struct pr_args *args, struct pr_err *err)
{
	int rc = check_files(args, err);

	job->options.skip_context = pr_args_switch(args, "skip-context", false);
	if (!rc)
		rc = pr_plan_job_open(job, err);
	if (!rc)
		return run_opened(job, args, err);
	return rc == PR_EUSAGE ? PR_PLAN_MISUSED : fail(PR_PLAN_REFUSED, err);
}
