#include "base/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Expected texts are those of Python's json.dumps. */
static void json_is_escaped_as_python_does(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *ascii, *utf8;
	} cases[] = {
		{"plain /", 7, "plain /", "plain /"},
		{"\"\\\b\f\n\r\t", 7, "\\\"\\\\\\b\\f\\n\\r\\t", "\\\"\\\\\\b\\f\\n\\r\\t"},
		{"\0\x01\x1f\x7f", 4, "\\u0000\\u0001\\u001f\\u007f", "\\u0000\\u0001\\u001f\x7f"},
		{"\xc3\xa9", 2, "\\u00e9", "\xc3\xa9"},
		{"\xe2\x82\xac", 3, "\\u20ac", "\xe2\x82\xac"},
		{"\xf0\x9f\x98\x80", 4, "\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
		{"a\xff\xc3", 3, "a\\ufffd\\ufffd", "a\\ufffd\\ufffd"},
		{"", 0, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf ascii = PR_BUF_INIT(100);
		PR_AUTO(buf) struct pr_buf utf8 = PR_BUF_INIT(100);

		assert_int_equal(pr_escape_json(cases[i].text, cases[i].n, true, &ascii), 0);
		assert_string_equal(pr_buf_str(&ascii), cases[i].ascii);
		assert_int_equal(pr_escape_json(cases[i].text, cases[i].n, false, &utf8), 0);
		assert_string_equal(pr_buf_str(&utf8), cases[i].utf8);
	}
}

static void urls_are_escaped_in_each_way(void **state)
{
	static const struct {
		unsigned how;
		const char *expected;
	} cases[] = {
		{0, "aZ9-._~%20%2F%3F%C3%A9%2B"},
		{PR_ESCAPE_LOWER, "aZ9-._~%20%2f%3f%c3%a9%2b"},
		{PR_ESCAPE_SLASH, "aZ9-._~%20/%3F%C3%A9%2B"},
		{PR_ESCAPE_PLUS, "aZ9-._~+%2F%3F%C3%A9%2B"},
		{PR_ESCAPE_URL, "aZ9-._~%20/?%C3%A9+"},
		{PR_ESCAPE_LOWER | PR_ESCAPE_SLASH | PR_ESCAPE_PLUS, "aZ9-._~+/%3f%c3%a9%2b"},
	};
	static const char text[] = "aZ9-._~ /?\xc3\xa9+";

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

		assert_int_equal(pr_escape_url(text, strlen(text), cases[i].how, &out), 0);
		assert_string_equal(pr_buf_str(&out), cases[i].expected);
	}
}

static void codes_of_an_address_stay(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);
	static const char text[] = "http://h/%20%2f%zz?q=[\"<{|}>^`\\]#f%";

	(void)state;
	assert_int_equal(pr_escape_url(text, strlen(text), PR_ESCAPE_URL, &out), 0);
	assert_string_equal(
		pr_buf_str(&out), "http://h/%20%2f%25zz?q=[%22%3C%7B%7C%7D%3E%5E%60%5C]#f%25");
}

static void python_literals_are_those_of_repr(void **state)
{
	static const char text[] = "a'b\"\\\n\r\t\x01\x7f\xc3\xa9";
	PR_AUTO(buf) struct pr_buf plain = PR_BUF_INIT(100);
	PR_AUTO(buf) struct pr_buf quoted = PR_BUF_INIT(100);

	(void)state;
	assert_int_equal(pr_escape_python(text, strlen(text), false, &plain), 0);
	assert_string_equal(pr_buf_str(&plain), "a'b\"\\\\\\n\\r\\t\\x01\\x7f\xc3\xa9");
	assert_int_equal(pr_escape_python(text, strlen(text), true, &quoted), 0);
	assert_string_equal(pr_buf_str(&quoted), "a\\'b\"\\\\\\n\\r\\t\\x01\\x7f\xc3\xa9");
}

/* RFC 4648 section 10. */
static void base64_is_padded(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff", "+/8="},
	};
	PR_AUTO(buf) struct pr_buf url = PR_BUF_INIT(100);

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

		assert_int_equal(
			pr_escape_base64(cases[i].text, strlen(cases[i].text), false, &out), 0);
		assert_string_equal(pr_buf_str(&out), cases[i].expected);
	}
	assert_int_equal(pr_escape_base64("\xfb\xff", 2, true, &url), 0);
	assert_string_equal(pr_buf_str(&url), "-_8=");
}

static void base64_is_decoded_with_its_padding_or_refused(void **state)
{
	static const struct {
		const char *text;
		const char *bytes; /* NULL: refused */
	} cases[] = {
		{"", ""},
		{"YQ==", "a"},
		{"YWI=", "ab"},
		{"YWJj", "abc"},
		{"YWJj\nZGVm\r\n ZA==\n", "abcdefd"},
		{"+/+/", "\xfb\xff\xbf"},
		{"YQ", NULL},
		{"YQ=", NULL},
		{"Y===", NULL},
		{"====", NULL},
		{"YQ==YQ==", NULL},
		{"YQ=a", NULL},
		{"YQ===", NULL},
		{"-_-_", NULL},
		{"YW%j", NULL},
		{"YW\x80j", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(64);
		int rc = pr_escape_base64_decode(cases[i].text, &out);

		assert_int_equal(rc, cases[i].bytes ? 0 : PR_EINVAL);
		if (cases[i].bytes)
			assert_string_equal(pr_buf_str(&out), cases[i].bytes);
	}
}

static void base64_that_is_too_long_for_the_buffer_is_told(void **state)
{
	PR_AUTO(buf) struct pr_buf small = PR_BUF_INIT(2);

	(void)state;
	assert_int_equal(pr_escape_base64_decode("YWJj", &small), PR_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_escaped_as_python_does),
		cmocka_unit_test(urls_are_escaped_in_each_way),
		cmocka_unit_test(codes_of_an_address_stay),
		cmocka_unit_test(python_literals_are_those_of_repr),
		cmocka_unit_test(base64_is_padded),
		cmocka_unit_test(base64_is_decoded_with_its_padding_or_refused),
		cmocka_unit_test(base64_that_is_too_long_for_the_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
