#include "base/redact.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/given_files.h"

static int run(struct pr_context *context, const struct pr_args *args)
{
	if (pr_args_flag(args, "version") && !args->command->run)
		return pr_command_version.run(context, args);
	return pr_given_files_check(context, args) ? PR_EXIT_DEVIATED
						   : args->command->run(context, args);
}

int main(int argc, char **argv)
{
	struct pr_context context = {.root = &pr_commands_deployer,
		.program = "plan-deployer",
		.limits = PR_LIMITS_DEFAULT};
	struct pr_args args;
	struct pr_err err = PR_ERR_INIT;
	int code;

	pr_console_open_streams();
	if (pr_args_parse(context.root, argc, argv, &args, &err))
		code = pr_console_usage(&context, &args, &err);
	else if (args.help)
		code = pr_console_help(&context, &args);
	else
		code = run(&context, &args);
	pr_args_release(&args);
	pr_redact_forget();
	return code;
}
