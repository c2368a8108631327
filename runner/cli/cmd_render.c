#include "base/file.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment_options.h"

/* Nothing is written before all of it is there. */
static int render(const struct pr_target *target, const struct pr_deployment *deployment,
	const char *output, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = target->render(deployment, &text, err);

	if (!rc && output)
		return pr_file_replace(output, pr_buf_str(&text), text.len, 0644, false, err);
	return rc ? rc : pr_print_document(pr_buf_str(&text), text.len, err);
}

static int run(struct pr_context *context, const struct pr_args *args,
	const struct pr_target *target, pr_deploy_read_fn *read_settings)
{
	struct pr_deploy_job job;
	struct pr_err err = PR_ERR_INIT;
	int rc;

	pr_deploy_job_init(&job, context);
	rc = read_settings(&job, args, &err);
	if (!rc)
		rc = render(target, &job.deployment, pr_args_value(args, "output"), &err);
	pr_deploy_job_release(&job);
	return pr_deploy_exit(context, rc, &err);
}

static int run_kubernetes(struct pr_context *context, const struct pr_args *args)
{
	return run(context, args, &pr_target_kubernetes, pr_deploy_read_kubernetes);
}

static int run_github(struct pr_context *context, const struct pr_args *args)
{
	return run(context, args, &pr_target_github, pr_deploy_read_github);
}

#define OUTPUT_OPTION \
	{"output", 'o', PR_OPTION_VALUE, "FILE", "Where the text goes (standard output).", NULL}

static const struct pr_option kubernetes_options[] = {PR_KUBERNETES_OPTIONS, OUTPUT_OPTION};
static const struct pr_option github_options[] = {PR_GITHUB_OPTIONS, OUTPUT_OPTION};
static const struct pr_positional positionals[] = {PR_PLAN_POSITIONAL};

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
