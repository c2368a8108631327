#include "codec/json_plain.h"

#include "base/compiler.h"
#include "codec/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

static bool is_plain(const char *text)
{
	return pr_json_is_plain_object(text, strlen(text), &limits);
}

static bool is_parsed(const char *text, size_t n, const struct pr_limits *within)
{
	json_auto_t *value = NULL;

	return !pr_json_parse(text, n, "doc.json", within, &value, NULL) && json_is_object(value);
}

static void plain_documents_are_known(void **state)
{
	static const char *const texts[] = {"{}", " { } \n", "{\"a\":1}",
		"{\"a\": -0, \"b\": [], \"c\": [1, 2.5, -3e+10, 0.1E-9], \"d\": {\"e\": null}}",
		"{\"a\": true, \"b\": false, \"a\": \"x\"}",
		"{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\": \" ~\"}\r\n\t", "{\"a\":123456789012345678}",
		"{\"a\":1.123456789012345678e99}"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++)
		if (!is_plain(texts[i]))
			fail_msg("%s", texts[i]);
}

static void others_are_left_to_the_parser(void **state)
{
	static const char *const texts[] = {"", " ", "[]", "1", "\"{}\"", "null", "{", "}", "{}{}",
		"{},", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":[1,]}", "{\"a\":[1}",
		"{\"a\":1]", "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}",
		"{\"a\":+1}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":1e400}",
		"{\"a\":1234567890123456789}", "{\"a\":NaN}", "{\"a\":nul}", "{\"a\":nulll}",
		"{\"a\":truefalse}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u0041\"}",
		"{\"a\":\"\\", "{\"a\":\"", "{\"a\":\"\xc3\xa9\"}", "{\"a\":\"\xff\"}",
		"\xef\xbb\xbf{}", "{\"a\":1 2}", "{\"a\" \"b\":1}", "{\"a\"::1}", "{1:1}"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++)
		if (is_plain(texts[i]))
			fail_msg("%s", texts[i]);
	assert_false(pr_json_is_plain_object("{}\0", 3, &limits));
	assert_false(pr_json_is_plain_object("{\"\0\":1}", 7, &limits));
}

/* Each byte of a text replaced by each other, left out, and the text cut there. */
static void what_is_plain_is_parsed(void **state)
{
	static const char text[] = "{\"a\": [1, -2.5e3, true, {\"b\\n\": null}], \"c\":{}, \"d\":"
				   "\"x\\\"y\", \"e\": 12345678901234567}";
	char other[sizeof text];
	size_t n = sizeof text - 1;
	size_t plain = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (int c = 0; c <= UINT8_MAX; c++) {
			memcpy(other, text, sizeof text);
			other[i] = (char)c;
			if (!pr_json_is_plain_object(other, n, &limits))
				continue;
			plain++;
			assert_true(is_parsed(other, n, &limits));
		}
		memcpy(other, text, i);
		assert_false(pr_json_is_plain_object(other, i, &limits));
		memcpy(other + i, text + i + 1, n - i);
		if (pr_json_is_plain_object(other, n - 1, &limits))
			assert_true(is_parsed(other, n - 1, &limits));
	}
	assert_in_range(plain, n, n * UINT8_MAX / 2);
}

static void limits_are_those_of_the_parser(void **state)
{
	static const char text[] = "{\"a\":[{\"b\":[]}]}";
	const size_t n = sizeof text - 1;

	(void)state;
	for (size_t depth = 1; depth < 6; depth++) {
		const struct pr_limits deep = {.document_bytes = n, .depth = depth};

		assert_int_equal(pr_json_is_plain_object(text, n, &deep), depth >= 4);
		assert_int_equal(is_parsed(text, n, &deep), depth >= 4);
	}
	assert_false(pr_json_is_plain_object(
		text, n, &(struct pr_limits){.document_bytes = n - 1, .depth = 9}));
}

/* However deep it is, the stack is not. */
static void deep_nesting_is_left_to_the_parser(void **state)
{
	const struct pr_limits wide = {.document_bytes = SIZE_MAX, .depth = SIZE_MAX};
	const size_t n = 1 << 20;
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	memset(text, '[', n);
	memcpy(text, "{\"a\":", strlen("{\"a\":"));
	assert_false(pr_json_is_plain_object(text, n, &wide));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_documents_are_known),
		cmocka_unit_test(others_are_left_to_the_parser),
		cmocka_unit_test(what_is_plain_is_parsed),
		cmocka_unit_test(limits_are_those_of_the_parser),
		cmocka_unit_test(deep_nesting_is_left_to_the_parser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
