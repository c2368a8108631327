#include "commands_fixture.h"

/* The page, without the backslashes before hyphens. */
static void plain_page(const struct pr_command *root, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf page = PR_BUF_INIT(1 << 20);

	assert_int_equal(pr_help_man("plan-runner", root, &page), 0);
	for (size_t i = 0; i < page.len; i++)
		if (page.ptr[i] != '\\' || page.ptr[i + 1] != '-')
			pr_buf_addc(out, page.ptr[i]);
}

static void check_command(void *arg, const struct pr_command *const *path, size_t depth)
{
	const struct pr_command *command = path[depth - 1];
	PR_AUTO(buf) struct pr_buf heading = PR_BUF_INIT(1000);
	const char *section = arg;

	if (!command->run)
		return;
	pr_buf_adds(&heading, "\n.SS plan-runner");
	for (size_t i = 1; i < depth; i++)
		pr_buf_addf(&heading, " %s", path[i]->name);
	pr_buf_addc(&heading, '\n');
	assert_has(section, pr_buf_str(&heading), "man page");
	section = strstr(section, pr_buf_str(&heading));
	assert_has(section, command->summary, command->name);
	if (command->more)
		assert_has(section, command->more, command->name);
	for (size_t i = 0; i < command->option_count; i++) {
		PR_AUTO(buf) struct pr_buf name = PR_BUF_INIT(1000);

		pr_buf_addf(&name, "--%s", command->options[i].name);
		assert_has(section, pr_buf_str(&name), command->name);
		assert_has(section, command->options[i].help, command->name);
	}
	for (size_t i = 0; i < command->positional_count; i++) {
		assert_has(section, command->positionals[i].name, command->name);
		assert_has(section, command->positionals[i].help, command->name);
	}
}

static void every_command_option_and_argument_is_in_the_page(void **state)
{
	PR_AUTO(buf) struct pr_buf page = PR_BUF_INIT(1 << 20);

	(void)state;
	plain_page(&pr_commands_runner, &page);
	assert_int_equal(strncmp(page.ptr, ".TH plan-runner 1 ", 18), 0);
	assert_has(page.ptr, "\n.SH NAME\n", "man page");
	visit_commands(check_command, page.ptr);
}

static void the_page_says_how_it_is_called_and_what_it_reads(void **state)
{
	static const char *const wanted[] = {("\n.SH SYNOPSIS\n.nf\nplan-runner [OPTIONS] COMMAND\n"
					      "plan-runner run [OPTIONS] SOURCE\n"),
		"\nplan-runner service plan execute [OPTIONS] PLAN_ID\n",
		"--log-format \\fIstring|json\\fP\n", "\n.SH EXIT STATUS\n.TP\n.B 0\n",
		"\n.SH ENVIRONMENT\n.TP\n.B RELIABLY_SERVICE_HOST\n", "\n.SH FILES\n"};
	PR_AUTO(buf) struct pr_buf page = PR_BUF_INIT(1 << 20);

	(void)state;
	plain_page(&pr_commands_runner, &page);
	for (size_t i = 0; i < PR_LEN(wanted); i++)
		assert_has(page.ptr, wanted[i], "man page");
}

static int run_nothing(struct pr_context *context, const struct pr_args *args)
{
	(void)context, (void)args;
	return 0;
}

static void texts_cannot_become_requests(void **state)
{
	static const struct pr_option options[] = {
		{"a-b", 'x', PR_OPTION_SWITCH, NULL, ".so /etc/passwd", NULL},
		{"out", 0, PR_OPTION_VALUE, "PATH", "'quoted' \\fB-text", NULL},
	};
	static const struct pr_command root = {
		.name = "p", .summary = ".s", PR_OPTIONS(options), .run = run_nothing};
	PR_AUTO(buf) struct pr_buf page = PR_BUF_INIT(1 << 20);

	(void)state;
	assert_int_equal(pr_help_man("p", &root, &page), 0);
	assert_has(page.ptr, "\\-x, \\-\\-a\\-b / \\-\\-no\\-a\\-b\n\\&.so /etc/passwd\n", "page");
	assert_has(page.ptr, "\\-\\-out \\fIPATH\\fP\n\\&'quoted' \\\\fB\\-text\n", "page");
	assert_has(page.ptr, "\\- \\&.s\n", "page");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_option_and_argument_is_in_the_page),
		cmocka_unit_test(the_page_says_how_it_is_called_and_what_it_reads),
		cmocka_unit_test(texts_cannot_become_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
