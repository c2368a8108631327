#include "cli/option.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int run_nothing(struct pr_context *context, const struct pr_args *args)
{
	(void)context, (void)args;
	return 0;
}

static const char *const colours[] = {"red", "green", NULL};

static const struct pr_option options[] = {
	{"force", 'f', PR_OPTION_FLAG, NULL, "h", NULL},
	{"loud", 'l', PR_OPTION_SWITCH, NULL, "h", NULL},
	{"out", 'o', PR_OPTION_VALUE, "PATH", "h", NULL},
	{"var", 0, PR_OPTION_LIST, "FILE", "h", NULL},
	{"colour", 'c', PR_OPTION_VALUE, "COLOUR", "h", colours},
};

static const struct pr_positional positionals[] = {{"SOURCE", "h", false}, {"TARGET", "h", true}};

static const struct pr_command copy = {.name = "copy",
	.summary = "s",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = run_nothing};
static const struct pr_command list = {.name = "list", .summary = "s", .run = run_nothing};
static const struct pr_command *const file_commands[] = {&copy, &list};
static const struct pr_command file = {.name = "file", .summary = "s", PR_COMMANDS(file_commands)};
static const struct pr_command *const root_commands[] = {&file, &list};
static const struct pr_option root_options[] = {
	{"quiet", 'q', PR_OPTION_FLAG, NULL, "h", NULL},
	{"out", 0, PR_OPTION_VALUE, "PATH", "h", NULL},
	{"version", 0, PR_OPTION_LAST, NULL, "h", NULL},
};
static const struct pr_command root = {
	.name = "program", .summary = "s", PR_OPTIONS(root_options), PR_COMMANDS(root_commands)};

#define WORDS 12

/* Parses the words of a line, '' being an empty one. What is given points into a static buffer. */
static int parse(const char *line, struct pr_args *args, struct pr_err *err)
{
	static char buffer[256];
	char program[] = "program";
	char *argv[WORDS + 1] = {program};
	char *word = buffer;
	int argc = 1;

	assert_true(strlen(line) < sizeof buffer);
	memcpy(buffer, line, strlen(line) + 1);
	while (*word && argc <= WORDS) {
		char *space = word + strcspn(word, " ");

		argv[argc] = strncmp(word, "''", 2) == 0 ? word + 2 : word;
		argc++;
		word = *space ? space + 1 : space;
		*space = '\0';
	}
	return pr_args_parse(&root, argc, argv, args, err);
}

static void assert_text(const char *found, const char *expected)
{
	if (!expected)
		assert_null(found);
	else
		assert_string_equal(found, expected);
}

