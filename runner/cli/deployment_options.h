#ifndef PR_CLI_DEPLOYMENT_OPTIONS_H
#define PR_CLI_DEPLOYMENT_OPTIONS_H

/*
 * The options that describe a deployment, and their reading: each command of the companion that
 * renders, commits or applies one takes the same. What is read lives in a struct pr_deploy_job.
 */

#include "base/buf.h"
#include "cli/context.h"
#include "deploy/target.h"
#include "kube/objects.h"

#define PR_HOST_DEFAULT "https://app.reliably.com"
#define PR_DEADLINE_DEFAULT "6h"

/* A deployment with what it borrows: lists of the command line, and the user's own template. */
struct pr_deploy_job {
	struct pr_deployment deployment;
	const char **lists[2]; /* owned; their texts are argv's */
	struct pr_buf template;
	const struct pr_context *context; /* borrowed */
};

/* An empty job, whose template may be as long as the limits of the program allow. */
void pr_deploy_job_init(struct pr_deploy_job *job, const struct pr_context *context);

/* Frees the contents. */
void pr_deploy_job_release(struct pr_deploy_job *job);

/*
 * Reads the settings of one kind of target, and before them those of all: plan, organisation,
 * address, schedule. `args` is borrowed as long as the job lives. PR_EUSAGE where something is
 * missing on the command line, else the code of what was refused.
 */
typedef int pr_deploy_read_fn(
	struct pr_deploy_job *job, const struct pr_args *args, struct pr_err *err);

/* A pr_deploy_read_fn of PR_KUBERNETES_OPTIONS. */
int pr_deploy_read_kubernetes(
	struct pr_deploy_job *job, const struct pr_args *args, struct pr_err *err);

/* A pr_deploy_read_fn of PR_GITHUB_OPTIONS. */
int pr_deploy_read_github(
	struct pr_deploy_job *job, const struct pr_args *args, struct pr_err *err);

/* Complains of `err` where `rc`, the outcome of a command, is an error; the exit code for it. */
int pr_deploy_exit(const struct pr_context *context, int rc, const struct pr_err *err);

/* What every command has for its argument. */
#define PR_PLAN_POSITIONAL {"PLAN_ID", "The UUID of the plan.", false}

/* Of every target. */
#define PR_DEPLOYMENT_OPTIONS                                                                 \
	{"host", 0, PR_OPTION_VALUE, "URL",                                                   \
		"Address of the platform (RELIABLY_SERVICE_HOST, else " PR_HOST_DEFAULT ").", \
		NULL},                                                                        \
		{"organization", 0, PR_OPTION_VALUE, "UUID",                                  \
			"Organisation that owns the plan (RELIABLY_ORGANIZATION_ID).", NULL}, \
		{"schedule", 0, PR_OPTION_VALUE, "CRON",                                      \
			"Run at these times: five fields, '0 3 * * 1-5'.", NULL},             \
	{                                                                                     \
		"time-zone", 0, PR_OPTION_VALUE, "ZONE",                                      \
			"Time zone of the schedule: Europe/Paris.", NULL                      \
	}

/* All options of a Kubernetes deployment. */
#define PR_KUBERNETES_OPTIONS                                                                      \
	PR_DEPLOYMENT_OPTIONS,                                                                     \
		{"namespace", 'n', PR_OPTION_VALUE, "NAME",                                        \
			"Namespace of the objects (apply: the context's, render: default).",       \
			NULL},                                                                     \
		{"token-secret", 0, PR_OPTION_VALUE, "NAME",                                       \
			"Secret with the platform's token. Required.", NULL},                      \
		{"token-key", 0, PR_OPTION_VALUE, "KEY",                                           \
			"Key of the token in that Secret (token).", NULL},                         \
		{"image", 0, PR_OPTION_VALUE, "IMAGE",                                             \
			"Image of the pod (" PR_IMAGE ":" PR_VERSION ").", NULL},                  \
		{"image-pull-policy", 0, PR_OPTION_VALUE, "POLICY",                                \
			"When to pull the image (Always for latest or no tag, else "               \
			"IfNotPresent).",                                                          \
			pr_kube_pull_policies},                                                    \
		{"image-pull-secret", 0, PR_OPTION_LIST, "NAME", "Secret to pull the image with.", \
			NULL},                                                                     \
		{"name", 0, PR_OPTION_VALUE, "NAME",                                               \
			"Name of the Job or CronJob (reliably-plan-PLAN_ID, a Job's with a "       \
			"hash).",                                                                  \
			NULL},                                                                     \
		{"service-account", 0, PR_OPTION_VALUE, "NAME",                                    \
			"Service account of the pod (" PR_KUBE_SERVICE_ACCOUNT_NAME ").", NULL},   \
		{"create-service-account", 0, PR_OPTION_FLAG, NULL,                                \
			"Render the service account too; else it must exist.", NULL},              \
		{"account-token", 0, PR_OPTION_SWITCH, NULL,                                       \
			"Mount the account's token, for plans that change the cluster (default).", \
			NULL},                                                                     \
		{"allow", 0, PR_OPTION_LIST, "RULE",                                               \
			"Render a role with this rule: pods:list,delete or deployments.apps:get.", \
			NULL},                                                                     \
		{"cluster-wide", 0, PR_OPTION_FLAG, NULL,                                          \
			"Let the rules hold in every namespace.", NULL},                           \
	{                                                                                          \
		"deadline", 0, PR_OPTION_VALUE, "TIME",                                            \
			"End a pod that takes longer: 90s, 30m (" PR_DEADLINE_DEFAULT ").", NULL   \
	}

/* All options of a workflow of GitHub Actions. */
#define PR_GITHUB_OPTIONS                                                                         \
	PR_DEPLOYMENT_OPTIONS,                                                                    \
		{"template", 0, PR_OPTION_VALUE, "FILE",                                          \
			"Your own workflow: its name, triggers and inputs are filled in.", NULL}, \
		{"action", 0, PR_OPTION_VALUE, "OWNER/REPO@REF",                                  \
			"Action that runs the plan (" PR_GITHUB_ACTION ").", NULL},               \
	{                                                                                         \
		"token-secret", 0, PR_OPTION_VALUE, "NAME",                                       \
			"Secret of the repository with the platform's token "                     \
			"(" PR_GITHUB_TOKEN_SECRET ").",                                          \
			NULL                                                                      \
	}

#endif
