#include "base/log.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/execution.h"
#include "cli/experiment_check.h"
#include "cli/loader.h"

static void auto_loop(struct pr_loop **loop)
{
	pr_loop_free(*loop);
}

static int run(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(auto_loop))) struct pr_loop *loop = NULL;
	struct pr_load_options how = {.limits = &context->limits,
		.ca_file = pr_args_value(args, "ca-file"),
		.verify_tls = !pr_args_flag(args, "no-verify-tls")};
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *document = NULL;

	if (pr_console_log(
		    pr_args_flag(args, "verbose"), pr_args_value(args, "log-format"), &err) ||
		pr_loop_new(NULL, &loop, &err) ||
		pr_load_source(loop, args->positionals[0], &how, &document, &err)) {
		pr_error("%s", err.msg);
		return PR_EXIT_DEVIATED;
	}
	if (pr_experiment_check(document, &err))
		return PR_EXIT_DEVIATED;
	pr_info("experiment syntax and semantic look valid");
	return PR_EXIT_OK;
}

static const char *const log_formats[] = {"string", "json", NULL};

static const struct pr_option options[] = {
	{"no-verify-tls", 0, PR_OPTION_FLAG, NULL, "Do not verify TLS when the source is fetched.",
		NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
	{"verbose", 'v', PR_OPTION_FLAG, NULL, "Log everything, with its place.", NULL},
	{"log-format", 0, PR_OPTION_VALUE, "FORMAT", "Form of the log lines.", log_formats},
};

static const struct pr_positional positionals[] = {
	{"SOURCE", "A JSON or YAML file, or an http(s) address.", false},
};

const struct pr_command pr_command_validate = {.name = "validate",
	.summary = "Check an experiment without running it.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = run};
