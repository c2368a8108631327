#include "base/env.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/help.h"

#include <string.h>

/* The command line of `reliably` (docs/protocol.md 1.1). What needs Python says what to use. */
static int refuse(struct pr_context *context, const struct pr_args *args)
{
	bool agent = pr_text_eq(args->path[1]->name, "agent");

	pr_complain(context, "'%s' is not part of this program: %s", args->path[1]->name,
		agent ? "let the platform start each plan, or 'plan-deployer apply' and 'commit'"
		      : "import and edit starters in the platform's pages, or run 'pip install "
			"reliably-cli' and 'python3 -m reliably_cli library'");
	return PR_EXIT_FAILED;
}

static const struct pr_option starter_options[] = {
	{"name", 0, PR_OPTION_VALUE, "NAME", "Name of the package.", NULL},
	{"logo", 0, PR_OPTION_VALUE, "URL", "Its picture.", NULL},
	{"label", 0, PR_OPTION_LIST, "LABEL", "A label.", NULL},
	{"override-all", 0, PR_OPTION_SWITCH, NULL, "Replace what is there.", NULL},
	{"format", 0, PR_OPTION_VALUE, "FORMAT", "Form of the output.", NULL},
	{"type", 0, PR_OPTION_VALUE, "TYPE", "definition or card.", NULL},
	{"only-id", 0, PR_OPTION_SWITCH, NULL, "Show ids only.", NULL},
};

static const struct pr_positional starter_positionals[] = {
	{"WHAT", "A package, an id or a name.", true},
};

#define STARTER(word)                                   \
	{.name = (word),                                \
		.summary = "Says what to use instead.", \
		PR_OPTIONS(starter_options),            \
		PR_POSITIONALS(starter_positionals),    \
		.run = refuse}

static const struct pr_command starters[] = {STARTER("import"), STARTER("list"), STARTER("get"),
	STARTER("search"), STARTER("edit"), STARTER("delete"), STARTER("check")};

static const struct pr_command *const starter_commands[] = {&starters[0], &starters[1],
	&starters[2], &starters[3], &starters[4], &starters[5], &starters[6]};

static const struct pr_command starter = {.name = "starter",
	.summary = "Starters of the catalogue (not part of this program).",
	PR_COMMANDS(starter_commands)};

static const struct pr_command *const library_commands[] = {&starter};

static const struct pr_command library = {.name = "library",
	.summary = "The catalogue (not part of this program).",
	PR_COMMANDS(library_commands)};

static const struct pr_command agent_run = {
	.name = "run", .summary = "Says what to use instead.", .run = refuse};

static const struct pr_command *const agent_commands[] = {&agent_run};

static const struct pr_command agent = {.name = "agent",
	.summary = "The agent (not part of this program).",
	PR_COMMANDS(agent_commands)};

static const struct pr_command *const commands[] = {
	&pr_command_config, &pr_command_service, &library, &agent, &pr_command_version};

static const struct pr_option options[] = {
	{"version", 0, PR_OPTION_LAST, NULL, "Show the version and exit.", NULL},
	{"config", 0, PR_OPTION_VALUE, "PATH", "Configuration (~/.config/reliably/config.toml).",
		NULL},
	{"install-completion", 0, PR_OPTION_LAST, NULL, "Say how completions are installed.", NULL},
	{"show-completion", 0, PR_OPTION_LAST, NULL, "Print completions for the present shell.",
		NULL},
};

const struct pr_command pr_commands_reliably = {
	.name = "reliably",
	.summary = "Fetches, runs and reports plans.",
	PR_OPTIONS(options),
	PR_COMMANDS(commands),
};

int pr_reliably_completion(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *shell = pr_env_get_set("SHELL");
	const char *slash = shell ? strrchr(shell, '/') : NULL;
	struct pr_err err = PR_ERR_INIT;

	shell = slash ? slash + 1 : "bash";
	if (pr_args_flag(args, "install-completion")) {
		pr_print("Put this line into the start-up file of your shell: "
			 "source <(%s --show-completion)\n",
			context->program);
		return PR_EXIT_OK;
	}
	if (pr_help_completion(context->program, context->root, shell, &text, &err))
		return pr_console_usage(context, args, &err);
	pr_print_bytes(pr_buf_str(&text), text.len);
	return PR_EXIT_OK;
}
