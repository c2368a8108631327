#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/execution.h"
#include "cli/experiment_check.h"
#include "cli/inputs.h"
#include "cli/loader.h"
#include "cli/output_file.h"
#include "cli/recovering.h"
#include "cli/time_limit.h"
#include "control/control_file.h"
#include "control/controls.h"
#include "control/notify.h"

/* Everything that one `run` owns. */
struct job {
	struct pr_context *context;
	const struct pr_args *args;
	struct pr_loop *loop;
	struct pr_signals signals;
	struct pr_inputs inputs;
	json_t *document;
	json_t *globals; /* the global controls */
	struct pr_controls *controls;
	char *journal_path;
	struct pr_strategies strategies;
	struct pr_execution_terms terms;
	struct pr_execution execution;
};

static void auto_job(struct job *job)
{
	pr_controls_free(job->controls);
	pr_execution_release(&job->execution);
	pr_inputs_release(&job->inputs);
	json_decref(job->document);
	json_decref(job->globals);
	free(job->journal_path);
	pr_loop_free(job->loop);
}

static int read_variables(struct job *job, struct pr_err *err)
{
	return pr_inputs_variables(&job->inputs, job->args, &job->context->limits, err);
}

static int check_control_files(struct job *job, struct pr_err *err)
{
	return pr_inputs_check_files(job->args, "control-file", err);
}

static int read_settings(struct job *job, struct pr_err *err)
{
	int rc = pr_inputs_settings(&job->inputs, job->args, &job->context->limits, err);

	job->globals = json_array();
	if (!rc && !job->globals)
		rc = pr_fail_nomem(err);
	if (!rc)
		rc = pr_control_list_add(
			job->globals, json_object_get(job->inputs.settings, "controls"), err);
	return rc;
}

static int read_control_files(struct job *job, struct pr_err *err)
{
	return pr_inputs_controls(job->args, &job->context->limits, job->globals, err);
}

static int load_document(struct job *job, struct pr_err *err)
{
	struct pr_load_options how = {.limits = &job->context->limits,
		.settings = job->inputs.settings,
		.ca_file = pr_args_value(job->args, "ca-file"),
		.verify_tls = !pr_args_flag(job->args, "no-verify-tls")};

	return pr_load_source(job->loop, job->args->positionals[0], &how, &job->document, err);
}

static int decide(struct job *job, struct pr_err *err)
{
	struct pr_strategy_flags flags = {
		.hypothesis = pr_args_value(job->args, "hypothesis-strategy"),
		.rollbacks = pr_args_value(job->args, "rollback-strategy"),
		.dry = pr_args_value(job->args, "dry")};

	job->strategies.fail_fast = pr_args_flag(job->args, "fail-fast");
	return pr_strategies_decide(
		job->document, job->inputs.settings, &flags, &job->strategies, err);
}

static int require_mapping(const json_t *document, struct pr_err *err)
{
	if (json_is_object(document))
		return 0;
	return pr_fail(err, PR_EINVAL, "an experiment must be a mapping with at least a title");
}

static int read_terms(struct job *job, struct pr_err *err)
{
	const struct pr_args *args = job->args;
	const char *frequency = pr_args_value(args, "hypothesis-frequency");

	job->strategies.frequency = 1.0;
	if (frequency && pr_text_double(frequency, &job->strategies.frequency, err)) {
		pr_wrap(err, "--hypothesis-frequency");
		return PR_EUSAGE;
	}
	job->terms.progress = !pr_args_flag(args, "quiet") &&
			      !pr_text_eq(pr_args_value(args, "log-format"), "json");
	return pr_time_limit_read(pr_args_value(args, "timeout"), &job->terms.timeout_ms, err);
}

/* All that must hold before anything is touched. */
static int prepare(struct job *job, struct pr_err *err)
{
	static int (*const steps[])(struct job *, struct pr_err *) = {read_terms, read_variables,
		check_control_files, read_settings, read_control_files, load_document};
	int rc = pr_output_file(pr_args_value(job->args, "journal-path"), "journal.json",
		pr_file_check_replaceable, &job->journal_path, err);

	for (size_t i = 0; !rc && i < PR_LEN(steps); i++)
		rc = steps[i](job, err);
	return rc;
}

static int recover_first(struct job *job, struct pr_err *err)
{
	struct pr_recovering how = {.signals = &job->signals,
		.path = job->journal_path,
		.limits = &job->context->limits,
		.settings = job->inputs.settings,
		.variables = &job->inputs.variables,
		.ca_file = pr_args_value(job->args, "ca-file")};

	if (!pr_args_flag(job->args, "recover-first"))
		return pr_recovering_keep(job->journal_path, err);
	return pr_recovering_first(&how, job->document, err);
}

static int make_controls(struct job *job, struct pr_err *err)
{
	struct pr_controls_options how = {.globals = job->globals,
		.validated = !pr_args_flag(job->args, "no-validation"),
		.env = {.loop = job->loop,
			.limits = &job->context->limits,
			.ca_file = pr_args_value(job->args, "ca-file"),
			.run = &job->signals.run}};

	return pr_controls_new(&how, &job->controls, err);
}

static int execute(struct job *job, struct pr_err *err)
{
	struct pr_hook hooks[] = {
		pr_controls_hook(job->controls), pr_controls_closing_hook(job->controls)};
	struct pr_run_options how = {.document = job->document,
		.settings = job->inputs.settings,
		.var_configuration = job->inputs.variables.configuration,
		.var_secrets = job->inputs.variables.secrets,
		.strategies = job->strategies,
		.limits = job->context->limits,
		.journal_path = job->journal_path,
		.ca_file = pr_args_value(job->args, "ca-file"),
		.hooks = hooks,
		.hook_count = PR_LEN(hooks)};
	int rc = pr_execution_run(&job->signals, &how, &job->terms, &job->execution, err);

	if (!rc && job->execution.crashed)
		rc = pr_fail(err, PR_EINVAL, "%s", job->execution.error.msg);
	return rc;
}

