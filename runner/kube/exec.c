#include "kube/exec.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "kube/exec_private.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define TIMEOUT_US ((int64_t)60 * 1000000)
#define OUTPUT_MAX ((size_t)1 << 20)

#define VERSIONS "client.authentication.k8s.io/"

static void release(struct pr_kube_exec *exec)
{
	for (size_t i = 0; exec->env && exec->env[i]; i++)
		free(exec->env[i]);
	free(exec->env);
	free(exec->argv);
	free(exec->program);
}

static int check_version(struct pr_kube_exec *exec, struct pr_err *err)
{
	exec->version = pr_json_str(exec->spec, "apiVersion");
	if (pr_text_eq(exec->version, VERSIONS "v1") ||
		pr_text_eq(exec->version, VERSIONS "v1beta1"))
		return 0;
	return pr_kube_entry_fail(exec->user, err,
		"has an exec with apiVersion '%s', not " VERSIONS "v1 or v1beta1: have the "
		"kubeconfig written anew (aws eks update-kubeconfig and the like)",
		exec->version ? exec->version : "");
}

/* As a shell finds it, or from the folder of the kubeconfig. */
static int find_program(struct pr_kube_exec *exec, struct pr_err *err)
{
	const char *hint = pr_json_str(exec->spec, "installHint");
	const char *slash = strrchr(exec->user->file->path, '/');
	PR_AUTO(free) char *path = NULL;

	exec->command = pr_json_str(exec->spec, "command");
	if (!exec->command || !*exec->command)
		return pr_kube_entry_fail(exec->user, err, "has an exec without a command");
	if (*exec->command != '/' && strchr(exec->command, '/') && slash)
		path = pr_text_format("%.*s/%s", (int)(slash - exec->user->file->path),
			exec->user->file->path, exec->command);
	else
		path = pr_text_dup(exec->command);
	if (!path)
		return pr_fail_nomem(err);
	exec->program = pr_file_find_program(path);
	if (exec->program)
		return 0;
	return pr_fail(err, PR_ENOTFOUND,
		"'%s': user '%s' gets its credentials from the program '%s', which is not "
		"there%s%s",
		exec->user->file->shown, exec->user->name, exec->command, hint ? ": " : "",
		hint ? hint : "");
}

static int make_arguments(struct pr_kube_exec *exec, struct pr_err *err)
{
	const json_t *list = json_object_get(exec->spec, "args");
	size_t i;
	json_t *item;

	if (list && !json_is_array(list) && !json_is_null(list))
		return pr_kube_entry_fail(exec->user, err, "has 'args' that are no list");
	exec->argv = calloc(json_array_size(list) + 2, sizeof *exec->argv);
	if (!exec->argv)
		return pr_fail_nomem(err);
	exec->argv[0] = exec->program;
	json_array_foreach (pr_json_mutable(list), i, item) {
		if (!json_is_string(item))
			return pr_kube_entry_fail(
				exec->user, err, "has 'args' of which one is no text");
		exec->argv[i + 1] = (char *)(uintptr_t)json_string_value(item);
	}
	return 0;
}

static int prepare(
	struct pr_kube_exec *exec, const struct pr_kube_cluster *cluster, struct pr_err *err)
{
	int rc = check_version(exec, err);

	if (!rc && pr_text_eq(pr_json_str(exec->spec, "interactiveMode"), "Always"))
		rc = pr_kube_entry_fail(exec->user, err,
			"has an exec that wants to ask somebody ('interactiveMode: Always'), which "
			"is not possible here");
	rc = rc ? rc : find_program(exec, err);
	rc = rc ? rc : make_arguments(exec, err);
	return rc ? rc : pr_kube_exec_environment(exec, cluster, err);
}

/* A program that is waited for. */
struct run {
	const struct pr_kube_exec *exec;
	struct pr_kube_cluster *cluster;
	struct pr_loop *loop;
	struct pr_err *err;
	int rc;
};

/* The end of what it wrote to stderr says why. */
static int tell_status(struct run *run, int status, const struct pr_buf *errors)
{
	const char *tail = pr_buf_str(errors);
	size_t n = strlen(tail);
	bool by_signal = WIFSIGNALED(status);

	while (n > 0 && strchr(" \t\r\n", tail[n - 1]))
		n--;
	tail += n > 200 ? n - 200 : 0;
	return pr_fail(run->err, PR_EAUTH,
		"'%s': user '%s': the program '%s' ended with %s%d: %.*s",
		run->exec->user->file->shown, run->exec->user->name, run->exec->command,
		by_signal ? "signal " : "", by_signal ? WTERMSIG(status) : WEXITSTATUS(status),
		(int)(n > 200 ? 200 : n), tail);
}

static void on_end(void *arg, const struct pr_child_result *result)
{
	struct run *run = arg;

	if (result->timed_out)
		run->rc = pr_fail(run->err, PR_ETIMEOUT,
			"'%s': user '%s': the program '%s' gave no credentials within a minute",
			run->exec->user->file->shown, run->exec->user->name, run->exec->command);
	else if (result->status != 0)
		run->rc = tell_status(run, result->status, result->err);
	else if (result->dropped)
		run->rc = pr_fail(run->err, PR_ELIMIT,
			"'%s': user '%s': the program '%s' printed more than 1 MiB",
			run->exec->user->file->shown, run->exec->user->name, run->exec->command);
	else
		run->rc = pr_kube_exec_read(
			run->exec, result->out, pr_loop_wall_us(run->loop), run->cluster, run->err);
	pr_loop_stop(run->loop);
}

static void on_signal(void *arg, int signo)
{
	struct run *run = arg;

	(void)signo;
	run->rc = pr_fail(run->err, PR_ECANCELED, "interrupted");
	pr_loop_stop(run->loop);
}

static int run_on(struct run *run, struct pr_err *err)
{
	const struct pr_child_options options = {.program = run->exec->program,
		.argv = run->exec->argv,
		.env = run->exec->env,
		.stream_bytes = OUTPUT_MAX,
		.timeout_us = TIMEOUT_US,
		.no_input = true};
	struct pr_child *child = NULL;
	int rc = pr_loop_on_signal(run->loop, SIGINT, on_signal, run, err);

	rc = rc ? rc : pr_loop_on_signal(run->loop, SIGTERM, on_signal, run, err);
	rc = rc ? rc : pr_child_start(run->loop, &options, on_end, run, &child, err);
	rc = rc ? rc : pr_loop_run(run->loop, err);
	pr_child_free(child);
	return rc ? rc : run->rc;
}

int pr_kube_exec_load(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err)
{
	struct pr_kube_exec exec = {.user = user, .spec = json_object_get(user->value, "exec")};
	struct run run = {.exec = &exec, .cluster = cluster, .err = err};
	int rc = prepare(&exec, cluster, err);

	rc = rc ? rc : pr_loop_new(NULL, &run.loop, err);
	if (!rc) {
		pr_debug("the credentials of user '%s' come from '%s'", user->name, exec.program);
		rc = run_on(&run, err);
	}
	pr_loop_free(run.loop);
	release(&exec);
	return rc;
}
