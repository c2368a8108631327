#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"

#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

int main(int argc, char **argv)
{
	struct pr_context context = {
		.root = &pr_commands_runner, .program = "plan-runner", .limits = PR_LIMITS_DEFAULT};
	struct pr_args args;
	struct pr_err err = PR_ERR_INIT;
	int code;

	if (pr_text_eq(base_name(argv[0]), "reliably"))
		context.program = "reliably";
	if (pr_args_parse(context.root, argc, argv, &args, &err))
		code = pr_console_usage(&context, &args, &err);
	else if (args.help)
		code = pr_console_help(&context, &args);
	else
		code = args.command->run(&context, &args);
	pr_args_release(&args);
	return code;
}