static void words_become_commands_options_and_arguments(void **state)
{
	static const struct {
		const char *line, *command, *first, *second, *out, *colour;
		bool force, loud;
	} cases[] = {
		{"list", "list", NULL, NULL, NULL, NULL, false, true},
		{"file list", "list", NULL, NULL, NULL, NULL, false, true},
		{"file copy a", "copy", "a", NULL, NULL, NULL, false, true},
		{"file copy a b", "copy", "a", "b", NULL, NULL, false, true},
		{"file copy --out x a", "copy", "a", NULL, "x", NULL, false, true},
		{"file copy a --out=x", "copy", "a", NULL, "x", NULL, false, true},
		{"file copy a --out=", "copy", "a", NULL, "", NULL, false, true},
		{"file copy a --out ''", "copy", "a", NULL, "", NULL, false, true},
		{"file copy a --out=x=y", "copy", "a", NULL, "x=y", NULL, false, true},
		{"file copy a --out x --out y", "copy", "a", NULL, "y", NULL, false, true},
		{"file copy a --out --force", "copy", "a", NULL, "--force", NULL, false, true},
		{"file copy a --out -- b", "copy", "a", "b", "--", NULL, false, true},
		{"file copy -o x a", "copy", "a", NULL, "x", NULL, false, true},
		{"file copy -ox a", "copy", "a", NULL, "x", NULL, false, true},
		{"file copy -f a", "copy", "a", NULL, NULL, NULL, true, true},
		{"file copy a --force b", "copy", "a", "b", NULL, NULL, true, true},
		{"file copy a --no-loud", "copy", "a", NULL, NULL, NULL, false, false},
		{"file copy a --no-loud --loud", "copy", "a", NULL, NULL, NULL, false, true},
		{"file copy a --loud --no-loud", "copy", "a", NULL, NULL, NULL, false, false},
		{"file copy a --colour red", "copy", "a", NULL, NULL, "red", false, true},
		{"file copy a -c green", "copy", "a", NULL, NULL, "green", false, true},
		{"file copy -- --force -o", "copy", "--force", "-o", NULL, NULL, false, true},
		{"file copy -- -- a", "copy", "--", "a", NULL, NULL, false, true},
		{"file copy - a", "copy", "-", "a", NULL, NULL, false, true},
		{"file copy ''", "copy", "", NULL, NULL, NULL, false, true},
		{"file copy -fo x a", "copy", "a", NULL, "x", NULL, true, true},
		{"file copy -lfox a", "copy", "a", NULL, "x", NULL, true, true},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_args args;
		struct pr_err err = PR_ERR_INIT;

		if (parse(cases[i].line, &args, &err))
			fail_msg("%s: %s", cases[i].line, err.msg);
		assert_string_equal(args.command->name, cases[i].command);
		assert_ptr_equal(args.path[args.depth - 1], args.command);
		assert_text(args.positionals[0], cases[i].first);
		assert_text(args.positionals[1], cases[i].second);
		assert_text(pr_args_value(&args, "out"), cases[i].out);
		assert_text(pr_args_value(&args, "colour"), cases[i].colour);
		assert_int_equal(pr_args_flag(&args, "force"), cases[i].force);
		assert_int_equal(pr_args_switch(&args, "loud", true), cases[i].loud);
		assert_false(args.help);
		pr_args_release(&args);
	}
}

struct refusal {
	const char *line, *says;
};

static void assert_refused(const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct pr_args args;
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(parse(refusals[i].line, &args, &err), PR_EUSAGE);
		if (strcmp(err.msg, refusals[i].says) != 0)
			fail_msg("%s: %s", refusals[i].line, err.msg);
		assert_non_null(args.command);
		pr_args_release(&args);
	}
}

static void wrong_lines_are_refused_with_the_reason(void **state)
{
	static const struct refusal refusals[] = {
		{"", "Missing command."},
		{"file", "Missing command."},
		{"nothing", "No such command 'nothing'."},
		{"file nothing", "No such command 'nothing'."},
		{"copy", "No such command 'copy'."},
		{"''", "No such command ''."},
		{"file copy", "Missing argument 'SOURCE'."},
		{"file copy --force", "Missing argument 'SOURCE'."},
		{"file copy a b c", "Got unexpected extra argument (c)"},
		{"list a", "Got unexpected extra argument (a)"},
		{"file copy a --nothing", "No such option: --nothing"},
		{"file copy a --nothing=1", "No such option: --nothing"},
		{"file copy a --no-force", "No such option: --no-force"},
		{"file copy a --no-out", "No such option: --no-out"},
		{"file copy a --no-loud=1", "No such option: --no-loud"},
		{"file copy a -x", "No such option: -x"},
		{"file copy a -fx", "No such option: -x"},
		{"--force file copy a", "No such option: --force"},
		{"file copy a --out", "Option '--out' requires an argument."},
		{"file copy a -o", "Option '--out' requires an argument."},
		{"file copy a -fo", "Option '--out' requires an argument."},
		{"file copy a --force=1", "Option '--force' does not take a value."},
		{"file copy a --loud=1", "Option '--loud' does not take a value."},
		{"file copy a --colour blue",
			"Invalid value for '--colour': 'blue' is not one of red, green."},
		{"file copy a --colour=",
			"Invalid value for '--colour': '' is not one of red, green."},
	};

	(void)state;
	assert_refused(refusals, PR_LEN(refusals));
}

