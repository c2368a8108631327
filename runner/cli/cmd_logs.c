#include "base/file.h"
#include "base/uuid.h"
#include "cli/cluster_session.h"
#include "cli/commands.h"
#include "cli/deployment_options.h"
#include "kube/jobs.h"
#include "kube/logs.h"
#include "kube/resource.h"

/* The log is not ours to change: what a pod writes is redacted there. */
static int print(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	return pr_file_write_all(STDOUT_FILENO, bytes, n, NULL);
}

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
	int code = PR_EXIT_OK;
	int rc = pr_cluster_session_open(&session, context, args, &err);

	if (!rc)
		rc = find_job(&session, args, &job, &err);
	if (!rc && (wait || pr_args_flag(args, "follow")))
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
