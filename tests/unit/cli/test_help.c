#include "commands_fixture.h"

static int run_nothing(struct pr_context *context, const struct pr_args *args)
{
	(void)context, (void)args;
	return 0;
}

static const char *const colours[] = {"red", "green", NULL};
static const struct pr_option options[] = {
	{"force", 'f', PR_OPTION_FLAG, NULL, "Do it.", NULL},
	{"loud", 0, PR_OPTION_SWITCH, NULL, "Make noise.", NULL},
	{"out", 'o', PR_OPTION_VALUE, "PATH", "Where it goes.", NULL},
	{"colour", 0, PR_OPTION_VALUE, "COLOUR", "Which one.", colours},
	{"a-name-that-is-longer-than-the-column", 0, PR_OPTION_FLAG, NULL, "Far.", NULL},
};
static const struct pr_positional positionals[] = {
	{"SOURCE", "What is copied.", false}, {"TARGET", "Where to.", true}};
static const struct pr_command copy = {.name = "copy",
	.summary = "Copies a file.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = run_nothing};
static const struct pr_command *const commands[] = {&copy};
static const struct pr_command root = {
	.name = "program", .summary = "Handles files.", PR_COMMANDS(commands)};

static void a_page_shows_usage_arguments_and_options(void **state)
{
	const struct pr_command *const path[] = {&root, &copy};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(10000);

	(void)state;
	assert_int_equal(pr_help_page("program", path, 2, &out), 0);
	assert_string_equal(pr_buf_str(&out),
		"Usage: program copy [OPTIONS] SOURCE [TARGET]\n"
		"\n"
		"Copies a file.\n"
		"\n"
		"Arguments:\n"
		"  SOURCE                        What is copied.\n"
		"  TARGET                        Where to.\n"
		"\n"
		"Options:\n"
		"  -f, --force                   Do it.\n"
		"  --loud / --no-loud            Make noise.\n"
		"  -o, --out PATH                Where it goes.\n"
		"  --colour red|green            Which one.\n"
		"  --a-name-that-is-longer-than-the-column\n"
		"                                Far.\n"
		"  -h, --help                    Show this page and exit.\n");
}

static void the_page_of_a_group_shows_its_commands(void **state)
{
	const struct pr_command *const path[] = {&root};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(10000);

	(void)state;
	assert_int_equal(pr_help_page("other-name", path, 1, &out), 0);
	assert_string_equal(pr_buf_str(&out),
		"Usage: other-name COMMAND\n"
		"\n"
		"Handles files.\n"
		"\n"
		"Options:\n"
		"  -h, --help                    Show this page and exit.\n"
		"\n"
		"Commands:\n"
		"  copy                          Copies a file.\n");
}

static void a_page_that_does_not_fit_is_told(void **state)
{
	const struct pr_command *const path[] = {&root};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(20);

	(void)state;
	assert_int_equal(pr_help_page("program", path, 1, &out), PR_ELIMIT);
}

/* What every command owes to those who read its page. */
static void check_command(void *arg, const struct pr_command *const *path, size_t depth)
{
	const struct pr_command *command = path[depth - 1];
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100000);
	const char *page;

	(void)arg;
	assert_int_equal(pr_help_page("plan-runner", path, depth, &out), 0);
	page = pr_buf_str(&out);
	assert_true((command->run != NULL) != (command->commands != NULL));
	assert_true(command->positional_count <= PR_POSITIONAL_MAX);
	assert_has(page, command->summary, command->name);
	if (command->more)
		assert_has(page, command->more, command->name);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct pr_option *option = &command->options[i];

		assert_has(page, option->name, command->name);
		assert_has(page, option->help, command->name);
		assert_int_equal(option->value != NULL,
			option->kind == PR_OPTION_VALUE || option->kind == PR_OPTION_LIST);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(option->name, command->options[k].name);
			assert_true(
				!option->letter || option->letter != command->options[k].letter);
		}
	}
	for (size_t i = 0; i < command->positional_count; i++)
		assert_has(page, command->positionals[i].help, command->name);
	for (size_t i = 0; i < command->command_count; i++)
		assert_has(page, command->commands[i]->summary, command->name);
}

static void every_command_of_the_program_has_a_whole_page(void **state)
{
	(void)state;
	visit_commands(check_command, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_shows_usage_arguments_and_options),
		cmocka_unit_test(the_page_of_a_group_shows_its_commands),
		cmocka_unit_test(a_page_that_does_not_fit_is_told),
		cmocka_unit_test(every_command_of_the_program_has_a_whole_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
