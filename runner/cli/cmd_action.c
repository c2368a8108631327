#include "actions/annotations.h"
#include "actions/command_file.h"
#include "actions/groups.h"
#include "actions/inputs.h"
#include "actions/summary.h"
#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"
#include "cli/action_files.h"
#include "cli/action_keep.h"
#include "cli/action_python.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/plan_execute.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Shorter ones would hide half of every text; what is a line among others is often common. */
#define SECRET_LEAST 6
#define LINE_LEAST 16

/* A workflow that is cancelled sends INT, 7.5 s later TERM, and kills 2.5 s later. */
#define GRACE_MS 6000

struct action {
	struct pr_context *context;
	struct pr_actions_inputs inputs;
	struct pr_actions_stream stream;
	bool hosted; /* GitHub runs us: outside of it nothing of its protocol is printed */
	unsigned fail_on;
	char plan[PR_UUID_SIZE];
	bool python;  /* our image has it */
	bool summary; /* is wanted */
	bool commit;  /* likewise */
	struct pr_action_files files;
	struct pr_action_python installed;
	struct pr_action_keep keep;
	char *output_file; /* GitHub's: what a plan's environment says is not ours */
	char *summary_file;
	size_t errors; /* annotations so far */
};

static void mask(void *arg, const char *secret)
{
	pr_actions_stream_mask(arg, secret, strpbrk(secret, "\r\n") ? LINE_LEAST : SECRET_LEAST);
}

static int hide_secret(struct action *action, const char *secret, struct pr_err *err)
{
	if (secret && action->hosted)
		pr_actions_stream_mask(&action->stream, secret, 1);
	return pr_redact_add(secret, err);
}

/* Before anything can be printed; later secrets follow as they become known. */
static int hide_secrets(struct action *action, struct pr_err *err)
{
	static const enum pr_actions_input secrets[] = {PR_INPUT_TOKEN, PR_INPUT_GITHUB_TOKEN};
	/* the last three are GitHub's, which every program of the plan has */
	static const char *const variables[] = {"RELIABLY_SERVICE_TOKEN", "GITHUB_TOKEN",
		"ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"};
	int rc = 0;

	for (size_t i = 0; i < PR_LEN(secrets) && !rc; i++) {
		rc = hide_secret(action, action->inputs.values[secrets[i]], err);
		if (!rc)
			rc = hide_secret(action, action->inputs.others[secrets[i]], err);
	}
	if (action->hosted)
		pr_redact_listen(mask, &action->stream);
	for (size_t i = 0; i < PR_LEN(variables) && !rc; i++)
		rc = pr_redact_add(pr_env_get(variables[i]), err);
	return rc;
}

static int name_input(const struct action *action, enum pr_actions_input input, struct pr_err *err)
{
	return pr_wrap(err, "the input %s", pr_actions_inputs_name(&action->inputs, input));
}

/* What would be refused later in the name of the variable that the input stands for. */
static int check_connection(const struct action *action, struct pr_err *err)
{
	char *const *values = action->inputs.values;
	__attribute__((cleanup(pr_service_release))) struct pr_service service = {0};
	char organization[PR_UUID_SIZE];
	char source[64];

	if (values[PR_INPUT_SERVICE_HOST] &&
		pr_service_check_host(pr_env_get("RELIABLY_SERVICE_HOST"), err))
		return name_input(action, PR_INPUT_SERVICE_HOST, err);
	if (values[PR_INPUT_ORGANIZATION_ID] &&
		pr_uuid_parse(values[PR_INPUT_ORGANIZATION_ID], organization, err))
		return name_input(action, PR_INPUT_ORGANIZATION_ID, err);
	if (!values[PR_INPUT_TOKEN])
		return 0;
	pr_text_print(source, sizeof source, "the input %s",
		pr_actions_inputs_name(&action->inputs, PR_INPUT_TOKEN));
	return pr_service_set_token(&service, values[PR_INPUT_TOKEN], source, err);
}

