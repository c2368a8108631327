#include "cli/plan_job.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/connection.h"
#include "cli/env_duration.h"
#include "cli/experiment_check.h"
#include "cli/output_file.h"
#include "cli/plan_context.h"
#include "cli/recovering.h"
#include "cli/resend.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "control/control_file.h"
#include "experiment/settings.h"
#include "experiment/source.h"
#include "net/url.h"
#include "platform/report.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define US_PER_MS INT64_C(1000)
#define EARLIER_MS \
	INT64_C(4000) /* and a second for what is under way then: docs/design.md, decision 5 */
#define LAST_MS 1500  /* what the last call has (pr_reporter_hasten), and our own end */
#define POLL_MS 2000
#define TELL_MS 5000
#define HOOKS_MAX 5

static int choose_files(struct pr_plan_job *job, struct pr_err *err)
{
	if (pr_output_file(job->options.result_file, "result.json", pr_file_check_replaceable,
		    &job->result_path, err) ||
		pr_output_file(job->options.log_file, "run.log", pr_file_check_writable,
			&job->log_path, err))
		return PR_EIO;
	return 0;
}

static int open_service(struct pr_plan_job *job, struct pr_err *err)
{
	int rc = pr_service_load(job->options.config, &job->service, err);

	if (!rc)
		rc = pr_service_require(&job->service, true, err);
	if (!rc && job->options.ca_file)
		job->service.ca_file = pr_text_dup(job->options.ca_file);
	return rc ? rc : pr_platform_new(job->loop, &job->service, &job->platform, err);
}

/* What is warned of before there is a log is seen in any case. */
static int open_settings(struct pr_plan_job *job, struct pr_err *err)
{
	struct pr_log_sink console = job->options.console.write
					     ? job->options.console
					     : pr_plan_log_console(PR_LOG_WARNING);
	int rc;

	console.level = PR_LOG_WARNING;
	rc = pr_log_add(&console, err);

	if (!rc)
		rc = open_service(job, err);
	if (!rc)
		rc = choose_files(job, err);
	pr_log_remove(console.arg);
	return rc;
}

static int open_log(struct pr_plan_job *job, struct pr_err *err)
{
	return pr_plan_log_open(&job->log, job->log_path, &job->options.console, err);
}

/* What the platform answered, and what to do where that is known. */
static int fail_with_reply(
	struct pr_plan_job *job, const struct pr_reply *reply, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf told = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	bool unreachable = reply->status == 0 && reply->code != PR_ECANCELED;

	pr_refusal_add(reply, &pr_refusals_of_plans, &told);
	pr_text_copy(job->told, sizeof job->told, pr_buf_str(&told));
	if (reply->status == 404)
		return pr_fail(err, reply->code,
			"plan not found: there is no '%s' in the organization '%s'", job->plan_id,
			job->service.organization);
	return pr_fail(err, reply->code, "%s%s", reply->message,
		unreachable ? " (RELIABLY_SERVICE_HOST is the platform's address)" : "");
}

static int fetch_plan(struct pr_plan_job *job, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};
	char path[PR_UUID_SIZE + 16];

	pr_text_print(path, sizeof path, "/plans/%s", job->plan_id);
	if (pr_ask(&job->signals, job->platform, "GET", path, NULL, &reply))
		return fail_with_reply(job, &reply, err);
	if (pr_plan_read(reply.body, &job->plan, err)) {
		pr_plan_job_tell_error(job, err->msg);
		return PR_EPROTO;
	}
	return 0;
}

static struct pr_plan_context context_of(struct pr_plan_job *job)
{
	return (struct pr_plan_context){.signals = &job->signals,
		.platform = job->platform,
		.secret_files = &job->secret_files,
		.controls = job->integrations};
}

/* Before the plan's own environment, which wins. */
static int load_context(struct pr_plan_job *job, struct pr_err *err)
{
	struct pr_plan_context context;

	job->integrations = json_object();
	if (!job->integrations)
		return pr_fail_nomem(err);
	context = context_of(job);
	return job->options.skip_context ? 0
					 : pr_plan_context_load(&context, job->plan.document, err);
}

static int load_environment(struct pr_plan_job *job, struct pr_err *err)
{
	struct pr_plan_context context = context_of(job);
	int rc = 0;

	if (job->options.load_environment && *job->plan.environment)
		rc = pr_plan_context_environment(&context, job->plan.environment, err);
	if (rc)
		(void)pr_wrap(err, "the plan's environment cannot be loaded");
	return rc;
}

static int set_default(const char *name, const char *value, struct pr_err *err)
{
	return pr_env_get(name) ? 0 : pr_env_set(name, value, err);
}

