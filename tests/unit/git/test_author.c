#include "git/session_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void authors_have_a_name_and_an_address(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"A <a@example.com>", true},
		{"  Ada Lovelace   < ada@example.com >", true},
		{"Zo\xc3\xab <z>", true},
		{"Zo\xeb <z>", false},
		{"A", false},
		{"", false},
		{"A <>", false},
		{"<a@example.com>", false},
		{"A <a@example.com", false},
		{"A <a@example.com> ", false},
		{"A <a@<example.com>", false},
		{"A > <a@example.com>", false},
		{"A\tB <a@example.com>", false},
		{"A <a@example.com\n>", true},
		{"A\n<a@example.com>", true},
		{"A\nB <a@example.com>", false},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		if ((pr_git_author_check(rows[i].text, NULL) == 0) != rows[i].good)
			fail_msg("'%s' is taken for %s", rows[i].text,
				rows[i].good ? "bad" : "good");
}

static void a_name_of_any_length_is_judged(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[1000] = '<';
	memcpy(text + 1010, ">", 2);
	assert_int_equal(pr_git_author_check(text, NULL), PR_EINVAL);
	assert_int_equal(pr_git_author_check(text + 800, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authors_have_a_name_and_an_address),
		cmocka_unit_test(a_name_of_any_length_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