/* First what decides over how the rest is told. */
static int check_words(struct action *action, struct pr_err *err)
{
	const struct pr_actions_inputs *inputs = &action->inputs;
	const char *fail_on = inputs->values[PR_INPUT_FAIL_ON];
	int rc = pr_actions_inputs_switch(inputs, PR_INPUT_SUMMARY, true, &action->summary, err);

	if (!rc)
		rc = pr_actions_inputs_switch(
			inputs, PR_INPUT_COMMIT_RESULTS, false, &action->commit, err);
	if (!rc)
		rc = pr_actions_read_fail_on("the input fail-on",
			fail_on ? fail_on : PR_ACTIONS_FAIL_ON, &action->fail_on, err);
	if (!rc && !action->python)
		rc = pr_actions_inputs_refuse_python(inputs, err);
	return rc ? rc : pr_actions_inputs_check(inputs, err);
}

static int check_inputs(struct action *action, struct pr_err *err)
{
	const char *plan = action->inputs.values[PR_INPUT_PLAN_ID];
	PR_AUTO(free) char *config = pr_service_config_path(NULL);
	bool configured = config && pr_file_exists(config);

	if (check_words(action, err) || pr_actions_inputs_require(&action->inputs, configured, err))
		return PR_EINVAL;
	if (pr_uuid_parse(plan, action->plan, err))
		return name_input(action, PR_INPUT_PLAN_ID, err);
	if (pr_actions_inputs_export(&action->inputs, err))
		return PR_ENOMEM;
	return check_connection(action, err);
}

static void complain(struct action *action, const char *title, const char *message)
{
	if (!action->hosted) {
		pr_complain(action->context, "%s", message);
		return;
	}
	pr_actions_stream_command(&action->stream, "error", title, message);
	action->errors++;
}

static int write_outputs(const struct action *action, const struct pr_actions_result *result,
	const struct pr_actions_facts *facts, struct pr_err *err)
{
	const struct {
		const char *name;
		const char *value;
	} outputs[] = {{"status", result->status},
		{"deviated", result->deviated ? "true" : "false"},
		{"execution-url", facts->url ? facts->url : ""},
		{"journal", facts->journal ? facts->journal : ""},
		{"log", facts->log ? facts->log : ""}};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (size_t i = 0; i < PR_LEN(outputs); i++)
		if (pr_actions_output(outputs[i].name, outputs[i].value, &text, err))
			return err->code;
	return pr_actions_append("GITHUB_OUTPUT", action->output_file, &text, err);
}

static int write_summary(const struct action *action, const json_t *journal,
	const struct pr_actions_result *result, const struct pr_actions_facts *facts,
	struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_actions_summary(journal, result, facts, &text))
		return pr_buf_check(&text, "the summary", err);
	return pr_actions_append("GITHUB_STEP_SUMMARY", action->summary_file, &text, err);
}

/* A file that cannot be written is told and changes nothing. */
static void hand_on(struct action *action, const json_t *journal,
	const struct pr_actions_result *result, const struct pr_actions_facts *facts)
{
	struct pr_err err = PR_ERR_INIT;

	if (!action->hosted)
		return;
	if (write_outputs(action, result, facts, &err))
		complain(action, "Outputs", err.msg);
	pr_err_clear(&err);
	if (action->summary && write_summary(action, journal, result, facts, &err))
		complain(action, "Summary", err.msg);
}

static void tell_run(struct action *action, const struct pr_plan_job *job,
	const struct pr_actions_result *result, const struct pr_actions_facts *facts)
{
	const char *undelivered = pr_reporter_undelivered(job->reporter);

	if (!action->hosted) {
		if (facts->url)
			pr_print("Check results at %s\n", facts->url);
		return;
	}
	if (facts->url)
		pr_actions_stream_command(&action->stream, "notice", "Execution", facts->url);
	if (undelivered)
		pr_actions_stream_command(&action->stream, "warning", "Report", undelivered);
	if (facts->error && *facts->error)
		complain(action, "Run", facts->error);
	pr_actions_annotate(&action->stream, job->execution.journal, result, action->errors);
}

/* What was said where the log is not seen; the log has it in any case. */
static void tell_refusal(struct action *action, const struct pr_plan_job *job, const char *message)
{
	if (action->hosted || !job->log.on_console)
		complain(action, "Plan not run", message);
}

