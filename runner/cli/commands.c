#include "cli/commands.h"
#include "cli/global_options.h"

static const struct pr_command *const commands[] = {
	&pr_command_run,
	&pr_command_validate,
	&pr_command_recover,
	&pr_command_service,
	&pr_command_report,
	&pr_command_action,
	&pr_command_version,
	&pr_command_completion,
	&pr_command_man,
};

const struct pr_command pr_commands_runner = {
	.name = "plan-runner",
	.summary = "Runs chaos experiments and plans, reports them, and loses nothing.",
	PR_OPTIONS(pr_global_options),
	PR_COMMANDS(commands),
};
