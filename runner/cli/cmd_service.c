#include "actions/result.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/console.h"
#include "cli/plan_execute.h"
#include "cli/time_limit.h"

/* docs/protocol.md 1.3, for the outcomes that are asked for. A journal that could not be written to
 * its end is a failure as well, though it was reported. */
static int exit_code(const struct pr_execution *execution, unsigned fail_on)
{
	struct pr_actions_result result;

	pr_actions_read_result(execution->journal, &result);
	result.failed |= !result.deviated && execution->error.code != PR_OK;
	return pr_actions_exit_code(&result, fail_on);
}

/* --no-set-exit-code is --fail-on never, whatever the latter says. */
static int read_fail_on(const struct pr_args *args, unsigned *ret_fail_on, struct pr_err *err)
{
	const char *given = pr_args_value(args, "fail-on");
	int rc = pr_actions_read_fail_on(
		"--fail-on", given ? given : PR_ACTIONS_FAIL_ON, ret_fail_on, err);

	if (!pr_args_switch(args, "set-exit-code", true))
		*ret_fail_on = 0;
	return rc;
}

static void tell_undelivered(
	struct pr_context *context, const struct pr_args *args, const struct pr_plan_job *job)
{
	bool console = !job->log.on_console;
	PR_AUTO(free) char *title = pr_text_format(
		"undelivered journal of %s", pr_reporter_execution_url(job->reporter));
	struct pr_err err = PR_ERR_INIT;

	if (console)
		pr_complain(context, "%s", pr_reporter_undelivered(job->reporter));
	if (!pr_args_flag(args, "spool-to-log"))
		return;
	if (pr_plan_log_journal(title ? title : "journal", job->execution.journal, console, &err))
		pr_complain(context, "%s", err.msg);
}

/*
 * What scripts may look for stands alone on standard output (docs/protocol.md 1.4). False where
 * there is more to say.
 */
static bool tell_refusal(
	const struct pr_plan_job *job, enum pr_plan_end end, const struct pr_err *err)
{
	bool raised =
		end == PR_PLAN_FAILED && pr_text_starts(err->msg, "running experiment failed");

	if (*job->told)
		pr_print("%s\n", job->told);
	if (raised)
		pr_print("%s\n", err->msg);
	return raised || pr_text_eq(job->told, err->msg) ||
	       pr_text_starts(job->told, "unexpected error");
}

/* Where the log is not seen, what it says in the end is. */
static void complain(
	struct pr_context *context, const struct pr_plan_job *job, const struct pr_err *err)
{
	if (err->code != PR_OK && !job->log.on_console)
		pr_complain(context, "%s", err->msg);
}

static void tell_outcome(
	struct pr_context *context, const struct pr_args *args, const struct pr_plan_job *job)
{
	if (pr_reporter_execution_url(job->reporter))
		pr_print("Check results at %s\n", pr_reporter_execution_url(job->reporter));
	if (pr_reporter_undelivered(job->reporter))
		tell_undelivered(context, args, job);
	complain(context, job, &job->execution.error);
}

/* As it ends where no log says so. */
static void tell_code(struct pr_context *context, const struct pr_plan_job *job, int code)
{
	struct pr_actions_result result;
	const char *outcome = "failed";

	if (!code || job->log.on_console)
		return;
	pr_actions_read_result(job->execution.journal, &result);
	if (result.deviated)
		outcome = "deviated";
	else if (code == PR_EXIT_DEVIATED)
		outcome = "did not begin: its steady state was not met";
	else if (pr_text_eq(result.status, "interrupted"))
		outcome = "was interrupted";
	else if (pr_text_eq(result.status, "aborted"))
		outcome = "was aborted";
	pr_complain(context, "the experiment %s (exit code %d)", outcome, code);
}

