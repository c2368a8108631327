#include "cli/help.h"

#include <string.h>

#define COLUMN 30

static void add_path(
	const char *program, const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	pr_buf_adds(out, program);
	for (size_t i = 1; i < depth; i++)
		pr_buf_addf(out, " %s", path[i]->name);
}

void pr_help_synopsis(
	const char *program, const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];

	add_path(program, path, depth, out);
	if (command->option_count)
		pr_buf_adds(out, " [OPTIONS]");
	if (command->commands)
		pr_buf_adds(out, " COMMAND");
	for (size_t i = 0; i < command->positional_count; i++)
		pr_buf_addf(out, command->positionals[i].optional ? " [%s]" : " %s",
			command->positionals[i].name);
}

int pr_help_usage(
	const char *program, const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	pr_buf_adds(out, "Usage: ");
	pr_help_synopsis(program, path, depth, out);
	return pr_buf_addc(out, '\n');
}

static void add_row(struct pr_buf *out, const char *left, const char *right)
{
	size_t n = strlen(left);

	if (n >= COLUMN)
		pr_buf_addf(out, "  %s\n  %*s", left, COLUMN, "");
	else
		pr_buf_addf(out, "  %-*s", COLUMN, left);
	pr_buf_addf(out, "%s\n", right);
}

void pr_help_value(const struct pr_option *option, struct pr_buf *out)
{
	if (!option->choices)
		pr_buf_adds(out, option->value);
	for (size_t i = 0; option->choices && option->choices[i]; i++)
		pr_buf_addf(out, "%s%s", i ? "|" : "", option->choices[i]);
}

static void add_option(struct pr_buf *out, const struct pr_option *option)
{
	PR_AUTO(buf) struct pr_buf left = PR_BUF_INIT(1024);

	if (option->letter)
		pr_buf_addf(&left, "-%c, ", option->letter);
	pr_buf_addf(&left, "--%s", option->name);
	if (option->kind == PR_OPTION_SWITCH)
		pr_buf_addf(&left, " / --no-%s", option->name);
	if (option->value) {
		pr_buf_addc(&left, ' ');
		pr_help_value(option, &left);
	}
	add_row(out, pr_buf_str(&left), option->help);
}

static void add_options(struct pr_buf *out, const struct pr_command *command)
{
	pr_buf_adds(out, "\nOptions:\n");
	for (size_t i = 0; i < command->option_count; i++)
		add_option(out, &command->options[i]);
	add_row(out, "-h, --help", "Show this page and exit.");
}

int pr_help_page(
	const char *program, const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];

	pr_help_usage(program, path, depth, out);
	pr_buf_addf(out, "\n%s\n", command->summary);
	if (command->more)
		pr_buf_addf(out, "\n%s\n", command->more);
	if (command->positional_count)
		pr_buf_adds(out, "\nArguments:\n");
	for (size_t i = 0; i < command->positional_count; i++)
		add_row(out, command->positionals[i].name, command->positionals[i].help);
	add_options(out, command);
	if (command->commands)
		pr_buf_adds(out, "\nCommands:\n");
	for (size_t i = 0; command->commands && i < command->command_count; i++)
		add_row(out, command->commands[i]->name, command->commands[i]->summary);
	return out->status;
}
