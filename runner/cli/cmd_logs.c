#include "base/file.h"
#include "base/uuid.h"
#include "cli/cluster_session.h"
#include "cli/commands.h"
#include "cli/deployment_options.h"
#include "kube/logs.h"
#include "kube/plan_jobs.h"
#include "kube/resource.h"

/* The log is not ours to change: what a pod writes is redacted there. */
static int print(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	return pr_file_write_all(STDOUT_FILENO, bytes, n, NULL);
}

#define JOB_PATIENCE_MS 30000 /* who applies it may need a moment; none may ever come */
#define JOB_PAUSE_MS 500

static int find_job(struct pr_cluster_session *session, const struct pr_args *args,
	json_t **ret_job, struct pr_err *err)
{
	struct pr_kube_jobs_choice choice = {
		.job = pr_args_value(args, "job"), .name = pr_args_value(args, "name")};
	char plan[PR_UUID_SIZE];

	if (pr_uuid_parse(args->positionals[0], plan, err))
		return pr_wrap(err, "the plan");
	return pr_kube_jobs_newest(session->client, pr_cluster_session_space(session, args), plan,
		&choice, ret_job, err);
}

/* How long a Job that is not there is worth waiting for. */
static int64_t patience_ms(const struct pr_cluster_session *session)
{
	int64_t most = JOB_PATIENCE_MS;

	if (session->start_ms && session->start_ms < most)
		most = session->start_ms;
	return session->timeout_ms && session->timeout_ms < most ? session->timeout_ms : most;
}

/* The same for who follows: it may be that the Job is only just being made. */
static int await_job(struct pr_cluster_session *session, const struct pr_args *args,
	json_t **ret_job, struct pr_err *err)
{
	int64_t until = pr_loop_now_us(session->loop) + patience_ms(session) * 1000;
	struct pr_err none = PR_ERR_INIT;
	int rc = find_job(session, args, ret_job, &none);

	if (rc == PR_ENOTFOUND)
		pr_complain(session->context, "%s: waiting for it, %g s at most", none.msg,
			(double)patience_ms(session) / 1000);
	while (rc == PR_ENOTFOUND && pr_loop_now_us(session->loop) < until) {
		pr_err_clear(&none);
		rc = pr_cluster_session_pause(session, JOB_PAUSE_MS, &none);
		if (!rc)
			rc = find_job(session, args, ret_job, &none);
	}
	return rc ? pr_fail(err, rc, "%s", none.msg) : 0;
}

/* Follows the log, and with `until_over` the Job, whose outcome becomes the exit code. */
static int follow(struct pr_cluster_session *session, const json_t *job, bool until_over,
	int *ret_code, struct pr_err *err)
{
	struct pr_kube_wait wait = {.space = pr_kube_meta(job, "namespace"),
		.job = pr_kube_meta(job, "name"),
		.log = print,
		.until_over = until_over};
	struct pr_kube_outcome outcome;
	int rc = pr_cluster_session_wait(session, &wait, &outcome, err);

	if (!rc && until_over)
		*ret_code = pr_cluster_session_exit(session->context, wait.job, &outcome);
	return rc;
}

/* With --wait, 1 is the plan's: what fails here is 2 then. */
static int run_kubernetes(struct pr_context *context, const struct pr_args *args)
{
	struct pr_cluster_session session;
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *job = NULL;
	bool wait = pr_args_flag(args, "wait");
	bool follows = wait || pr_args_flag(args, "follow");
	int code = PR_EXIT_OK;
	int rc = pr_cluster_session_open(&session, context, args, &err);

	if (!rc)
		rc = (follows ? await_job : find_job)(&session, args, &job, &err);
	if (!rc && follows)
		rc = follow(&session, job, wait, &code, &err);
	else if (!rc)
		rc = pr_kube_logs_now(session.client, job, print, NULL, &err);
	if (rc)
		code = pr_deploy_exit(context, rc, &err);
	pr_cluster_session_close(&session);
	return rc && wait ? PR_EXIT_FAILED : code;
}

static const struct pr_option kubernetes_options[] = {
	{"follow", 'f', PR_OPTION_FLAG, NULL, "Go on until the plan has ended.", NULL},
	PR_WAIT_OPTIONS,
	{"namespace", 'n', PR_OPTION_VALUE, "NAME", "Namespace of the Job (the context's).", NULL},
	{"name", 0, PR_OPTION_VALUE, "NAME", "Name that the plan was applied with.", NULL},
	{"job", 0, PR_OPTION_VALUE, "NAME", "This Job (the plan's newest).", NULL},
	PR_CLUSTER_OPTIONS,
};

static const struct pr_positional positionals[] = {PR_PLAN_POSITIONAL};

static const struct pr_command kubernetes = {.name = "kubernetes",
	.summary = "The log of the plan's newest Job, to standard output.",
	PR_OPTIONS(kubernetes_options),
	PR_POSITIONALS(positionals),
	.run = run_kubernetes};

static const struct pr_command *const commands[] = {&kubernetes};

const struct pr_command pr_command_logs = {
	.name = "logs", .summary = "Read what a deployment's run says.", PR_COMMANDS(commands)};