static void what_a_misspelt_word_may_mean_is_said(void **state)
{
	static const struct refusal refusals[] = {
		{"file copy a --forc", "No such option: --forc. Did you mean --force?"},
		{"file copy a --focre", "No such option: --focre. Did you mean --force?"},
		{"file copy a --fore", "No such option: --fore. Did you mean --force?"},
		{"file copy a --forces=1", "No such option: --forces. Did you mean --force?"},
		{"file copy a --col", "No such option: --col. Did you mean --colour?"},
		{"file copy a --cooler", "No such option: --cooler. Did you mean --colour?"},
		{"file copy a --coller", "No such option: --coller. Did you mean --colour?"},
		{"file copy a --co", "No such option: --co"},
		{"file copy a --cellar", "No such option: --cellar"},
		{"file copy a --vra", "No such option: --vra. Did you mean --var?"},
		{"file copy a --quiet", "No such option: --quiet. It goes before 'file'."},
		{"file --force copy a", "No such option: --force. It goes after 'copy'."},
		{"--quite file copy a", "No such option: --quite. Did you mean --quiet?"},
		{"fiel", "No such command 'fiel'. Did you mean 'file'?"},
		{"lits", "No such command 'lits'. Did you mean 'list'?"},
		{"li", "No such command 'li'."},
		{"file copu", "No such command 'copu'. Did you mean 'copy'?"},
		{"a-word-that-is-longer-than-any-command-or-option-that-there-is",
			"No such command 'a-word-that-is-longer-than-any-command-or-option-that-"
			"there-is'."},
	};

	(void)state;
	assert_refused(refusals, PR_LEN(refusals));
}

static void help_comes_before_what_is_missing(void **state)
{
	static const struct {
		const char *line, *command;
	} cases[] = {
		{"--help", "program"},
		{"-h", "program"},
		{"file --help", "file"},
		{"file copy --help", "copy"},
		{"file copy a b -h c d", "copy"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_args args;

		assert_int_equal(parse(cases[i].line, &args, NULL), 0);
		assert_true(args.help);
		assert_string_equal(args.command->name, cases[i].command);
		pr_args_release(&args);
	}
}

static void an_option_before_the_command_counts_for_it(void **state)
{
	static const struct {
		const char *line, *out;
		bool quiet;
	} cases[] = {
		{"file copy a", NULL, false},
		{"--quiet file copy a", NULL, true},
		{"-q --out x file copy a", "x", true},
		{"--out=x file copy a --out=y", "y", false},
		{"--out copy file copy a", "copy", false},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_args args;

		assert_int_equal(parse(cases[i].line, &args, NULL), 0);
		assert_string_equal(args.command->name, "copy");
		assert_text(pr_args_value(&args, "out"), cases[i].out);
		assert_int_equal(pr_args_flag(&args, "quiet"), cases[i].quiet);
		pr_args_release(&args);
	}
}

static void nothing_is_read_after_a_last_option(void **state)
{
	static const char *const lines[] = {
		"--version", "--version nothing", "-q --version --nothing", "--version --help"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(lines); i++) {
		struct pr_args args;

		assert_int_equal(parse(lines[i], &args, NULL), 0);
		assert_true(pr_args_flag(&args, "version"));
		assert_false(args.help);
		assert_string_equal(args.command->name, "program");
		pr_args_release(&args);
	}
}

static void repeated_options_keep_their_order(void **state)
{
	struct pr_args args;

	(void)state;
	assert_int_equal(parse("file copy --var 1 a --var=2 -o x --var 3", &args, NULL), 0);
	assert_string_equal(pr_args_nth(&args, "var", 0), "1");
	assert_string_equal(pr_args_nth(&args, "var", 1), "2");
	assert_string_equal(pr_args_nth(&args, "var", 2), "3");
	assert_null(pr_args_nth(&args, "var", 3));
	assert_null(pr_args_nth(&args, "colour", 0));
	assert_false(pr_args_switch(&args, "loud", false));
	pr_args_release(&args);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_commands_options_and_arguments),
		cmocka_unit_test(wrong_lines_are_refused_with_the_reason),
		cmocka_unit_test(what_a_misspelt_word_may_mean_is_said),
		cmocka_unit_test(help_comes_before_what_is_missing),
		cmocka_unit_test(an_option_before_the_command_counts_for_it),
		cmocka_unit_test(nothing_is_read_after_a_last_option),
		cmocka_unit_test(repeated_options_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
