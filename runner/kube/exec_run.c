#include "base/child.h"
#include "base/log.h"
#include "kube/exec_private.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define TIMEOUT_US ((int64_t)60 * 1000000)
#define OUTPUT_MAX ((size_t)1 << 20)

struct pr_kube_exec_run {
	const struct pr_kube_exec *exec;
	struct pr_loop *loop;
	struct pr_child *child;
	pr_kube_exec_fn *fn;
	void *arg;
};

/* The end of what it wrote to stderr says why. */
static int tell_status(
	const struct pr_kube_exec *exec, const struct pr_child_result *result, struct pr_err *err)
{
	const char *tail = pr_buf_str(result->err);
	size_t n = strlen(tail);
	int status = result->status;
	bool by_signal = WIFSIGNALED(status);

	while (n > 0 && strchr(" \t\r\n", tail[n - 1]))
		n--;
	tail += n > 200 ? n - 200 : 0;
	return pr_fail(err, PR_EAUTH, "'%s': user '%s': the program '%s' ended with %s%d: %.*s",
		exec->shown, exec->name, exec->command, by_signal ? "signal " : "",
		by_signal ? WTERMSIG(status) : WEXITSTATUS(status), (int)(n > 200 ? 200 : n), tail);
}

static int read_result(const struct pr_kube_exec_run *run, const struct pr_child_result *result,
	struct pr_kube_credentials *credentials, struct pr_err *err)
{
	const struct pr_kube_exec *exec = run->exec;

	if (result->timed_out)
		return pr_fail(err, PR_ETIMEOUT,
			"'%s': user '%s': the program '%s' gave no credentials within a minute",
			exec->shown, exec->name, exec->command);
	if (result->status != 0)
		return tell_status(exec, result, err);
	if (result->dropped)
		return pr_fail(err, PR_ELIMIT,
			"'%s': user '%s': the program '%s' printed more than 1 MiB", exec->shown,
			exec->name, exec->command);
	return pr_kube_exec_read(exec, result->out, pr_loop_wall_us(run->loop), credentials, err);
}

static void on_end(void *arg, const struct pr_child_result *result)
{
	struct pr_kube_exec_run *run = arg;
	struct pr_kube_credentials credentials = {.token = NULL};
	struct pr_err err = PR_ERR_INIT;
	int rc = read_result(run, result, &credentials, &err);

	run->fn(run->arg, rc ? NULL : &credentials, &err);
	pr_kube_credentials_release(&credentials);
}

int pr_kube_exec_start(const struct pr_kube_exec *exec, struct pr_loop *loop, pr_kube_exec_fn *fn,
	void *arg, struct pr_kube_exec_run **ret_run, struct pr_err *err)
{
	const struct pr_child_options options = {.program = exec->program,
		.argv = exec->argv,
		.env = exec->env,
		.stream_bytes = OUTPUT_MAX,
		.timeout_us = TIMEOUT_US,
		.no_input = true};
	struct pr_kube_exec_run *run = calloc(1, sizeof *run);
	int rc;

	if (!run)
		return pr_fail_nomem(err);
	*run = (struct pr_kube_exec_run){.exec = exec, .loop = loop, .fn = fn, .arg = arg};
	pr_debug("the credentials of user '%s' come from '%s'", exec->name, exec->program);
	rc = pr_child_start(loop, &options, on_end, run, &run->child, err);
	if (rc)
		free(run);
	else
		*ret_run = run;
	return rc;
}

void pr_kube_exec_end(struct pr_kube_exec_run *run)
{
	if (!run)
		return;
	pr_child_free(run->child);
	free(run);
}

/* A program that is waited for. */
struct load {
	struct pr_loop *loop;
	struct pr_kube_cluster *cluster;
	struct pr_err *err;
	int rc;
};

static void on_credentials(
	void *arg, struct pr_kube_credentials *credentials, const struct pr_err *err)
{
	struct load *load = arg;

	if (credentials) {
		load->cluster->token = pr_steal(credentials->token);
		load->cluster->certificate = pr_steal(credentials->certificate);
		load->cluster->key = pr_steal(credentials->key);
		load->cluster->end_us = credentials->end_us;
		load->rc = 0;
	} else {
		load->rc = pr_fail(load->err, err->code, "%s", err->msg);
	}
	pr_loop_stop(load->loop);
}

static void on_signal(void *arg, int signo)
{
	struct load *load = arg;

	(void)signo;
	pr_loop_stop(load->loop);
}

static int run_on(struct load *load, struct pr_err *err)
{
	struct pr_kube_exec_run *run = NULL;
	int rc = pr_loop_on_signal(load->loop, SIGINT, on_signal, load, err);

	rc = rc ? rc : pr_loop_on_signal(load->loop, SIGTERM, on_signal, load, err);
	rc = rc ? rc
		: pr_kube_exec_start(
			  load->cluster->exec, load->loop, on_credentials, load, &run, err);
	rc = rc ? rc : pr_loop_run(load->loop, err);
	pr_kube_exec_end(run);
	if (!rc && load->rc == PR_ECANCELED)
		return pr_fail(err, PR_ECANCELED, "interrupted");
	return rc ? rc : load->rc;
}

int pr_kube_exec_load(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err)
{
	struct load load = {.cluster = cluster, .err = err, .rc = PR_ECANCELED};
	int rc = pr_kube_exec_new(cluster, user, &cluster->exec, err);

	rc = rc ? rc : pr_loop_new(NULL, &load.loop, err);
	rc = rc ? rc : run_on(&load, err);
	pr_loop_free(load.loop);
	return rc;
}
