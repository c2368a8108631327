#include "cli/commands.h"

static const struct pr_command *const commands[] = {
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

const struct pr_command pr_commands_deployer = {
	.name = "plan-deployer",
	.summary = "Puts plans to where they run: Kubernetes, GitHub Actions.",
	PR_OPTIONS(options),
	PR_COMMANDS(commands),
};
