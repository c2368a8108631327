#include "net/idn.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* Samples of RFC 3492, 7.1, among them; the others from Python's idna. */
static void names_get_their_form_in_the_dns(void **state)
{
	static const struct {
		const char *name;
		const char *form; /* NULL: none */
	} rows[] = {
		{"example.com", "example.com"},
		{"", ""},
		{"b\xC3\xBC"
		 "cher.example",
			"xn--bcher-kva.example"},
		{"\xC3\x9C.A", "xn--tda.a"},
		{"\xE4\xBB\x96\xE4\xBB\xAC\xE4\xB8\xBA\xE4\xBB\x80\xE4\xB9\x88\xE4\xB8\x8D\xE8\xAF"
		 "\xB4"
		 "\xE4\xB8\xAD\xE6\x96\x87",
			"xn--ihqwcrb4cv8a8dqg056pqjye"},
		{"\xE3\x81\x9D\xE3\x81\xAE\xE3\x82\xB9\xE3\x83\x94\xE3\x83\xBC\xE3\x83\x89\xE3\x81"
		 "\xA7",
			"xn--d9juau41awczczp"},
		{"\xC5\x81\xC3\xB3"
		 "d\xC5\xB9",
			"xn--d-uga0v4h"},
		{"\xD0\x81\xCE\xA9", "xn--bya5y"},
		{"a\xEF\xBC\x8E\xC3\xBC.", "a.xn--tda."},
		{SIXTY "abc.x", "xn--abc-goaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				"aaaaaaaaaaaaaaaaaaaa.x"},
		{SIXTY "abcd", NULL},
		{"a.\xC3", NULL},
		{"\xED\xA0\x80", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(1000);
		int rc = pr_idn_add(rows[i].name, strlen(rows[i].name), &out);

		if (rc != (rows[i].form ? 0 : PR_EINVAL))
			fail_msg("row %zu gives %d", i, rc);
		if (rows[i].form)
			assert_string_equal(pr_buf_str(&out), rows[i].form);
	}
}

static void no_room_is_told_of(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(5);

	(void)state;
	assert_int_equal(pr_idn_add("\xC3\xBC.example", 10, &out), PR_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_get_their_form_in_the_dns),
		cmocka_unit_test(no_room_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
