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

int pr_help_usage(
	const char *program, const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];

	pr_buf_adds(out, "Usage: ");
	add_path(program, path, depth, out);
	if (command->option_count)
		pr_buf_adds(out, " [OPTIONS]");
	if (command->commands)
		pr_buf_adds(out, " COMMAND");
	for (size_t i = 0; i < command->positional_count; i++)
		pr_buf_addf(out, command->positionals[i].optional ? " [%s]" : " %s",
			command->positionals[i].name);
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

static void add_choices(struct pr_buf *out, const struct pr_option *option)
{
	if (!option->choices) {
		pr_buf_addf(out, " %s", option->value);
		return;
	}
	for (size_t i = 0; option->choices[i]; i++)
		pr_buf_addf(out, "%s%s", i ? "|" : " ", option->choices[i]);
}

static void add_option(struct pr_buf *out, const struct pr_option *option)
{
	PR_AUTO(buf) struct pr_buf left = PR_BUF_INIT(1024);

	if (option->letter)
		pr_buf_addf(&left, "-%c, ", option->letter);
	pr_buf_addf(&left, "--%s", option->name);
	if (option->kind == PR_OPTION_SWITCH)
		pr_buf_addf(&left, " / --no-%s", option->name);
	else if (option->value)
		add_choices(&left, option);
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

/* Text in roff: a leading dot or quote would be a request, a backslash an escape. */
static void add_roff(struct pr_buf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		pr_buf_adds(out, "\\&");
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			pr_buf_addc(out, '\\');
		pr_buf_addc(out, *text);
	}
}

static void add_man_option(struct pr_buf *out, const struct pr_option *option)
{
	pr_buf_adds(out, ".TP\n.B ");
	if (option->letter)
		pr_buf_addf(out, "\\-%c, ", option->letter);
	pr_buf_adds(out, "\\-\\-");
	add_roff(out, option->name);
	if (option->kind == PR_OPTION_SWITCH) {
		pr_buf_adds(out, " / \\-\\-no\\-");
		add_roff(out, option->name);
	} else if (option->value) {
		pr_buf_addf(out, " \\fI%s\\fP", option->value);
	}
	pr_buf_addc(out, '\n');
	add_roff(out, option->help);
	pr_buf_addc(out, '\n');
}

static void add_man_positional(struct pr_buf *out, const struct pr_positional *positional)
{
	pr_buf_adds(out, ".TP\n.I ");
	add_roff(out, positional->name);
	pr_buf_addc(out, '\n');
	add_roff(out, positional->help);
	pr_buf_addc(out, '\n');
}

static void add_man_command(
	const char *program, const struct pr_command **path, size_t depth, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];

	if (command->run) {
		pr_buf_adds(out, ".SS ");
		add_path(program, path, depth, out);
		pr_buf_addc(out, '\n');
		add_roff(out, command->summary);
		pr_buf_addc(out, '\n');
	}
	for (size_t i = 0; i < command->positional_count; i++)
		add_man_positional(out, &command->positionals[i]);
	for (size_t i = 0; command->run && i < command->option_count; i++)
		add_man_option(out, &command->options[i]);
	for (size_t i = 0; i < command->command_count && depth < PR_COMMAND_DEPTH; i++) {
		path[depth] = command->commands[i];
		add_man_command(program, path, depth + 1, out);
	}
}

int pr_help_man(const char *program, const struct pr_command *root, struct pr_buf *out)
{
	const struct pr_command *path[PR_COMMAND_DEPTH] = {root};

	pr_buf_addf(out, ".TH %s 1 \"\" \"%s %s\"\n.SH NAME\n%s \\- ", program, program, PR_VERSION,
		program);
	add_roff(out, root->summary);
	if (root->option_count)
		pr_buf_adds(out, "\n.SH OPTIONS");
	pr_buf_addc(out, '\n');
	for (size_t i = 0; i < root->option_count; i++)
		add_man_option(out, &root->options[i]);
	pr_buf_adds(out, ".SH COMMANDS\n");
	add_man_command(program, path, 1, out);
	return out->status;
}