static int tell_end(struct action *action, const struct pr_plan_job *job, enum pr_plan_end end,
	const struct pr_err *err)
{
	const char *const left[] = {job->result_path, job->log_path};
	bool ran = end == PR_PLAN_RAN;
	const json_t *journal = ran ? job->execution.journal : NULL;
	struct pr_actions_facts facts = {.plan = action->plan,
		.url = job->reporter ? pr_reporter_execution_url(job->reporter) : NULL,
		.journal = pr_action_files_shown(
			&action->files, job->execution.journal ? job->result_path : NULL),
		.log = pr_action_files_shown(&action->files, job->log_path),
		.error = ran ? job->execution.error.msg : err->msg};
	struct pr_actions_result result;

	if (action->hosted)
		pr_actions_stream_end(&action->stream);
	pr_actions_read_result(journal, &result);
	if (ran)
		tell_run(action, job, &result, &facts);
	else
		tell_refusal(action, job, err->msg);
	hand_on(action, journal, &result, &facts);
	if (action->hosted)
		pr_action_files_give_back(&action->files, left, PR_LEN(left));
	if (end == PR_PLAN_REFUSED && !action->hosted && !action->inputs.values[PR_INPUT_FAIL_ON])
		return PR_EXIT_DEVIATED; /* as the other commands do */
	return pr_actions_exit_code(&result, action->fail_on);
}

static struct pr_log_sink console_of(struct action *action)
{
	bool debug = pr_text_eq(pr_env_get("RUNNER_DEBUG"), "1");

	if (!action->hosted)
		return pr_plan_log_console(PR_LOG_INFO);
	return (struct pr_log_sink){.level = debug ? PR_LOG_DEBUG : PR_LOG_INFO,
		.format = PR_LOG_SHORT,
		.write = pr_actions_stream_line,
		.arg = &action->stream};
}

/* A pr_log_write_fn for what is no line of the log. */
static void write_plain(void *arg, const char *line, size_t n)
{
	(void)arg;
	(void)pr_file_write_all(STDERR_FILENO, line, n, NULL);
}

static int make_python(struct action *action, struct pr_err *err)
{
	if (!pr_action_python_wanted(&action->inputs))
		return 0;
	if (!action->hosted)
		return pr_action_python_make(
			&action->installed, &action->inputs, write_plain, NULL, err);
	pr_actions_stream_group(&action->stream, "Python");
	return pr_action_python_make(
		&action->installed, &action->inputs, pr_actions_stream_line, &action->stream, err);
}

/* A platform that serves http answers with what is no TLS. */
static void tell_scheme(const struct action *action, struct pr_err *err)
{
	const char *host = action->inputs.values[PR_INPUT_SERVICE_HOST];

	if ((err->code == PR_ENET || err->code == PR_ETIMEOUT) && host && !strstr(host, "://"))
		(void)pr_wrap(err, "the input %s has no scheme, so https was taken",
			pr_actions_inputs_name(&action->inputs, PR_INPUT_SERVICE_HOST));
}

static int run_plan(struct action *action, const struct pr_args *args)
{
	struct pr_hook groups = pr_actions_groups_hook(&action->stream);
	__attribute__((cleanup(pr_plan_job_release))) struct pr_plan_job job = {
		.options = {.plan = action->plan,
			.result_file = action->files.result,
			.log_file = action->files.log,
			.console = console_of(action),
			.watcher = action->hosted ? &groups : NULL,
			.set_status = true,
			.load_environment = true,
			.grace_ms = action->hosted ? GRACE_MS : 0,
			.limits = action->context->limits},
		.log = PR_PLAN_LOG_INIT};
	struct pr_err err = PR_ERR_INIT;
	enum pr_plan_end end;
	int code;

	if (action->hosted)
		pr_actions_stream_group(&action->stream, "Plan");
	end = pr_plan_execute(&job, args, &err);
	if (end != PR_PLAN_RAN)
		tell_scheme(action, &err);
	code = tell_end(action, &job, end, &err);
	if (end == PR_PLAN_RAN)
		pr_action_keep_commit(&action->keep, &job, action->files.workspace);
	pr_log_remove(&action->stream);
	return code;
}

