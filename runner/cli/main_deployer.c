#include "base/redact.h"
#include "cli/commands.h"
#include "cli/console.h"

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
		code = args.command->run(&context, &args);
	pr_args_release(&args);
	pr_redact_forget();
	return code;
}