/* What activities and their programs may rely on (docs/protocol.md 1.6). */
static int export_variables(struct pr_plan_job *job, struct pr_err *err)
{
	const char *host = job->service.host;
	bool plain = pr_url_is_plain_http(host);
	int rc = pr_env_set("RELIABLY_USE_HTTP", plain ? "true" : "false", err);

	if (!rc)
		rc = set_default("RELIABLY_HOST", strstr(host, "://") + 3, err);
	if (!rc)
		rc = set_default("RELIABLY_TOKEN", job->service.token, err);
	return rc ? rc : set_default("RELIABLY_PLAN_ID", job->plan_id, err);
}

static int put_status(
	struct pr_plan_job *job, const char *status, const char *error, struct pr_reply *reply)
{
	json_auto_t *body = pr_report_plan_status(status, error);
	char path[PR_UUID_SIZE + 16];

	pr_text_print(path, sizeof path, "/plans/%s/status", job->plan_id);
	return pr_ask(&job->signals, job->platform, "PUT", path, body, reply);
}

static int set_running(struct pr_plan_job *job, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};

	if (!job->options.set_status || put_status(job, "running", NULL, &reply) == 0)
		return 0;
	if (reply.code == PR_ECANCELED)
		pr_plan_job_tell_error(job, reply.message); /* it may have been set */
	return fail_with_reply(job, &reply, err);
}

/* What the plan refers to; without it the plan is not run, and is not left as if it still might be.
 */
static int load_surroundings(struct pr_plan_job *job, struct pr_err *err)
{
	int rc = load_context(job, err);

	if (!rc)
		rc = export_variables(job, err);
	if (!rc)
		rc = load_environment(job, err);
	if (rc)
		pr_plan_job_tell_error(job, err->msg);
	return rc;
}

int pr_plan_job_open(struct pr_plan_job *job, struct pr_err *err)
{
	static int (*const steps[])(struct pr_plan_job *, struct pr_err *) = {
		open_settings, open_log, fetch_plan, load_surroundings, set_running};
	int rc;

	if (pr_uuid_parse(job->options.plan, job->plan_id, err))
		return PR_EUSAGE;
	rc = pr_loop_new(NULL, &job->loop, err);
	if (!rc)
		rc = pr_signals_watch(&job->signals, job->loop, err);
	for (size_t i = 0; !rc && i < PR_LEN(steps); i++)
		rc = steps[i](job, err);
	return rc;
}

static int fetch_experiment(struct pr_plan_job *job, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};
	PR_AUTO(free) char *path = pr_text_format("/experiments/%s/raw", job->plan.experiment);
	PR_AUTO(free) char *url = path ? pr_platform_url(job->platform, path) : NULL;

	if (!url)
		return pr_fail_nomem(err);
	pr_info("################################################################################");
	pr_info("Starting Reliably experiment: %s", url);
	if (pr_ask(&job->signals, job->platform, "GET", path, NULL, &reply)) {
		if (reply.code != PR_ECANCELED)
			pr_text_print(job->told, sizeof job->told,
				"failed to fetch experiment at %s", url);
		return pr_fail(err, reply.code, "failed to fetch experiment at %s: %s", url,
			reply.message);
	}
	return pr_source_parse_answer(url, reply.content_type, pr_buf_str(&reply.text),
		reply.text.len, &job->options.limits, &job->document, err);
}

static int read_settings(struct pr_plan_job *job, struct pr_err *err)
{
	PR_AUTO(free) char *path = pr_settings_default_path();

	return pr_settings_load(path, &job->options.limits, &job->settings, err);
}

/* Those of the settings, and of integrations in place of theirs. */
static int collect_controls(struct pr_plan_job *job, struct pr_err *err)
{
	const json_t *given = json_object_get(job->settings, "controls");
	json_auto_t *named = given ? pr_json_copy(given) : json_object();

	job->globals = json_array();
	if (!named || !job->globals)
		return pr_fail_nomem(err);
	if (json_is_object(named) && json_object_update(named, job->integrations))
		return pr_fail_nomem(err);
	return pr_control_list_add(job->globals, named, err);
}

/* As upstream's float(… or 1.0). */
static int read_frequency(const json_t *value, double *ret_frequency, struct pr_err *err)
{
	const char *text = json_string_value(value);

	*ret_frequency = json_is_number(value) ? json_number_value(value) : 0;
	if (text && *text && pr_text_double(text, ret_frequency, err))
		return pr_wrap(err, "runtime.hypothesis.freq");
	if (*ret_frequency == 0)
		*ret_frequency = 1.0;
	return 0;
}

