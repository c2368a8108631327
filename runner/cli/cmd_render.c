#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "deploy/target.h"
#include "kube/objects.h"

#include <stdlib.h>

#define HOST_DEFAULT "https://app.reliably.com"
#define DEADLINE_DEFAULT "6h"

/* The lists that a deployment borrows, and the user's own template. */
struct render_job {
	struct pr_deployment deployment;
	const char **lists[2];
	struct pr_buf template;
};

static void release(struct render_job *job)
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

static int read_deployment(
	struct pr_deployment *deployment, const struct pr_args *args, struct pr_err *err)
{
	const char *organization =
		given_or_exported(args, "organization", "RELIABLY_ORGANIZATION_ID");
	const char *host = given_or_exported(args, "host", "RELIABLY_SERVICE_HOST");

	if (!organization)
		return pr_fail(err, PR_EUSAGE,
			"name the organisation that owns the plan: --organization UUID, or export "
			"RELIABLY_ORGANIZATION_ID");
	if (pr_deployment_set(deployment, args->positionals[0], organization,
		    or_default(host, HOST_DEFAULT), err))
		return PR_EINVAL;
	return pr_deployment_schedule(
		deployment, pr_args_value(args, "schedule"), pr_args_value(args, "time-zone"), err);
}

static int read_deadline(const struct pr_args *args, int64_t *ret_seconds, struct pr_err *err)
{
	int64_t ms = 0;

	if (pr_text_duration_ms(
		    or_default(pr_args_value(args, "deadline"), DEADLINE_DEFAULT), &ms, err))
		return pr_wrap(err, "--deadline");
	if (ms < 1000)
		return pr_fail(err, PR_EINVAL, "--deadline: a second at least");
	*ret_seconds = ms / 1000;
	return 0;
}

static int read_kubernetes(struct render_job *job, const struct pr_args *args, struct pr_err *err)
{
	struct pr_kubernetes *k = &job->deployment.kubernetes;
	int rc;

	*k = (struct pr_kubernetes){.name = pr_args_value(args, "name"),
		.space = or_default(pr_args_value(args, "namespace"), "default"),
		.image = or_default(pr_args_value(args, "image"), PR_IMAGE ":" PR_VERSION),
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
			"(made "
			"with: kubectl create secret generic NAME --from-literal=token=…)");
	rc = list_of(args, "allow", &job->lists[0], &k->rule_count, err);
	if (!rc)
		rc = list_of(args, "image-pull-secret", &job->lists[1], &k->pull_secret_count, err);
	if (!rc && k->cluster && !k->rule_count)
		rc = pr_fail(err, PR_EUSAGE, "--cluster-wide is of no use without --allow");
	k->rules = job->lists[0];
	k->pull_secrets = job->lists[1];
	return rc ? rc : read_deadline(args, &k->deadline_s, err);
}

