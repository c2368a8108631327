#include "cli/deployment_options.h"

#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "deploy/cron.h"
#include "deploy/time_zone.h"

#include <stdlib.h>

void pr_deploy_job_init(struct pr_deploy_job *job, const struct pr_context *context)
{
	*job = (struct pr_deploy_job){.lists = {NULL}, .context = context};
	pr_buf_init(&job->template, context->limits.document_bytes);
}

void pr_deploy_job_release(struct pr_deploy_job *job)
{
	free(job->lists[0]);
	free(job->lists[1]);
	pr_buf_release(&job->template);
}

static const char *or_default(const char *given, const char *fallback)
{
	return given ? given : fallback;
}

/* What the user gave, or exported as for plan-runner. */
static const char *given_or_exported(
	const struct pr_args *args, const char *option, const char *variable)
{
	return or_default(pr_args_value(args, option), pr_env_get_set(variable));
}

/* All values of a repeatable option. */
static int list_of(const struct pr_args *args, const char *option, const char ***ret_list,
	size_t *ret_count, struct pr_err *err)
{
	const char **list = calloc(args->given_count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return pr_fail_nomem(err);
	while ((list[count] = pr_args_nth(args, option, count)))
		count++;
	*ret_list = list;
	*ret_count = count;
	return 0;
}

/* What this machine does not know the cluster or GitHub may know. */
static void warn_of_zone(const struct pr_deploy_job *job)
{
	const char *zone = job->deployment.time_zone;

	if (zone && !pr_time_zone_is_known(PR_TIME_ZONES, zone))
		pr_complain(job->context,
			"the time zone '%.80s' is none of those that this machine knows: is it "
			"spelled right?",
			zone);
}

/* Nobody else would say so: neither GitHub nor the cluster, which just wait. */
static void warn_of_schedule(const struct pr_deploy_job *job)
{
	const char *schedule = job->deployment.schedule;

	if (schedule && !pr_cron_comes(schedule))
		pr_complain(job->context,
			"the schedule '%.100s' never comes: no month of it has such a day",
			schedule);
}

static int read_deployment(
	struct pr_deploy_job *job, const struct pr_args *args, struct pr_err *err)
{
	struct pr_deployment *deployment = &job->deployment;
	const char *organization =
		given_or_exported(args, "organization", "RELIABLY_ORGANIZATION_ID");
	const char *host = given_or_exported(args, "host", "RELIABLY_SERVICE_HOST");

	if (!organization)
		return pr_fail(err, PR_EUSAGE,
			"name the organisation that owns the plan: --organization UUID, or export "
			"RELIABLY_ORGANIZATION_ID");
	if (pr_deployment_set(deployment, args->positionals[0], organization,
		    or_default(host, PR_HOST_DEFAULT), err))
		return PR_EINVAL;
	if (pr_deployment_schedule(deployment, pr_args_value(args, "schedule"),
		    pr_args_value(args, "time-zone"), err))
		return PR_EINVAL;
	warn_of_zone(job);
	warn_of_schedule(job);
	return 0;
}

static int read_deadline(const struct pr_args *args, int64_t *ret_seconds, struct pr_err *err)
{
	int64_t ms = 0;

	if (pr_text_duration_ms(
		    or_default(pr_args_value(args, "deadline"), PR_DEADLINE_DEFAULT), &ms, err))
		return pr_wrap(err, "--deadline");
	if (ms < 1000)
		return pr_fail(err, PR_EINVAL, "--deadline: a second at least");
	*ret_seconds = ms / 1000;
	return 0;
}

int pr_deploy_read_kubernetes(
	struct pr_deploy_job *job, const struct pr_args *args, struct pr_err *err)
{
	struct pr_kubernetes *k = &job->deployment.kubernetes;
	int rc = read_deployment(job, args, err);

	if (rc)
		return rc;
	*k = (struct pr_kubernetes){.name = pr_args_value(args, "name"),
		.space = or_default(pr_args_value(args, "namespace"), "default"),
		.image = or_default(pr_args_value(args, "image"), PR_IMAGE ":" PR_VERSION),
		.pull_policy = pr_args_value(args, "image-pull-policy"),
		.token_secret = pr_args_value(args, "token-secret"),
		.token_key = or_default(pr_args_value(args, "token-key"), "token"),
		.service_account = or_default(
			pr_args_value(args, "service-account"), PR_KUBE_SERVICE_ACCOUNT_NAME),
		.create_account = pr_args_flag(args, "create-service-account"),
		.no_account_token = !pr_args_switch(args, "account-token", true),
		.cluster = pr_args_flag(args, "cluster-wide")};
	if (!k->token_secret)
		return pr_fail(err, PR_EUSAGE,
			"name the Secret that holds the platform's token: --token-secret NAME "
			"(made with: kubectl --namespace %s create secret generic NAME "
			"--from-literal=token=…)",
			or_default(pr_args_value(args, "namespace"), "NAMESPACE"));
	rc = list_of(args, "allow", &job->lists[0], &k->rule_count, err);
	if (!rc)
		rc = list_of(args, "image-pull-secret", &job->lists[1], &k->pull_secret_count, err);
	if (!rc && k->cluster && !k->rule_count)
		rc = pr_fail(err, PR_EUSAGE, "--cluster-wide is of no use without --allow");
	k->rules = job->lists[0];
	k->pull_secrets = job->lists[1];
	return rc ? rc : read_deadline(args, &k->deadline_s, err);
}

int pr_deploy_read_github(struct pr_deploy_job *job, const struct pr_args *args, struct pr_err *err)
{
	struct pr_github *github = &job->deployment.github;
	const char *own = pr_args_value(args, "template");
	int rc = read_deployment(job, args, err);

	if (rc)
		return rc;
	*github = (struct pr_github){.template_name = own,
		.action = pr_args_value(args, "action"),
		.token_secret =
			or_default(pr_args_value(args, "token-secret"), PR_GITHUB_TOKEN_SECRET)};
	if (!own)
		return 0;
	if (pr_file_read(own, &job->template, err))
		return err->code;
	github->template_text = pr_buf_str(&job->template);
	github->template_length = job->template.len;
	return 0;
}

int pr_deploy_exit(const struct pr_context *context, int rc, const struct pr_err *err)
{
	if (!rc)
		return PR_EXIT_OK;
	pr_complain(context, "%s", err->msg);
	return rc == PR_EUSAGE ? PR_EXIT_FAILED : PR_EXIT_DEVIATED;
}
