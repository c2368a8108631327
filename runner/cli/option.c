#include "cli/option.h"

#include "base/text.h"
#include "cli/suggest.h"

#include <string.h>

/* argv while it is being read. */
struct reader {
	int argc;
	char *const *argv;
	int next;
	struct pr_args *args;
	size_t positional_count;
	bool options_over;
	struct pr_err *err;
};

static const struct pr_option *find_option(
	const struct pr_command *command, const char *name, size_t n)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct pr_option *option = &command->options[i];

		if (strlen(option->name) == n && memcmp(option->name, name, n) == 0)
			return option;
	}
	return NULL;
}

static const struct pr_option *find_letter(const struct pr_command *command, char letter)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].letter && command->options[i].letter == letter)
			return &command->options[i];
	return NULL;
}

static int add_given(
	struct reader *reader, const struct pr_option *option, const char *value, bool off)
{
	struct pr_args *args = reader->args;
	struct pr_given *given = realloc(args->given, (args->given_count + 1) * sizeof *given);

	if (!given)
		return pr_fail_nomem(reader->err);
	given[args->given_count++] =
		(struct pr_given){.option = option, .value = value, .off = off};
	args->given = given;
	return 0;
}

static int check_choice(struct reader *reader, const struct pr_option *option, const char *value)
{
	PR_AUTO(buf) struct pr_buf known = PR_BUF_INIT(4096);

	for (size_t i = 0; option->choices && option->choices[i]; i++) {
		if (pr_text_eq(option->choices[i], value))
			return 0;
		pr_buf_addf(&known, "%s%s", i ? ", " : "", option->choices[i]);
	}
	if (!option->choices)
		return 0;
	return pr_fail(reader->err, PR_EUSAGE, "Invalid value for '--%s': '%s' is not one of %s.",
		option->name, value, pr_buf_str(&known));
}

static bool takes_value(const struct pr_option *option)
{
	return option->kind == PR_OPTION_VALUE || option->kind == PR_OPTION_LIST;
}

static int take_option(struct reader *reader, const struct pr_option *option, const char *attached)
{
	const char *value = attached;

	if (!takes_value(option)) {
		if (attached)
			return pr_fail(reader->err, PR_EUSAGE,
				"Option '--%s' does not take a value.", option->name);
		return add_given(reader, option, NULL, false);
	}
	if (!value && reader->next < reader->argc)
		value = reader->argv[reader->next++];
	if (!value)
		return pr_fail(reader->err, PR_EUSAGE, "Option '--%s' requires an argument.",
			option->name);
	if (check_choice(reader, option, value))
		return PR_EUSAGE;
	return add_given(reader, option, value, false);
}

static int refuse_option(struct reader *reader, const char *name, size_t n)
{
	PR_AUTO(buf) struct pr_buf hint = PR_BUF_INIT(1024);

	pr_suggest_option(reader->args, name, n, &hint);
	return pr_fail(reader->err, PR_EUSAGE, "No such option: --%.*s%s", (int)n, name,
		pr_buf_str(&hint));
}

static int read_long(struct reader *reader, const char *text)
{
	const struct pr_command *command = reader->args->command;
	size_t n = strcspn(text, "=");
	const struct pr_option *option = find_option(command, text, n);

	if (option)
		return take_option(reader, option, text[n] ? text + n + 1 : NULL);
	if (pr_text_starts(text, "no-")) {
		option = find_option(command, text + 3, strlen(text + 3));
		if (option && option->kind == PR_OPTION_SWITCH)
			return add_given(reader, option, NULL, true);
	}
	return refuse_option(reader, text, n);
}

/* "-x", "-xVALUE", and several flags in one word: "-xy". */
static int read_short(struct reader *reader, const char *text)
{
	for (; *text; text++) {
		const struct pr_option *option = find_letter(reader->args->command, *text);
		int rc;

		if (!option)
			return pr_fail(reader->err, PR_EUSAGE, "No such option: -%c", *text);
		if (takes_value(option))
			return take_option(reader, option, text[1] ? text + 1 : NULL);
		rc = take_option(reader, option, NULL);
		if (rc)
			return rc;
	}
	return 0;
}

