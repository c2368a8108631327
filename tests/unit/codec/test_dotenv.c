#include "codec/dotenv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_variables(const char *text, const char *expected)
{
	json_auto_t *wanted = json_loads(expected, 0, NULL);
	struct pr_err err = PR_ERR_INIT;
	json_t *variables = NULL;

	assert_non_null(wanted);
	if (pr_dotenv_parse(text, strlen(text), "vars.env", &variables, &err))
		fail_msg("%s", err.msg);
	if (!json_equal(variables, wanted))
		fail_msg("%s", text);
	json_decref(variables);
}

static void assert_refused(const char *text, size_t n, const char *message)
{
	struct pr_err err = PR_ERR_INIT;
	json_t *variables = NULL;

	assert_int_equal(pr_dotenv_parse(text, n, "vars.env", &variables, &err), PR_EINVAL);
	assert_string_equal(err.msg, message);
	assert_null(variables);
}

static void lines_are_split_at_the_first_equal_sign(void **state)
{
	(void)state;
	assert_variables("", "{}");
	assert_variables("A=1", "{\"A\": \"1\"}");
	assert_variables("A=one=two\nB=\n", "{\"A\": \"one=two\", \"B\": \"\"}");
}

static void a_line_is_trimmed_only_at_its_ends(void **state)
{
	(void)state;
	assert_variables("  A = 1 \t\n", "{\"A \": \" 1\"}");
}

static void quotes_and_export_have_no_meaning(void **state)
{
	(void)state;
	assert_variables("A=\"x\"\nB='y'\nexport C=z # c",
		"{\"A\": \"\\\"x\\\"\", \"B\": \"'y'\", \"export C\": \"z # c\"}");
}

static void blank_lines_and_comments_are_skipped(void **state)
{
	(void)state;
	assert_variables("\n# A=1\n   \n  #B=2\nC=3\n\n", "{\"C\": \"3\"}");
}

static void all_kinds_of_line_ends_are_known(void **state)
{
	(void)state;
	assert_variables("A=1\r\nB=2\rC=3\n", "{\"A\": \"1\", \"B\": \"2\", \"C\": \"3\"}");
}

static void later_lines_win(void **state)
{
	(void)state;
	assert_variables("A=1\nB=2\nA=3", "{\"A\": \"3\", \"B\": \"2\"}");
}

static void what_is_no_variable_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_refused("A=1\r\n\nwrong\n", 12, "vars.env: line 3: expected NAME=VALUE");
	assert_refused("=1", 2, "vars.env: line 1: no name before '='");
	assert_refused("A=\0", 3, "vars.env: is no UTF-8 text");
	assert_refused("A=\xff", 3, "vars.env: is no UTF-8 text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_split_at_the_first_equal_sign),
		cmocka_unit_test(a_line_is_trimmed_only_at_its_ends),
		cmocka_unit_test(quotes_and_export_have_no_meaning),
		cmocka_unit_test(blank_lines_and_comments_are_skipped),
		cmocka_unit_test(all_kinds_of_line_ends_are_known),
		cmocka_unit_test(later_lines_win),
		cmocka_unit_test(what_is_no_variable_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