static int tell(struct job *job, const char *name, const json_t *payload)
{
	struct pr_notify_event event = {.name = name, .phase = "run", .payload = payload};

	return pr_notify(
		job->loop, job->inputs.settings, pr_args_value(job->args, "ca-file"), &event);
}

static int tell_start(struct job *job, struct pr_err *err)
{
	if (tell(job, "run-started", job->document))
		return pr_fail(err, PR_ECANCELED, "interrupted");
	return 0;
}

/* Of a run that came to its journal's end; one that crashed is not told of. */
static void tell_end(struct job *job)
{
	const struct pr_execution *execution = &job->execution;
	const char *name =
		pr_text_eq(execution->status, "completed") ? "run-completed" : "run-failed";

	if (execution->error.code != PR_OK || tell(job, name, execution->journal))
		return;
	if (execution->deviated)
		(void)tell(job, "run-deviated", execution->journal);
}

static int perform(struct job *job, struct pr_err *err)
{
	int rc = prepare(job, err);

	if (!rc)
		rc = tell_start(job, err);
	if (rc)
		return rc;
	if (!pr_args_flag(job->args, "no-validation"))
		rc = pr_experiment_check(job->document, err);
	if (rc == PR_EINVAL)
		pr_err_clear(err); /* its findings are in the log */
	if (rc)
		return rc;
	rc = require_mapping(job->document, err);
	if (!rc)
		rc = decide(job, err);
	if (!rc)
		rc = recover_first(job, err);
	if (!rc)
		rc = make_controls(job, err);
	if (!rc)
		rc = execute(job, err);
	if (!rc)
		tell_end(job);
	return rc;
}

static int run(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(auto_job))) struct job job = {.context = context, .args = args};
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_console_log(
		pr_args_flag(args, "verbose"), pr_args_value(args, "log-format"), &err);

	if (!rc)
		rc = pr_loop_new(NULL, &job.loop, &err);
	if (!rc)
		rc = pr_signals_watch(&job.signals, job.loop, &err);
	if (!rc)
		rc = perform(&job, &err);
	if (rc == PR_EUSAGE)
		return pr_console_usage(context, args, &err);
	if (rc) {
		if (err.code != PR_OK)
			pr_error("%s", err.msg);
		return PR_EXIT_DEVIATED;
	}
	if (job.execution.error.code != PR_OK) {
		pr_error("%s", job.execution.error.msg);
		return PR_EXIT_DEVIATED;
	}
	return pr_text_eq(job.execution.status, "completed") && !job.execution.deviated
		       ? PR_EXIT_OK
		       : PR_EXIT_DEVIATED;
}

static const char *const log_formats[] = {"string", "json", NULL};
static const char *const dry_modes[] = {"probes", "actions", "activities", "pause", NULL};
static const char *const rollback_strategies[] = {"default", "always", "never", "deviated", NULL};
static const char *const hypothesis_strategies[] = {"default", "before-method-only",
	"after-method-only", "during-method-only", "continuously", "continously", NULL};

static const struct pr_option options[] = {
	{"journal-path", 0, PR_OPTION_VALUE, "PATH", "Where the journal goes (./journal.json).",
		NULL},
	{"dry", 0, PR_OPTION_VALUE, "MODE", "Run without executing these.", dry_modes},
	{"no-validation", 0, PR_OPTION_FLAG, NULL, "Run without checking the experiment first.",
		NULL},
	{"no-verify-tls", 0, PR_OPTION_FLAG, NULL, "Do not verify TLS when the source is fetched.",
		NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
	{"rollback-strategy", 0, PR_OPTION_VALUE, "WHEN", "When rollbacks are played.",
		rollback_strategies},
	{"recover-first", 0, PR_OPTION_FLAG, NULL,
		"Before, recover the journal that a run which died has left there.", NULL},
	{"var", 0, PR_OPTION_LIST, "KEY[:TYPE]=VALUE", "Set a declared configuration key.", NULL},
	{"var-file", 0, PR_OPTION_LIST, "FILE",
		"Set configuration and secrets from a JSON, YAML or .env file.", NULL},
	{"control-file", 0, PR_OPTION_LIST, "FILE",
		"Controls for every experiment, from a JSON or YAML file.", NULL},
	{"hypothesis-strategy", 0, PR_OPTION_VALUE, "WHEN", "When the steady state is checked.",
		hypothesis_strategies},
	{"hypothesis-frequency", 0, PR_OPTION_VALUE, "SECONDS",
		"Pause between continuous checks (1.0).", NULL},
	{"fail-fast", 0, PR_OPTION_FLAG, NULL, "Stop at the first continuous check that misses.",
		NULL},
	{"timeout", 0, PR_OPTION_VALUE, "DURATION",
		"End the run after this time, as 90s or 15m; rollbacks by their strategy.", NULL},
	{"quiet", 'q', PR_OPTION_FLAG, NULL, "Show no progress on a terminal.", NULL},
	{"settings", 0, PR_OPTION_VALUE, "FILE", "Settings (~/.chaostoolkit/settings.yaml).", NULL},
	{"verbose", 'v', PR_OPTION_FLAG, NULL, "Log everything, with its place.", NULL},
	{"log-format", 0, PR_OPTION_VALUE, "FORMAT", "Form of the log lines.", log_formats},
};

static const struct pr_positional positionals[] = {
	{"SOURCE", "A JSON or YAML file, or an http(s) address.", false},
};

const struct pr_command pr_command_run = {.name = "run",
	.summary = "Run an experiment from a file or an address.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = run};
