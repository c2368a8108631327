#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/plan_job.h"

/* docs/protocol.md 1.3: deviation first, whatever the status. */
static int exit_code(const struct pr_execution *execution)
{
	if (execution->deviated)
		return PR_EXIT_DEVIATED;
	return pr_text_eq(execution->status, "completed") ? PR_EXIT_OK : PR_EXIT_FAILED;
}

/* What the user named must be there before the platform is told anything. */
static int check_files(const struct pr_args *args, struct pr_err *err)
{
	static const char *const options[] = {"control-file", "var-file"};

	for (size_t i = 0; i < PR_LEN(options); i++) {
		const char *given;

		for (size_t n = 0; (given = pr_args_nth(args, options[i], n)); n++)
			if (!pr_file_exists(given))
				return pr_fail(err, PR_EUSAGE,
					"Invalid value for '--%s': '%s' does not exist.",
					options[i], given);
	}
	return 0;
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

/* Says it where it can be seen: in the log, and on the console when that does not show the log. */
static int fail(struct pr_context *context, struct pr_plan_job *job, const char *prefix,
	const struct pr_err *err)
{
	pr_error("%s%s", prefix, err->msg);
	if (!job->log.on_console)
		pr_complain(context, "%s%s", prefix, err->msg);
	return PR_EXIT_FAILED;
}

static void tell_undelivered(
	struct pr_context *context, const struct pr_args *args, const struct pr_plan_job *job)
{
	bool console = !job->options.log_console;
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

static int run_loaded(
	struct pr_context *context, const struct pr_args *args, struct pr_plan_job *job)
{
	struct pr_err err = PR_ERR_INIT;
	const char *refusal;

	if (pr_args_nth(args, "control-file", 0))
		pr_warn("The controls of --control-file are left out: this version runs no Python "
			"controls");
	if (read_var_files(job, args, &err) || pr_plan_job_load(job, &err) ||
		pr_plan_job_run(job, &err)) {
		pr_plan_job_tell_error(job, err.msg);
		return fail(context, job, "running experiment failed: ", &err);
	}
	refusal = pr_reporter_refusal(job->reporter);
	if (refusal) {
		pr_fail(&err, PR_ENET, "the execution could not be created, nothing was run: %s",
			refusal);
		return fail(context, job, "", &err);
	}
	if (pr_reporter_execution_url(job->reporter))
		pr_print("Check results at %s\n", pr_reporter_execution_url(job->reporter));
	if (pr_reporter_undelivered(job->reporter))
		tell_undelivered(context, args, job);
	if (job->execution.error.code != PR_OK)
		fail(context, job, "", &job->execution.error);
	return pr_args_switch(args, "set-exit-code", true) ? exit_code(&job->execution)
							   : PR_EXIT_OK;
}

static int execute(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(pr_plan_job_release))) struct pr_plan_job job = {
		.options = {.config = pr_args_value(args, "config"),
			.plan = args->positionals[0],
			.result_file = pr_args_value(args, "result-file"),
			.log_file = pr_args_value(args, "log-file"),
			.ca_file = pr_args_value(args, "ca-file"),
			.log_console = pr_args_switch(args, "log-stdout", false),
			.set_status = pr_args_switch(args, "set-status", false),
			.load_environment = pr_args_switch(args, "load-environment", false),
			.limits = context->limits},
		.log = {.fd = -1}};
	struct pr_err err = PR_ERR_INIT;
	int rc = check_files(args, &err);

	if (!rc)
		rc = pr_plan_job_open(&job, &err);
	if (rc == PR_EUSAGE)
		return pr_console_usage(context, args, &err);
	if (!rc)
		return run_loaded(context, args, &job);
	fail(context, &job, "", &err);
	return PR_EXIT_DEVIATED;
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
		"Controls for every experiment (this version leaves them out).", NULL},
	{"var-file", 0, PR_OPTION_LIST, "FILE",
		"Set configuration and secrets from a JSON, YAML or .env file.", NULL},
	{"set-exit-code", 0, PR_OPTION_SWITCH, NULL, "Tell the outcome by the exit code (default).",
		NULL},
	{"spool-to-log", 0, PR_OPTION_FLAG, NULL,
		"Put the journal into the log when it cannot be delivered.", NULL},
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

static const struct pr_command *const plan_commands[] = {&plan_execute};

static const struct pr_command plan = {
	.name = "plan", .summary = "Plans of the platform.", PR_COMMANDS(plan_commands)};

static const struct pr_command *const service_commands[] = {&plan};

const struct pr_command pr_command_service = {
	.name = "service", .summary = "What needs the platform.", PR_COMMANDS(service_commands)};
