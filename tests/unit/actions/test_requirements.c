#include "actions/requirements.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void packages_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		const char *list; /* joined by '|' */
	} rows[] = {
		{"", ""},
		{" ,\n ,, ", ""},
		{"a", "a"},
		{"a, b,c", "a|b|c"},
		{"a\r\n b \n\nc", "a|b|c"},
		{"a>=1,<2,b", "a>=1,<2|b"},
		{"a >= 1 , != 1.5, b~=2", "a >= 1 , != 1.5|b~=2"},
		{"a[x,y]>1,b", "a[x,y]>1|b"},
		{"a (>=1,<2), b", "a (>=1,<2)|b"},
		{"a; python_version < '3,9', b", "a; python_version < '3,9'|b"},
		{"a @ https://h/x.whl", "a @ https://h/x.whl"},
		{"# one, two\na # three", "a # three"},
		{"a]b,c", "a]b|c"},
		{"a[b", "a[b"},
		{"a'b,c\nd", "a'b,c|d"},
		{"ohai,lueurs", "ohai|lueurs"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *list = NULL;
		char joined[200] = "";
		const json_t *piece;
		size_t at;

		assert_int_equal(pr_actions_requirements(rows[i].text, &list, NULL), 0);
		json_array_foreach (list, at, piece) {
			if (at)
				strncat(joined, "|", sizeof joined - strlen(joined) - 1);
			strncat(joined, json_string_value(piece),
				sizeof joined - strlen(joined) - 1);
		}
		assert_string_equal(joined, rows[i].list);
	}
}

static void what_is_no_package_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *said;
	} rows[] = {
		{"a,-r b", "has '-r b', it takes packages"},
		{"a\n --index-url=http://x", "has '--index-url=http://x', it takes packages"},
		{"oha", "has 'oha', which is a program"},
		{"a, AWS-Authenticator", "has 'AWS-Authenticator', which is a program"},
		{"lueur\n", "has 'lueur', which is a program"},
		{"\xff", "is not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;
		json_t *list = NULL;

		assert_int_equal(pr_actions_requirements(rows[i].text, &list, &err), PR_EINVAL);
		assert_null(list);
		assert_non_null(strstr(err.msg, rows[i].said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_are_told_apart),
		cmocka_unit_test(what_is_no_package_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