/* A pr_action_keep_fn. */
static void tell_commit(void *arg, const char *level, const char *message)
{
	struct action *action = arg;

	if (action->hosted)
		pr_actions_stream_command(&action->stream, level, "Commit", message);
	else
		pr_complain(action->context, "%s", message);
}

static void warn_of_lost(struct action *action)
{
	const char *const paths[] = {action->files.result, action->files.log};

	for (size_t i = 0; i < PR_LEN(paths) && action->hosted; i++) {
		PR_AUTO(free) char *text = NULL;

		if (!pr_action_files_lost(&action->files, paths[i]))
			continue;
		text = pr_text_format("'%s' is outside of the workspace: it is gone with the "
				      "container of this step, no later step finds it",
			paths[i]);
		if (text)
			pr_actions_stream_command(&action->stream, "warning", "Inputs", text);
	}
}

static int begin(struct action *action, const struct pr_args *args)
{
	warn_of_lost(action);
	if (action->commit)
		pr_action_keep_prepare(&action->keep, &action->inputs, tell_commit, action);
	return run_plan(action, args);
}

/* What is wrong before the plan is asked for fails the step whatever fail-on says. */
static int refuse(struct action *action, const char *title, const char *message)
{
	struct pr_actions_facts facts = {.error = message};
	struct pr_actions_result result;

	if (action->hosted)
		pr_actions_stream_end(&action->stream);
	pr_actions_read_result(NULL, &result);
	complain(action, title, message);
	hand_on(action, NULL, &result, &facts);
	if (action->hosted)
		pr_action_files_give_back(&action->files, NULL, 0);
	return PR_EXIT_FAILED;
}

static int keep_paths(struct action *action, struct pr_err *err)
{
	const struct {
		const char *variable;
		char **path;
	} rows[] = {{"GITHUB_OUTPUT", &action->output_file},
		{"GITHUB_STEP_SUMMARY", &action->summary_file},
		{"GITHUB_WORKSPACE", &action->files.workspace}};

	for (size_t i = 0; i < PR_LEN(rows); i++) {
		const char *path = pr_env_get_set(rows[i].variable);

		*rows[i].path = path ? pr_text_dup(path) : NULL;
		if (path && !*rows[i].path)
			return pr_fail_nomem(err);
	}
	return 0;
}

static void release(struct action *action)
{
	pr_actions_inputs_release(&action->inputs);
	pr_action_files_release(&action->files);
	pr_action_python_release(&action->installed);
	pr_action_keep_release(&action->keep);
	free(action->output_file);
	free(action->summary_file);
}

static int act(struct pr_context *context, const struct pr_args *args)
{
	struct action action = {.context = context,
		.hosted = pr_text_eq_nocase(pr_env_get("GITHUB_ACTIONS"), "true"),
		.python = pr_args_flag(args, "python"),
		.summary = true};
	struct pr_err err = PR_ERR_INIT;
	int code;

	if (action.hosted) /* the plan's programs must not find our environment and our output */
		(void)prctl(PR_SET_DUMPABLE, 0);
	pr_actions_stream_init(&action.stream, STDOUT_FILENO);
	if (keep_paths(&action, &err) || pr_actions_inputs_read(&action.inputs, &err) ||
		hide_secrets(&action, &err) || check_inputs(&action, &err) ||
		pr_action_files_choose(&action.files, &action.inputs, &err))
		code = refuse(&action, "Inputs", err.msg);
	else if (make_python(&action, &err))
		code = refuse(&action, "Python", err.msg);
	else
		code = begin(&action, args);
	if (action.hosted)
		pr_actions_stream_end(&action.stream);
	pr_redact_listen(NULL, NULL);
	release(&action);
	return code;
}

static const struct pr_option options[] = {{"python", 0, PR_OPTION_FLAG, NULL,
	"There is Python and uv: the inputs python-version and dependencies are taken.", NULL}};

const struct pr_command pr_command_action = {.name = "action",
	.more = "Inputs and outputs are described in the repository's action.yml.",
	.summary = "As a step of GitHub Actions: inputs and outputs are its own.",
	PR_OPTIONS(options),
	.run = act};
