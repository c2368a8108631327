#include "base/env.h"
#include "base/redact.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/given_files.h"
#include "cli/global_options.h"

#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

/*
 * Without an argument and with RELIABLY_PLAN_ID in the environment, plan-runner executes that plan
 * (docs/design.md, decision 10): what a pod or a container needs is then its environment alone.
 */
static int run_plan_of_environment(
	struct pr_context *context, char *plan, struct pr_args *args, struct pr_err *err)
{
	static char words[][24] = {"plan-runner", "service", "plan", "execute", "--set-status",
		"--log-stdout", "--load-environment"};
	char *argv[PR_LEN(words) + 1];

	for (size_t i = 0; i < PR_LEN(words); i++)
		argv[i] = words[i];
	argv[PR_LEN(words)] = plan;
	return pr_args_parse(context->root, (int)PR_LEN(argv), argv, args, err);
}

static int parse(struct pr_context *context, int argc, char **argv, char *plan,
	struct pr_args *args, struct pr_err *err)
{
	if (pr_text_eq(base_name(argv[0]), "reliably"))
		*context = (struct pr_context){.root = &pr_commands_reliably,
			.program = "reliably",
			.limits = context->limits};
	else if (pr_text_eq(base_name(argv[0]), "chaos"))
		*context = (struct pr_context){
			.root = &pr_commands_chaos, .program = "chaos", .limits = context->limits};
	else if (argc == 1 && plan)
		return run_plan_of_environment(context, plan, args, err);
	return pr_args_parse(context->root, argc, argv, args, err);
}

static int run(struct pr_context *context, const struct pr_args *args)
{
	struct pr_globals globals = PR_GLOBALS_INIT;
	struct pr_err err = PR_ERR_INIT;
	int code = PR_EXIT_DEVIATED;

	if (pr_args_flag(args, "version") && !args->command->run)
		return pr_command_version.run(context, args);
	if (!args->command->run)
		return pr_reliably_completion(context, args);
	if (pr_globals_apply(&globals, context, args, &err))
		pr_complain(context, "%s", err.msg);
	else
		code = pr_given_files_check(context, args) ? PR_EXIT_FAILED
							   : args->command->run(context, args);
	pr_globals_release(&globals);
	return code;
}

int main(int argc, char **argv)
{
	struct pr_context context = {
		.root = &pr_commands_runner, .program = "plan-runner", .limits = PR_LIMITS_DEFAULT};
	PR_AUTO(free) char *plan = pr_text_dup(pr_env_get_set("RELIABLY_PLAN_ID"));
	struct pr_args args;
	struct pr_err err = PR_ERR_INIT;
	int code;

	pr_console_open_streams();
	if (parse(&context, argc, argv, plan, &args, &err))
		code = pr_console_usage(&context, &args, &err);
	else if (args.help)
		code = pr_console_help(&context, &args);
	else
		code = run(&context, &args);
	pr_args_release(&args);
	pr_redact_forget();
	return code;
}