/* How often, and whether the first miss ends it: the experiment before the settings, variables
 * before both. */
static int decide_rhythm(struct pr_plan_job *job, struct pr_err *err)
{
	const json_t *own = pr_json_object(pr_json_object(job->document, "runtime"), "hypothesis");
	const json_t *set = pr_json_object(pr_json_object(job->settings, "runtime"), "hypothesis");
	const json_t *hypothesis = json_object_size(own) ? own : set;
	const char *frequency = pr_env_get_set("RELIABLY_CLI_HYPOTHESIS_STRATEGY_FREQ");
	const char *fail_fast = pr_env_get_set("RELIABLY_CLI_HYPOTHESIS_STRATEGY_FAIL_FAST");
	struct pr_strategies *strategies = &job->strategies;

	if (strategies->hypothesis != PR_HYPOTHESIS_CONTINUOUSLY &&
		strategies->hypothesis != PR_HYPOTHESIS_DURING_METHOD_ONLY)
		return 0;
	strategies->fail_fast = pr_value_truthy(json_object_get(hypothesis, "fail_fast"));
	if (read_frequency(json_object_get(hypothesis, "freq"), &strategies->frequency, err))
		return PR_EINVAL;
	if (frequency && pr_text_double(frequency, &strategies->frequency, err))
		return pr_wrap(err, "RELIABLY_CLI_HYPOTHESIS_STRATEGY_FREQ");
	if (fail_fast && pr_text_bool(fail_fast, &strategies->fail_fast, NULL))
		strategies->fail_fast = false;
	return 0;
}

/* Variables decide over the experiment and the settings; no rollback is left out by default. */
static int decide(struct pr_plan_job *job, struct pr_err *err)
{
	const json_t *runtime = pr_json_object(job->document, "runtime");
	const char *dry = pr_env_get_set("RELIABLY_CLI_DRY_STRATEGY");
	struct pr_strategy_flags flags = {
		.hypothesis = pr_env_get_set("RELIABLY_CLI_HYPOTHESIS_STRATEGY"),
		.rollbacks = pr_env_get_set("RELIABLY_CLI_ROLLBACK_STRATEGY"),
		.dry = dry ? dry : pr_json_str(runtime, "dry"),
		.fallback_rollbacks = "always"};

	job->strategies.frequency = 1.0;
	if (pr_strategies_decide(job->document, job->settings, &flags, &job->strategies, err))
		return PR_EINVAL;
	return decide_rhythm(job, err);
}

int pr_plan_job_load(struct pr_plan_job *job, struct pr_err *err)
{
	int rc = read_settings(job, err);

	if (!rc)
		rc = collect_controls(job, err);
	if (!rc)
		rc = fetch_experiment(job, err);
	if (!rc)
		rc = pr_experiment_check(job->document, err);
	return rc ? rc : decide(job, err);
}

static void terminate(void *arg, bool skip_rollbacks)
{
	struct pr_plan_job *job = arg;

	if (job->signals.run)
		pr_run_interrupt(job->signals.run,
			skip_rollbacks ? PR_INTERRUPT_USR2 : PR_INTERRUPT_USR1, NULL);
}

static void hasten(void *arg)
{
	struct pr_plan_job *job = arg;

	if (!job->hastened)
		job->hastened_us = pr_loop_now_us(job->loop);
	job->hastened = true;
	pr_reporter_hasten(job->reporter,
		pr_loop_now_us(job->loop) + (job->options.grace_ms - LAST_MS) * US_PER_MS);
}

static void log_resent(void *arg, const char *execution, const char *outcome, bool delivered)
{
	(void)arg;
	if (delivered)
		pr_info("The report of the earlier execution '%s': %s", execution, outcome);
	else
		pr_warn("The report of the earlier execution '%s': %s", execution, outcome);
}

/* What earlier runs could not report, now that the platform takes reports. */
static void deliver_earlier(struct pr_plan_job *job)
{
	struct pr_resend resend = {.signals = &job->signals,
		.service = &job->service,
		.platform = job->platform,
		.entry_ms = EARLIER_MS,
		.until_us = pr_loop_now_us(job->loop) + EARLIER_MS * US_PER_MS,
		.say = log_resent,
		.quiet = true};
	struct pr_err err = PR_ERR_INIT;

	if (!pr_reporter_execution_url(job->reporter) || pr_reporter_undelivered(job->reporter) ||
		job->hastened || pr_text_eq(job->execution.status, "interrupted"))
		return;
	if (pr_resend_all(&resend, &err) && err.code != PR_OK)
		pr_warn("%s", err.msg);
}

