#include "cli/commands.h"

static const struct pr_command *const commands[] = {
	&pr_command_serve,
	&pr_command_init_platform,
	&pr_command_org_noun,
	&pr_command_token,
	&pr_command_experiment,
	&pr_command_environment,
	&pr_command_deployment,
	&pr_command_integration,
	&pr_command_plan,
	&pr_command_execution,
	&pr_command_page,
	&pr_command_render,
	&pr_command_commit,
	&pr_command_apply,
	&pr_command_logs,
	&pr_command_version,
	&pr_command_completion,
	&pr_command_man,
};

static const struct pr_option options[] = {
	{"version", 0, PR_OPTION_LAST, NULL, "Show the version and exit.", NULL},
};

#define EXIT "EXIT STATUS"
#define ENVIRONMENT "ENVIRONMENT"
#define FILES "FILES"

static const struct pr_manual manual[] = {
	{EXIT, "0", "Done; with --wait: the plan completed, not deviated."},
	{EXIT, "1", "Refused or failed; a value is out of range; with --wait: the plan deviated."},
	{EXIT, "2",
		"An option is missing or unknown; with --wait: the plan did not complete, or its "
		"pod "
		"never ran."},
	{ENVIRONMENT, "RELIABLY_SERVICE_HOST", "Address of the platform."},
	{ENVIRONMENT, "RELIABLY_ORGANIZATION_ID", "UUID of the organisation."},
	{ENVIRONMENT, "PLAN_DEPLOYER_KEY, PLAN_DEPLOYER_KEY_FILE",
		"Of serve and init: the key that secrets are sealed with, as 64 hexadecimal "
		"digits, or "
		"the file that has it."},
	{ENVIRONMENT, "PLAN_DEPLOYER_LISTEN",
		"Of serve: where it listens, without --listen (127.0.0.1:8090)."},
	{ENVIRONMENT, "KUBECONFIG", "Where the cluster is described."},
	{ENVIRONMENT, "GITHUB_TOKEN", "Token for the repository."},
	{ENVIRONMENT, "http_proxy, https_proxy, no_proxy", "Proxies, for every call."},
	{FILES, "~/.local/state/plan-runner/plan-deployer.db",
		"The platform's database, where --database names none; its key is beside it."},
	{FILES, "~/.kube/config", "The cluster, where KUBECONFIG is not set."},
};

const struct pr_command pr_commands_deployer = {
	.name = "plan-deployer",
	.summary = "A platform for plans, its everyday commands, and what puts plans to where they "
		   "run.",
	PR_OPTIONS(options),
	PR_COMMANDS(commands),
	PR_MANUAL(manual),
};