static int enter_command(struct reader *reader, const char *name)
{
	PR_AUTO(buf) struct pr_buf hint = PR_BUF_INIT(1024);
	struct pr_args *args = reader->args;

	for (size_t i = 0; i < args->command->command_count; i++) {
		const struct pr_command *command = args->command->commands[i];

		if (!pr_text_eq(command->name, name) || args->depth == PR_COMMAND_DEPTH)
			continue;
		args->path[args->depth++] = command;
		args->command = command;
		return 0;
	}
	pr_suggest_command(args->command, name, &hint);
	return pr_fail(reader->err, PR_EUSAGE, "No such command '%s'.%s", name, pr_buf_str(&hint));
}

static int read_argument(struct reader *reader, const char *text)
{
	struct pr_args *args = reader->args;

	if (args->command->commands)
		return enter_command(reader, text);
	if (reader->positional_count >= args->command->positional_count)
		return pr_fail(reader->err, PR_EUSAGE, "Got unexpected extra argument (%s)", text);
	args->positionals[reader->positional_count++] = text;
	return 0;
}

static int read_word(struct reader *reader, const char *word)
{
	if (reader->options_over || word[0] != '-' || !word[1])
		return read_argument(reader, word);
	if (pr_text_eq(word, "--")) {
		reader->options_over = true;
		return 0;
	}
	if (pr_text_eq(word, "--help") || pr_text_eq(word, "-h")) {
		reader->args->help = true;
		return 0;
	}
	return word[1] == '-' ? read_long(reader, word + 2) : read_short(reader, word + 1);
}

static bool ends_reading(const struct pr_args *args)
{
	return args->given_count &&
	       args->given[args->given_count - 1].option->kind == PR_OPTION_LAST;
}

static int check_complete(const struct reader *reader)
{
	const struct pr_command *command = reader->args->command;

	if (command->commands)
		return pr_fail(reader->err, PR_EUSAGE, "Missing command.");
	for (size_t i = reader->positional_count; i < command->positional_count; i++)
		if (!command->positionals[i].optional)
			return pr_fail(reader->err, PR_EUSAGE, "Missing argument '%s'.",
				command->positionals[i].name);
	return 0;
}

int pr_args_parse(const struct pr_command *root, int argc, char *const *argv, struct pr_args *args,
	struct pr_err *err)
{
	struct reader reader = {.argc = argc, .argv = argv, .next = 1, .args = args, .err = err};

	*args = (struct pr_args){.path = {root}, .depth = 1, .command = root};
	while (reader.next < argc) {
		const char *word = argv[reader.next++];
		int rc = read_word(&reader, word);

		if (args->help)
			return 0;
		if (rc)
			return rc;
		if (ends_reading(args))
			return 0;
	}
	return check_complete(&reader);
}

void pr_args_release(struct pr_args *args)
{
	free(args->given);
	*args = (struct pr_args){0};
}

const char *pr_args_nth(const struct pr_args *args, const char *name, size_t index)
{
	for (size_t i = 0; i < args->given_count; i++)
		if (pr_text_eq(args->given[i].option->name, name) && index-- == 0)
			return args->given[i].value;
	return NULL;
}

static const struct pr_given *last_given(const struct pr_args *args, const char *name)
{
	for (size_t i = args->given_count; i > 0; i--)
		if (pr_text_eq(args->given[i - 1].option->name, name))
			return &args->given[i - 1];
	return NULL;
}

const char *pr_args_value(const struct pr_args *args, const char *name)
{
	const struct pr_given *given = last_given(args, name);

	return given ? given->value : NULL;
}

bool pr_args_flag(const struct pr_args *args, const char *name)
{
	return last_given(args, name) != NULL;
}

bool pr_args_switch(const struct pr_args *args, const char *name, bool fallback)
{
	const struct pr_given *given = last_given(args, name);

	return given ? !given->off : fallback;
}