/* The image says what `docker stop` allows; who calls may know of less. */
static int64_t grace_ms(int64_t known)
{
	int64_t said = pr_env_duration_ms("PLAN_RUNNER_GRACE", known);

	return known && said > known ? known : said;
}

/* The closing calls before anybody else's last words. */
static size_t collect_hooks(const struct pr_plan_job *job, struct pr_hook hooks[HOOKS_MAX])
{
	size_t count = 0;

	if (job->options.watcher)
		hooks[count++] = *job->options.watcher;
	hooks[count++] = pr_controls_hook(job->controls);
	hooks[count++] = pr_reporter_hook(job->reporter);
	if (job->honeycomb)
		hooks[count++] = pr_honeycomb_hook(job->honeycomb);
	hooks[count++] = pr_controls_closing_hook(job->controls);
	return count;
}

int pr_plan_job_run(struct pr_plan_job *job, struct pr_err *err)
{
	struct pr_reporter_options reporting = {.platform = job->platform,
		.service = &job->service,
		.plan = &job->plan,
		.log = &job->log.text,
		.deadline_ms =
			pr_env_duration_ms("PLAN_RUNNER_REPORT_DEADLINE", PR_REPORT_DEADLINE_MS),
		.poll_ms = pr_env_duration_ms("PLAN_RUNNER_POLL", POLL_MS),
		.terminate = terminate,
		.arg = job};
	struct pr_controls_options controls = {.globals = job->globals,
		.validated = true,
		.env = {.loop = job->loop,
			.limits = &job->options.limits,
			.ca_file = job->service.ca_file,
			.plan = job->plan.id,
			.run = &job->signals.run}};
	struct pr_hook hooks[HOOKS_MAX];
	struct pr_run_options options = {.document = job->document,
		.settings = job->settings,
		.var_configuration = job->variables.configuration,
		.var_secrets = job->variables.secrets,
		.strategies = job->strategies,
		.dry_when_set = true,
		.limits = job->options.limits,
		.journal_path = job->result_path,
		.ca_file = job->service.ca_file,
		.hooks = hooks};
	int rc = job->result_path ? pr_recovering_keep(job->result_path, err) : 0;

	if (!rc)
		rc = pr_reporter_new(job->loop, &reporting, &job->reporter, err);
	if (!rc)
		rc = pr_controls_new(&controls, &job->controls, err);
	if (!rc)
		rc = pr_honeycomb_new(job->loop, job->service.ca_file, &job->honeycomb, err);
	if (rc)
		return rc;
	options.hook_count = collect_hooks(job, hooks);
	job->options.grace_ms = grace_ms(job->options.grace_ms);
	if (job->options.grace_ms) {
		job->signals.heard = hasten;
		job->signals.arg = job;
	}
	job->signals.term_skips_rollbacks =
		pr_text_eq(pr_env_get_set("RELIABLY_CATCH_SIGTERM_BEFORE_CHAOSTOOLKIT"), "1");
	rc = pr_execution_run(&job->signals, &options, &job->options.terms, &job->execution, err);
	if (!rc && job->execution.crashed)
		rc = pr_fail(err, PR_EINVAL, "%s", job->execution.error.msg);
	if (!rc)
		deliver_earlier(job);
	return rc;
}

static void stop_loop(void *arg)
{
	pr_loop_stop(arg);
}

void pr_plan_job_tell_error(struct pr_plan_job *job, const char *message)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};
	PR_AUTO(free) char *error = pr_text_format("Error: %s", message);
	struct pr_timer limit = {0};

	if (!job->options.set_status || !job->platform || !error)
		return;
	job->signals.received = 0;
	(void)pr_timer_start(job->loop, &limit, TELL_MS * US_PER_MS, stop_loop, job->loop);
	if (put_status(job, "error", error, &reply))
		pr_error("The plan's status could not be set: %s", reply.message);
	pr_timer_stop(&limit);
}

void pr_plan_job_release(struct pr_plan_job *job)
{
	pr_execution_release(&job->execution);
	pr_controls_free(job->controls);
	pr_honeycomb_free(job->honeycomb);
	pr_reporter_free(job->reporter);
	json_decref(job->document);
	json_decref(job->settings);
	json_decref(job->integrations);
	json_decref(job->globals);
	pr_variables_release(&job->variables);
	pr_secret_files_remove(&job->secret_files);
	pr_plan_release(&job->plan);
	pr_platform_free(job->platform);
	pr_service_release(&job->service);
	pr_plan_log_close(&job->log);
	free(job->result_path);
	free(job->log_path);
	pr_loop_free(job->loop);
}
