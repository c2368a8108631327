#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/loader.h"
#include "cli/recovering.h"

/* Everything that one `recover` owns. */
struct job {
	struct pr_context *context;
	const struct pr_args *args;
	struct pr_loop *loop;
	struct pr_signals signals;
	struct pr_inputs inputs;
	json_t *document; /* of --experiment, or NULL */
	struct pr_recovery recovery;
};

static void auto_job(struct job *job)
{
	pr_recovery_release(&job->recovery);
	pr_inputs_release(&job->inputs);
	json_decref(job->document);
	pr_loop_free(job->loop);
}

static int load_document(struct job *job, struct pr_err *err)
{
	const char *source = pr_args_value(job->args, "experiment");
	struct pr_load_options how = {.limits = &job->context->limits,
		.settings = job->inputs.settings,
		.ca_file = pr_args_value(job->args, "ca-file"),
		.verify_tls = !pr_args_flag(job->args, "no-verify-tls")};
	int rc = source ? pr_load_source(job->loop, source, &how, &job->document, err) : 0;

	if (!rc && source && !json_is_object(job->document))
		rc = pr_fail(err, PR_EINVAL, "'%s' is no experiment: it is no mapping", source);
	return rc;
}

static int perform(struct job *job, struct pr_err *err)
{
	const struct pr_limits *limits = &job->context->limits;
	struct pr_recovering how = {.signals = &job->signals,
		.path = job->args->positionals[0],
		.limits = limits,
		.variables = &job->inputs.variables,
		.ca_file = pr_args_value(job->args, "ca-file")};
	struct pr_recovery_options options = {.limits = limits,
		.rollback_strategy = pr_args_value(job->args, "rollback-strategy")};
	int rc = pr_inputs_variables(&job->inputs, job->args, limits, err);

	if (!rc)
		rc = pr_inputs_settings(&job->inputs, job->args, limits, err);
	if (!rc)
		rc = load_document(job, err);
	how.settings = job->inputs.settings;
	options.document = job->document;
	options.variables.configuration = job->inputs.variables.configuration;
	options.variables.secrets = job->inputs.variables.secrets;
	if (!rc)
		rc = pr_recovery_open(&job->recovery, how.path, &options, err);
	return rc ? rc : pr_recovering_run(&how, &job->recovery, err);
}

static int recover(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(auto_job))) struct job job = {
		.context = context, .args = args, .recovery = PR_RECOVERY_INIT};
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
	if (rc)
		pr_error("%s", err.msg);
	return rc ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static const char *const log_formats[] = {"string", "json", NULL};
static const char *const rollback_strategies[] = {"default", "always", "never", "deviated", NULL};

static const struct pr_option options[] = {
	{"rollback-strategy", 0, PR_OPTION_VALUE, "WHEN",
		"When rollbacks are played (as the run was told).", rollback_strategies},
	{"experiment", 0, PR_OPTION_VALUE, "SOURCE",
		"Take the rollbacks from there (from the journal).", NULL},
	{"var", 0, PR_OPTION_LIST, "KEY[:TYPE]=VALUE", "Set a declared configuration key.", NULL},
	{"var-file", 0, PR_OPTION_LIST, "FILE",
		"Set configuration and secrets from a JSON, YAML or .env file.", NULL},
	{"settings", 0, PR_OPTION_VALUE, "FILE", "Settings (~/.chaostoolkit/settings.yaml).", NULL},
	{"no-verify-tls", 0, PR_OPTION_FLAG, NULL, "Do not verify TLS when SOURCE is fetched.",
		NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
	{"verbose", 'v', PR_OPTION_FLAG, NULL, "Log everything, with its place.", NULL},
	{"log-format", 0, PR_OPTION_VALUE, "FORMAT", "Form of the log lines.", log_formats},
};

static const struct pr_positional positionals[] = {
	{"JOURNAL", "The journal of a run that did not come to its end.", false},
};

const struct pr_command pr_command_recover = {.name = "recover",
	.summary = "Play the rollbacks that a run which died still owes.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = recover};
