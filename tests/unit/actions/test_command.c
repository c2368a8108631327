#include "actions/command.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_command_is_one_line_whatever_its_texts_hold(void **state)
{
	static const struct {
		const char *name;
		const char *title;
		const char *data;
		const char *line;
	} rows[] = {
		{"endgroup", NULL, NULL, "::endgroup::\n"},
		{"group", NULL, "Method", "::group::Method\n"},
		{"error", "", "said", "::error::said\n"},
		{"error", "a: b, c", "d: e, f", "::error title=a%3A b%2C c::d: e, f\n"},
		{"notice", NULL, "100%", "::notice::100%25\n"},
		{"notice", NULL, "%0A%25", "::notice::%250A%2525\n"},
		{"error", NULL, "one\ntwo\r\nthree\rfour",
			"::error::one%0Atwo%0D%0Athree%0Dfour\n"},
		{"error", "x::error::y\r\n%", "\n::add-mask::z",
			"::error title=x%3A%3Aerror%3A%3Ay%0D%0A%25::%0A::add-mask::z\n"},
		{"warning", NULL, "##[error]\xf0\x9f\x92\xa5",
			"::warning::##[error]\xf0\x9f\x92\xa5\n"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		assert_int_equal(
			pr_actions_command(rows[i].name, rows[i].title, rows[i].data, &line), 0);
		assert_string_equal(pr_buf_str(&line), rows[i].line);
	}
}

static void what_does_not_fit_is_an_error(void **state)
{
	PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(8);

	(void)state;
	assert_int_equal(pr_actions_command("error", NULL, "too long", &line), PR_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_one_line_whatever_its_texts_hold),
		cmocka_unit_test(what_does_not_fit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
