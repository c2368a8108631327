#include "activity/process.h"

#include "activity/output_text.h"
#include "activity/process_arguments.h"
#include "activity/refusal.h"
#include "base/child.h"
#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "experiment/activities.h"

#include <math.h>
#include <sys/wait.h>

#define US_PER_S 1e6

struct process {
	struct pr_activity_call call;
	struct pr_child *child;
	bool has_tolerance;
	pr_activity_fn *fn;
	void *arg;
};

static const char *remedy(void)
{
	if (pr_file_exists("/bin/sh"))
		return "";
	return pr_text_eq_nocase(pr_env_get("GITHUB_ACTIONS"), "true")
		       ? "; the action's image has no programs: write /host between the action's "
			 "name and its version, so that it runs on the runner itself"
		       : "; this image has no programs: run the one whose tag ends in `-tools`, or "
			 "put plan-runner into your own with COPY --from";
}

static void process_validate(
	const json_t *activity, const struct pr_place *place, struct pr_findings *findings)
{
	const json_t *provider = json_object_get(activity, "provider");
	const json_t *path = json_object_get(provider, "path");
	PR_AUTO(free) char *program = NULL;

	if (!pr_value_truthy(path)) {
		pr_findings_add(
			findings, PR_FINDING_ERROR, place, "a process activity must have a path");
		return;
	}
	if (!json_is_string(path)) {
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"the path of a process activity must be a text, not %s",
			pr_json_kind(path));
		return;
	}
	program = pr_file_find_program(json_string_value(path));
	if (!program)
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"path '%s' cannot be found, in activity '%s'%s", json_string_value(path),
			pr_activity_name(activity), remedy());
	else if (json_is_string(json_object_get(provider, "arguments")) && *remedy())
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"activity '%s' gives its arguments as one text, which needs /bin/sh%s",
			pr_activity_name(activity), remedy());
}

static json_t *output_of(const struct pr_child_result *result)
{
	int status = WIFSIGNALED(result->status) ? -WTERMSIG(result->status)
						 : WEXITSTATUS(result->status);

	return json_pack("{s: i, s: o, s: o}", "status", status, "stdout",
		pr_output_text(result->out), "stderr", pr_output_text(result->err));
}

static void succeed(const struct process *process, const struct pr_child_result *result)
{
	bool complete = !result->out->status && !result->err->status;
	json_auto_t *output = complete ? output_of(result) : NULL;
	struct pr_outcome outcome = {.kind = PR_OUTCOME_SUCCEEDED, .output = output};

	if (!output)
		outcome =
			(struct pr_outcome){.kind = PR_OUTCOME_FAILED, .message = "out of memory"};
	if (result->dropped)
		pr_warn("The output of the process was larger than the limit, %llu bytes were "
			"dropped",
			(unsigned long long)result->dropped);
	if (WIFEXITED(result->status) && WEXITSTATUS(result->status) && !process->has_tolerance)
		pr_warn("This process returned a non-zero exit code. This may indicate some error "
			"and "
			"not what you expected. Please have a look at the logs.");
	process->fn(process->arg, &outcome);
}

static void on_end(void *arg, const struct pr_child_result *result)
{
	const struct process *process = arg;
	struct pr_outcome outcome = {
		.kind = PR_OUTCOME_FAILED, .message = "process activity took too long to complete"};

	if (result->timed_out)
		process->fn(process->arg, &outcome);
	else
		succeed(process, result);
}

/* Seconds as written, never substituted; -1 for none. */
static int read_timeout(const json_t *provider, int64_t *ret_us, struct pr_err *err)
{
	const json_t *timeout = json_object_get(provider, "timeout");
	double seconds;

	*ret_us = -1;
	if (!timeout || json_is_null(timeout))
		return 0;
	if (!pr_value_number(timeout, &seconds) || !isfinite(seconds))
		return pr_fail(err, PR_EINVAL, "the timeout of a process must be a number, not %s",
			pr_json_kind(timeout));
	seconds = fmin(fmax(seconds, 0), 1e9);
	*ret_us = (int64_t)(seconds * US_PER_S);
	return 0;
}

static int build_command(const struct pr_activity_env *env, const json_t *provider,
	struct pr_process_command *command, struct pr_err *err)
{
	const json_t *given = json_object_get(provider, "arguments");
	json_auto_t *arguments = NULL;
	const char *path = pr_json_str(provider, "path");
	int rc;

	if (!path)
		return pr_fail(err, PR_EINVAL, "a process activity must have a path");
	rc = pr_substitute_arguments(
		json_object_get(provider, "arguments"), &env->scope, &arguments, err);
	return rc ? rc : pr_process_command_build(path, given ? arguments : NULL, command, err);
}

static void process_release(struct pr_activity_call *call)
{
	struct process *process = pr_container_of(call, struct process, call);

	pr_child_free(process->child);
	free(process);
}

static int start_child(const struct pr_activity_env *env, struct process *process,
	const json_t *provider, struct pr_err *err)
{
	struct pr_process_command command = {0};
	struct pr_child_options options = {.stream_bytes = env->limits->stream_bytes};
	int rc = read_timeout(provider, &options.timeout_us, err);

	if (!rc)
		rc = build_command(env, provider, &command, err);
	if (rc)
		return rc;
	options.program = command.program;
	options.argv = command.argv;
	rc = pr_child_start(env->loop, &options, on_end, process, &process->child, err);
	pr_process_command_release(&command);
	return rc;
}

static int process_start(const struct pr_activity_env *env, const json_t *activity,
	pr_activity_fn *fn, void *arg, struct pr_activity_call **ret_call, struct pr_err *err)
{
	struct process *process = calloc(1, sizeof *process);
	struct pr_err problem = PR_ERR_INIT;
	int rc;

	if (!process)
		return pr_fail_nomem(err);
	process->call.provider = &pr_provider_process;
	process->fn = fn;
	process->arg = arg;
	process->has_tolerance = json_object_get(activity, "tolerance") != NULL;
	rc = start_child(env, process, json_object_get(activity, "provider"), &problem);
	if (rc) {
		process_release(&process->call);
		if (rc == PR_ENOMEM)
			return pr_fail_nomem(err);
		return pr_refusal_start(env, problem.msg, fn, arg, ret_call, err);
	}
	*ret_call = &process->call;
	return 0;
}

const struct pr_provider pr_provider_process = {.type = "process",
	.validate = process_validate,
	.start = process_start,
	.release = process_release};