static int execute(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(pr_plan_job_release))) struct pr_plan_job job = {
		.options = {.config = pr_args_value(args, "config"),
			.plan = args->positionals[0],
			.result_file = pr_args_value(args, "result-file"),
			.log_file = pr_args_value(args, "log-file"),
			.ca_file = pr_args_value(args, "ca-file"),
			.set_status = pr_args_switch(args, "set-status", false),
			.load_environment = pr_args_switch(args, "load-environment", false),
			.terms.progress = !pr_args_flag(args, "quiet"),
			.limits = context->limits},
		.log = PR_PLAN_LOG_INIT};
	struct pr_err err = PR_ERR_INIT;
	enum pr_plan_end end;
	unsigned fail_on = 0;
	int code;

	if (read_fail_on(args, &fail_on, &err) || pr_time_limit_read(pr_args_value(args, "timeout"),
							  &job.options.terms.timeout_ms, &err))
		return pr_console_usage(context, args, &err);
	if (pr_args_switch(args, "log-stdout", false))
		job.options.console = pr_plan_log_console(PR_LOG_INFO);
	end = pr_plan_execute(&job, args, &err);
	if (end == PR_PLAN_MISUSED)
		return pr_console_usage(context, args, &err);
	if (end != PR_PLAN_RAN) {
		if (!tell_refusal(&job, end, &err) && !job.log.on_console)
			pr_connection_complain(context, &job.service, &err);
		return end == PR_PLAN_REFUSED ? PR_EXIT_DEVIATED : PR_EXIT_FAILED;
	}
	tell_outcome(context, args, &job);
	code = exit_code(&job.execution, fail_on);
	tell_code(context, &job, code);
	return code;
}

static const struct pr_option execute_options[] = {
	{"result-file", 0, PR_OPTION_VALUE, "PATH", "Where the journal goes (./result.json).",
		NULL},
	{"log-file", 0, PR_OPTION_VALUE, "PATH", "Where the log is appended (./run.log).", NULL},
	{"log-stdout", 0, PR_OPTION_SWITCH, NULL, "Log to the console too (standard error).", NULL},
	{"set-status", 0, PR_OPTION_SWITCH, NULL, "Set the plan's status, also when it fails.",
		NULL},
	{"skip-context", 0, PR_OPTION_SWITCH, NULL, "Leave the plan's integrations out.", NULL},
	{"load-environment", 0, PR_OPTION_SWITCH, NULL, "Load the plan's environment.", NULL},
	{"control-file", 0, PR_OPTION_LIST, "FILE",
		"Controls for every experiment, from a JSON or YAML file.", NULL},
	{"var-file", 0, PR_OPTION_LIST, "FILE",
		"Set configuration and secrets from a JSON, YAML or .env file.", NULL},
	{"set-exit-code", 0, PR_OPTION_SWITCH, NULL, "Tell the outcome by the exit code (default).",
		NULL},
	{"fail-on", 0, PR_OPTION_VALUE, "LIST",
		"What the exit code tells: deviation, error, gate, or never (deviation,error).",
		NULL},
	{"spool-to-log", 0, PR_OPTION_FLAG, NULL,
		"Put the journal into the log when it cannot be delivered.", NULL},
	{"timeout", 0, PR_OPTION_VALUE, "DURATION",
		"End the run after this time, as 90s or 15m; rollbacks by their strategy.", NULL},
	{"quiet", 'q', PR_OPTION_FLAG, NULL, "Show no progress on a terminal.", NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
	{"config", 0, PR_OPTION_VALUE, "PATH", "Configuration (~/.config/reliably/config.toml).",
		NULL},
};

static const struct pr_positional execute_positionals[] = {
	{"PLAN_ID", "The UUID of the plan.", false},
};

static const struct pr_command plan_execute = {.name = "execute",
	.summary = "Fetch a plan, run its experiment, report it.",
	PR_OPTIONS(execute_options),
	PR_POSITIONALS(execute_positionals),
	.run = execute};

static const struct pr_command *const plan_commands[] = {
	&pr_command_plan_get, &pr_command_store_context, &plan_execute};

static const struct pr_command plan = {
	.name = "plan", .summary = "Plans of the platform.", PR_COMMANDS(plan_commands)};

static const struct pr_command *const service_commands[] = {&plan, &pr_command_org};

const struct pr_command pr_command_service = {
	.name = "service", .summary = "What needs the platform.", PR_COMMANDS(service_commands)};
