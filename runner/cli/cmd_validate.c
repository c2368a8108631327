#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/experiment_check.h"
#include "cli/inputs.h"
#include "cli/loader.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "control/notify.h"

#include <string.h>

/* Everything that one `validate` owns. */
struct job {
	struct pr_context *context;
	const struct pr_args *args;
	struct pr_loop *loop;
	struct pr_inputs inputs;
	json_t *document;
	json_t *findings; /* NULL: they are not listed */
};

static void auto_job(struct job *job)
{
	json_decref(job->findings);
	pr_inputs_release(&job->inputs);
	json_decref(job->document);
	pr_loop_free(job->loop);
}

static int load(struct job *job, struct pr_err *err)
{
	const struct pr_args *args = job->args;
	struct pr_load_options how = {.limits = &job->context->limits,
		.ca_file = pr_args_value(args, "ca-file"),
		.verify_tls = !pr_args_flag(args, "no-verify-tls")};
	int rc = pr_console_log(
		pr_args_flag(args, "verbose"), pr_args_value(args, "log-format"), err);

	if (!rc)
		rc = pr_loop_new(NULL, &job->loop, err);
	if (!rc)
		rc = pr_inputs_settings(&job->inputs, args, how.limits, err);
	how.settings = job->inputs.settings;
	if (!rc)
		rc = pr_load_source(job->loop, args->positionals[0], &how, &job->document, err);
	return rc;
}

static void tell(struct job *job, const char *name, const char *error)
{
	struct pr_notify_event event = {
		.name = name, .phase = "validate", .payload = job->document, .error = error};

	(void)pr_notify(
		job->loop, job->inputs.settings, pr_args_value(job->args, "ca-file"), &event);
}

/* Whether it is valid; what is wrong has been logged. */
static bool check(struct job *job)
{
	PR_AUTO(buf) struct pr_buf raised = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err err = PR_ERR_INIT;

	if (load(job, &err)) {
		pr_error("%s", err.msg);
		if (job->findings)
			(void)pr_experiment_list_error(job->findings, err.msg, NULL);
		return false;
	}
	tell(job, "validate-started", NULL);
	if (pr_experiment_check_listing(job->document, job->findings, &raised, &err)) {
		tell(job, "validate-failed", raised.len ? pr_buf_str(&raised) : err.msg);
		return false;
	}
	tell(job, "validate-completed", NULL);
	pr_info("experiment syntax and semantic look valid");
	return true;
}

static int print_findings(const struct job *job, bool valid, struct pr_err *err)
{
	static const struct pr_json_style style = {.indent = 2, .redact = true};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *result = json_pack("{s:o, s:b, s:O}", "source",
		pr_json_text(job->args->positionals[0], strlen(job->args->positionals[0])), "valid",
		valid, "findings", job->findings);

	pr_json_write(result, &style, &text);
	pr_buf_addc(&text, '\n');
	if (!result || text.status)
		return pr_fail_nomem(err);
	return pr_print_document(pr_buf_str(&text), text.len, err);
}

static int run(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(auto_job))) struct job job = {.context = context, .args = args};
	struct pr_err err = PR_ERR_INIT;
	bool valid;

	if (pr_text_eq(pr_args_value(args, "output"), "json"))
		job.findings = json_array();
	valid = check(&job);
	if (job.findings && print_findings(&job, valid, &err)) {
		pr_error("%s", err.msg);
		return PR_EXIT_DEVIATED;
	}
	return valid ? PR_EXIT_OK : PR_EXIT_DEVIATED;
}

static const char *const outputs[] = {"text", "json", NULL};
static const char *const log_formats[] = {"string", "json", NULL};

static const struct pr_option options[] = {
	{"no-verify-tls", 0, PR_OPTION_FLAG, NULL, "Do not verify TLS when the source is fetched.",
		NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
	{"output", 0, PR_OPTION_VALUE, "FORM",
		"With json, the findings are listed on standard output.", outputs},
	{"settings", 0, PR_OPTION_VALUE, "FILE", "Settings (~/.chaostoolkit/settings.yaml).", NULL},
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
