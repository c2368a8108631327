#include "activity/http_form.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void arguments_are_encoded_as_python_requests_does(void **state)
{
	static const struct {
		const char *arguments;
		const char *encoded; /* NULL: refused */
	} cases[] = {
		{"{}", ""},
		{"{\"a\": 1, \"b\": \"x y\"}", "a=1&b=x+y"},
		{"{\"b\": [1, 2, null, \"\"]}", "b=1&b=2&b="},
		{"{\"a\": null}", ""},
		{"{\"a\": null, \"b\": 1, \"c\": []}", "b=1"},
		{"{\"t\": true, \"f\": false, \"n\": 1.0, \"e\": 1e20}",
			"t=True&f=False&n=1.0&e=1e%2B20"},
		{"{\"o\": {\"x\": 1, \"y\": 2}}", "o=x&o=y"},
		{"{\"o\": [[1, \"a\", null]]}", "o=1&o=a&o=None"},
		{"{\"o\": [[[1]], {\"k\": 1}]}", "o=%5B1%5D&o=k"},
		{"[[\"a\", 1], [2, [\"b\", null]]]", "a=1&2=b"},
		{"[[\"a\"]]", NULL},
		{"{\"k \\u00e9&\": \"=\\u00e9\"}", "k+%C3%A9%26=%3D%C3%A9"},
		{"{\"z\": \"a\\u0000b\"}", "z=a%00b"},
		{"[1]", NULL},
		{"5", NULL},
		{"true", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *arguments =
			json_loads(cases[i].arguments, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(4096);
		int rc;

		assert_non_null(arguments);
		rc = pr_http_form_add(arguments, &out, NULL);
		assert_int_equal(rc, cases[i].encoded ? 0 : PR_EINVAL);
		if (cases[i].encoded)
			assert_string_equal(pr_buf_str(&out), cases[i].encoded);
	}
}

static void pairs_beyond_the_room_are_refused(void **state)
{
	json_auto_t *arguments = json_pack("{s:s}", "key", "value");
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(6);

	(void)state;
	assert_int_equal(pr_http_form_add(arguments, &out, NULL), PR_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_are_encoded_as_python_requests_does),
		cmocka_unit_test(pairs_beyond_the_room_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