static int read_github(struct render_job *job, const struct pr_args *args, struct pr_err *err)
{
	struct pr_github *github = &job->deployment.github;
	const char *own = pr_args_value(args, "template");

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

/* Nothing is written before all of it is there. */
static int render(const struct pr_target *target, const struct pr_deployment *deployment,
	const char *output, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = target->render(deployment, &text, err);

	if (!rc && output)
		return pr_file_replace(output, pr_buf_str(&text), text.len, 0644, false, err);
	if (!rc)
		pr_print_bytes(pr_buf_str(&text), text.len);
	return rc;
}

typedef int read_fn(struct render_job *job, const struct pr_args *args, struct pr_err *err);

static int run(struct pr_context *context, const struct pr_args *args,
	const struct pr_target *target, read_fn *read_settings)
{
	struct render_job job = {.template = PR_BUF_INIT(0)};
	struct pr_err err = PR_ERR_INIT;
	int rc = read_deployment(&job.deployment, args, &err);

	pr_buf_init(&job.template, context->limits.document_bytes);
	if (!rc)
		rc = read_settings(&job, args, &err);
	if (!rc)
		rc = render(target, &job.deployment, pr_args_value(args, "output"), &err);
	release(&job);
	if (!rc)
		return PR_EXIT_OK;
	pr_complain(context, "%s", err.msg);
	return rc == PR_EUSAGE ? PR_EXIT_FAILED : PR_EXIT_DEVIATED;
}

static int run_kubernetes(struct pr_context *context, const struct pr_args *args)
{
	return run(context, args, &pr_target_kubernetes, read_kubernetes);
}

static int run_github(struct pr_context *context, const struct pr_args *args)
{
	return run(context, args, &pr_target_github, read_github);
}

/* Of every target. */
#define COMMON_OPTIONS                                                                            \
	{"host", 0, PR_OPTION_VALUE, "URL",                                                       \
		"Address of the platform (RELIABLY_SERVICE_HOST, else " HOST_DEFAULT ").", NULL}, \
		{"organization", 0, PR_OPTION_VALUE, "UUID",                                      \
			"Organisation that owns the plan (RELIABLY_ORGANIZATION_ID).", NULL},     \
		{"schedule", 0, PR_OPTION_VALUE, "CRON",                                          \
			"Run at these times: five fields, '0 3 * * 1-5'.", NULL},                 \
		{"time-zone", 0, PR_OPTION_VALUE, "ZONE",                                         \
			"Time zone of the schedule: Europe/Paris.", NULL},                        \
	{                                                                                         \
		"output", 'o', PR_OPTION_VALUE, "FILE", "Where the text goes (standard output).", \
			NULL                                                                      \
	}

static const struct pr_option kubernetes_options[] = {
	COMMON_OPTIONS,
	{"namespace", 'n', PR_OPTION_VALUE, "NAME", "Namespace of the objects (default).", NULL},
	{"token-secret", 0, PR_OPTION_VALUE, "NAME", "Secret with the platform's token. Required.",
		NULL},
	{"token-key", 0, PR_OPTION_VALUE, "KEY", "Key of the token in that Secret (token).", NULL},
	{"image", 0, PR_OPTION_VALUE, "IMAGE", "Image of the pod (" PR_IMAGE ":" PR_VERSION ").",
		NULL},
	{"image-pull-secret", 0, PR_OPTION_LIST, "NAME", "Secret to pull the image with.", NULL},
	{"name", 0, PR_OPTION_VALUE, "NAME",
		"Name of the Job or CronJob (reliably-plan-PLAN_ID, a Job's with a hash).", NULL},
	{"service-account", 0, PR_OPTION_VALUE, "NAME",
		"Service account of the pod (" PR_KUBE_SERVICE_ACCOUNT_NAME ").", NULL},
	{"create-service-account", 0, PR_OPTION_FLAG, NULL,
		"Render the service account too; else it must exist.", NULL},
	{"account-token", 0, PR_OPTION_SWITCH, NULL,
		"Mount the account's token, for plans that change the cluster (default).", NULL},
	{"allow", 0, PR_OPTION_LIST, "RULE",
		"Render a role with this rule: pods:list,delete or deployments.apps:get.", NULL},
	{"cluster-wide", 0, PR_OPTION_FLAG, NULL, "Let the rules hold in every namespace.", NULL},
	{"deadline", 0, PR_OPTION_VALUE, "TIME",
		"End a pod that takes longer: 90s, 30m (" DEADLINE_DEFAULT ").", NULL},
};

static const struct pr_option github_options[] = {
	COMMON_OPTIONS,
	{"template", 0, PR_OPTION_VALUE, "FILE",
		"Your own workflow: its name, triggers and inputs are filled in.", NULL},
	{"action", 0, PR_OPTION_VALUE, "OWNER/REPO@REF",
		"Action that runs the plan (" PR_GITHUB_ACTION ").", NULL},
	{"token-secret", 0, PR_OPTION_VALUE, "NAME",
		"Secret of the repository with the platform's token (" PR_GITHUB_TOKEN_SECRET ").",
		NULL},
};

static const struct pr_positional positionals[] = {
	{"PLAN_ID", "The UUID of the plan.", false},
};

static const struct pr_command kubernetes = {.name = "kubernetes",
	.summary = "A plan as a Job or CronJob, with what its pod needs.",
	PR_OPTIONS(kubernetes_options),
	PR_POSITIONALS(positionals),
	.run = run_kubernetes};

static const struct pr_command github = {.name = "github",
	.summary = "A plan as a workflow of GitHub Actions.",
	PR_OPTIONS(github_options),
	PR_POSITIONALS(positionals),
	.run = run_github};

static const struct pr_command *const commands[] = {&kubernetes, &github};

const struct pr_command pr_command_render = {.name = "render",
	.summary = "Write what a deployment consists of, without touching anything.",
	PR_COMMANDS(commands)};
