#include "cli/commands.h"
#include "cli/global_options.h"

/* The command line of `chaos` (docs/engine.md 9). */
static const struct pr_command *const commands[] = {
	&pr_command_discover,
	&pr_command_info,
	&pr_command_init,
	&pr_command_run,
	&pr_command_settings,
	&pr_command_validate,
};

const struct pr_command pr_commands_chaos = {
	.name = "chaos",
	.summary = "Runs chaos experiments, as the Chaos Toolkit does.",
	.options = pr_global_options,
	.option_count = PR_CHAOS_OPTION_COUNT,
	PR_COMMANDS(commands),
};

static int refuse(struct pr_context *context, const struct pr_args *args, const char *instead)
{
	pr_complain(context,
		"'%s' needs the Chaos Toolkit's Python packages, which are not part "
		"of this program: %s",
		args->command->name, instead);
	return PR_EXIT_FAILED;
}

static int run_discover(struct pr_context *context, const struct pr_args *args)
{
	return refuse(context, args,
		"run 'pip install chaostoolkit' and 'python3 -m chaostoolkit discover', or read "
		"the activities of an extension in its documentation");
}

static int run_init(struct pr_context *context, const struct pr_args *args)
{
	return refuse(context, args,
		"write the experiment by hand and check it with 'chaos validate', or run "
		"'pip install chaostoolkit' and 'python3 -m chaostoolkit init'");
}

static const struct pr_option discover_options[] = {
	{"no-system-info", 0, PR_OPTION_FLAG, NULL, "Without what is known of the system.", NULL},
	{"no-install", 0, PR_OPTION_FLAG, NULL, "The package is installed already.", NULL},
	{"discovery-path", 0, PR_OPTION_VALUE, "FILE", "Where the result goes.", NULL},
};

static const struct pr_positional discover_positionals[] = {
	{"PACKAGE", "A Python package.", true},
};

const struct pr_command pr_command_discover = {.name = "discover",
	.summary = "Says where the activities of an extension are found (this version has none).",
	PR_OPTIONS(discover_options),
	PR_POSITIONALS(discover_positionals),
	.run = run_discover};

static const struct pr_option init_options[] = {
	{"discovery-path", 0, PR_OPTION_VALUE, "FILE", "What discover found.", NULL},
	{"experiment-path", 0, PR_OPTION_VALUE, "FILE", "Where the experiment goes.", NULL},
};

const struct pr_command pr_command_init = {.name = "init",
	.summary = "Says how an experiment is begun (this version asks no questions).",
	PR_OPTIONS(init_options),
	.run = run_init};
