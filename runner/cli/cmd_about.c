#include "base/buf.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/help.h"
#include "cli/third_party.h"
#include "net/http.h"

static int print_buffer(const struct pr_buf *text)
{
	pr_print_bytes(pr_buf_str(text), text->len);
	return text->status ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static void print_licenses(void)
{
	if (!pr_third_party_contained)
		pr_print("This program is not the static file: it takes its libraries from the "
			 "system, in the system's versions.\nWhat follows is of the static "
			 "file.\n\n");
	pr_print_bytes(pr_third_party_text, pr_third_party_length);
}

static int run_version(struct pr_context *context, const struct pr_args *args)
{
	if (pr_args_flag(args, "licenses"))
		print_licenses();
	else if (pr_args_flag(args, "short"))
		pr_print("%s\n", PR_VERSION);
	else if (pr_text_eq(context->program, "reliably"))
		pr_print("Reliably CLI: %s\n", PR_VERSION);
	else if (pr_text_eq(context->program, "chaos"))
		pr_print("chaos, version %s\n", PR_VERSION);
	else
		pr_print("%s %s\n", context->program, PR_VERSION);
	if (pr_args_flag(args, "verbose"))
		pr_print("%s\n", pr_http_versions());
	return PR_EXIT_OK;
}

static const struct pr_option version_options[] = {
	{"short", 's', PR_OPTION_FLAG, NULL, "The number only.", NULL},
	{"verbose", 'v', PR_OPTION_FLAG, NULL, "With the versions of the libraries.", NULL},
	{"licenses", 0, PR_OPTION_FLAG, NULL, "The licences of the linked libraries.", NULL},
};

const struct pr_command pr_command_version = {.name = "version",
	.summary = "Show the version.",
	PR_OPTIONS(version_options),
	.run = run_version};

static int run_completion(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err err = PR_ERR_INIT;

	if (pr_help_completion(context->program, context->root, args->positionals[0], &text, &err))
		return pr_console_usage(context, args, &err);
	return print_buffer(&text);
}

static const struct pr_positional completion_positionals[] = {
	{"SHELL", "bash, zsh or fish.", false},
};

const struct pr_command pr_command_completion = {.name = "completion",
	.summary = "Print completions for a shell.",
	PR_POSITIONALS(completion_positionals),
	.run = run_completion};

static int run_man(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)args;
	pr_help_man(context->program, context->root, &text);
	return print_buffer(&text);
}

const struct pr_command pr_command_man = {
	.name = "man", .summary = "Print the manual page (roff).", .run = run_man};
