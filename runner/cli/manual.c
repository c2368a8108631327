#include "cli/help.h"

#include "base/text.h"

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

static void add_line(struct pr_buf *out, const char *text)
{
	add_roff(out, text);
	pr_buf_addc(out, '\n');
}

static void add_man_option(struct pr_buf *out, const struct pr_option *option)
{
	PR_AUTO(buf) struct pr_buf value = PR_BUF_INIT(1024);

	pr_buf_adds(out, ".TP\n.B ");
	if (option->letter)
		pr_buf_addf(out, "\\-%c, ", option->letter);
	pr_buf_adds(out, "\\-\\-");
	add_roff(out, option->name);
	if (option->kind == PR_OPTION_SWITCH) {
		pr_buf_adds(out, " / \\-\\-no\\-");
		add_roff(out, option->name);
	} else if (option->value) {
		pr_buf_adds(out, " \\fI");
		pr_help_value(option, &value);
		add_roff(out, pr_buf_str(&value));
		pr_buf_adds(out, "\\fP");
	}
	pr_buf_addc(out, '\n');
	add_line(out, option->help);
}

static void add_man_positional(struct pr_buf *out, const struct pr_positional *positional)
{
	pr_buf_adds(out, ".TP\n.I ");
	add_line(out, positional->name);
	add_line(out, positional->help);
}

static void add_man_command(
	const char *program, const struct pr_command **path, size_t depth, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];

	if (command->run) {
		pr_buf_addf(out, ".SS %s", program);
		for (size_t i = 1; i < depth; i++)
			pr_buf_addf(out, " %s", path[i]->name);
		pr_buf_addc(out, '\n');
		add_line(out, command->summary);
	}
	if (command->more)
		add_line(out, command->more);
	for (size_t i = 0; i < command->positional_count; i++)
		add_man_positional(out, &command->positionals[i]);
	for (size_t i = 0; command->run && i < command->option_count; i++)
		add_man_option(out, &command->options[i]);
	for (size_t i = 0; i < command->command_count && depth < PR_COMMAND_DEPTH; i++) {
		path[depth] = command->commands[i];
		add_man_command(program, path, depth + 1, out);
	}
}

/* How each command is called. */
static void add_synopsis(
	const char *program, const struct pr_command **path, size_t depth, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const struct pr_command *command = path[depth - 1];

	pr_help_synopsis(program, path, depth, &line);
	if (command->run || depth == 1)
		add_line(out, pr_buf_str(&line));
	for (size_t i = 0; i < command->command_count && depth < PR_COMMAND_DEPTH; i++) {
		path[depth] = command->commands[i];
		add_synopsis(program, path, depth + 1, out);
	}
}

/* EXIT STATUS, ENVIRONMENT and what else the table has. */
static void add_manual(const struct pr_command *root, struct pr_buf *out)
{
	const char *section = NULL;

	for (size_t i = 0; i < root->manual_count; i++) {
		const struct pr_manual *entry = &root->manual[i];

		if (!pr_text_eq(section, entry->section))
			pr_buf_addf(out, ".SH %s\n", entry->section);
		section = entry->section;
		pr_buf_adds(out, entry->name ? ".TP\n.B " : ".PP\n");
		if (entry->name)
			add_line(out, entry->name);
		add_line(out, entry->text);
	}
}

int pr_help_man(const char *program, const struct pr_command *root, struct pr_buf *out)
{
	const struct pr_command *path[PR_COMMAND_DEPTH] = {root};

	pr_buf_addf(out, ".TH %s 1 \"\" \"%s %s\"\n.SH NAME\n%s \\- ", program, program, PR_VERSION,
		program);
	add_roff(out, root->summary);
	pr_buf_adds(out, "\n.SH SYNOPSIS\n.nf\n");
	add_synopsis(program, path, 1, out);
	pr_buf_adds(out, ".fi\n");
	if (root->option_count)
		pr_buf_adds(out, ".SH OPTIONS\n");
	for (size_t i = 0; i < root->option_count; i++)
		add_man_option(out, &root->options[i]);
	pr_buf_adds(out, ".SH COMMANDS\n");
	add_man_command(program, path, 1, out);
	add_manual(root, out);
	return out->status;
}
