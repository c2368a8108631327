#include "cli/cluster_session.h"

#include "base/text.h"
#include "cli/console.h"

#include <signal.h>

static void on_signal(void *arg, int signo)
{
	struct pr_cluster_session *session = arg;

	session->signo = signo;
	pr_loop_stop(session->loop);
}

static void on_timeout(void *arg)
{
	struct pr_cluster_session *session = arg;

	session->timed_out = true;
	pr_loop_stop(session->loop);
}

static int read_timeouts(
	struct pr_cluster_session *session, const struct pr_args *args, struct pr_err *err)
{
	const char *text = pr_args_value(args, "wait-timeout");
	const char *start = pr_args_value(args, "start-timeout");

	if (pr_text_duration_ms(start ? start : PR_START_DEFAULT, &session->start_ms, err))
		return pr_wrap(err, "--start-timeout");
	if (!text)
		return 0;
	if (pr_text_duration_ms(text, &session->timeout_ms, err))
		return pr_wrap(err, "--wait-timeout");
	return session->timeout_ms > 0
		       ? 0
		       : pr_fail(err, PR_EINVAL, "--wait-timeout: more than nothing");
}

int pr_cluster_session_open(struct pr_cluster_session *session, const struct pr_context *context,
	const struct pr_args *args, struct pr_err *err)
{
	struct pr_kube_choice choice = {.kubeconfig = pr_args_value(args, "kubeconfig"),
		.context = pr_args_value(args, "context")};
	int rc;

	*session = (struct pr_cluster_session){.context = context};
	rc = read_timeouts(session, args, err);
	if (!rc)
		rc = pr_console_log(false, NULL, err);
	if (!rc)
		rc = pr_kube_cluster_load(&session->cluster, &choice, &context->limits, err);
	if (!rc)
		rc = pr_loop_new(NULL, &session->loop, err);
	if (!rc)
		rc = pr_loop_on_signal(session->loop, SIGINT, on_signal, session, err);
	if (!rc)
		rc = pr_loop_on_signal(session->loop, SIGTERM, on_signal, session, err);
	return rc ? rc
		  : pr_kube_client_new(session->loop, &session->cluster, &session->client, err);
}

void pr_cluster_session_close(struct pr_cluster_session *session)
{
	pr_timer_stop(&session->timer);
	pr_kube_client_free(session->client);
	pr_loop_free(session->loop);
	pr_kube_cluster_release(&session->cluster);
}

const char *pr_cluster_session_space(
	const struct pr_cluster_session *session, const struct pr_args *args)
{
	const char *given = pr_args_value(args, "namespace");

	if (given)
		return given;
	return session->cluster.space ? session->cluster.space : "default";
}

void pr_cluster_session_note(void *arg, const char *line)
{
	const struct pr_cluster_session *session = arg;

	pr_complain(session->context, "%s", line);
}

static void on_pause(void *arg)
{
	pr_loop_stop(arg);
}

int pr_cluster_session_pause(
	struct pr_cluster_session *session, int64_t pause_ms, struct pr_err *err)
{
	struct pr_timer timer = {.loop = NULL};
	int rc;

	if (pr_timer_start(session->loop, &timer, pause_ms * 1000, on_pause, session->loop))
		return pr_fail_nomem(err);
	rc = pr_loop_run(session->loop, err);
	pr_timer_stop(&timer);
	return !rc && session->signo ? pr_fail(err, PR_ECANCELED, "interrupted") : rc;
}

static int stopped(const struct pr_cluster_session *session, const char *job, struct pr_err *err)
{
	pr_err_clear(err);
	if (session->timed_out)
		return pr_fail(err, PR_ECANCELED,
			"the time of --wait-timeout is over, the Job '%s' goes on", job);
	return pr_fail(err, PR_ECANCELED, "interrupted, the Job '%s' goes on", job);
}

int pr_cluster_session_wait(struct pr_cluster_session *session, struct pr_kube_wait *wait,
	struct pr_kube_outcome *outcome, struct pr_err *err)
{
	int rc = 0;

	wait->loop = session->loop;
	wait->client = session->client;
	wait->start_ms = session->start_ms;
	wait->note = pr_cluster_session_note;
	wait->arg = session;
	if (session->timeout_ms && pr_timer_start(session->loop, &session->timer,
					   session->timeout_ms * 1000, on_timeout, session))
		rc = pr_fail_nomem(err);
	if (!rc)
		rc = pr_kube_wait(wait, outcome, err);
	pr_timer_stop(&session->timer);
	return rc == PR_ECANCELED ? stopped(session, wait->job, err) : rc;
}

int pr_cluster_session_exit(
	const struct pr_context *context, const char *job, const struct pr_kube_outcome *outcome)
{
	if (outcome->ended && outcome->exit_code == 0)
		return PR_EXIT_OK;
	pr_complain(context, "the Job '%s': %s", job, outcome->text);
	return outcome->ended ? outcome->exit_code : PR_EXIT_FAILED;
}
