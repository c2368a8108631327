#include "codec/json_write.h"

#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_value(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	assert_non_null(value);
	return value;
}

static void assert_written(
	const char *text, const struct pr_json_style *style, const char *expected)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *value = read_value(text);

	assert_int_equal(pr_json_write(value, style, &out), 0);
	assert_string_equal(pr_buf_str(&out), expected);
	assert_int_equal(out.len, strlen(expected));
}

#define DOCUMENT \
	"{\"b\":[1,-2.50,[],{}],\"a\":{\"\\u00e9\":null,\"t\":true},\"f\":false,\"s\":\"x\"}"

static void one_line_has_blanks_after_separators(void **state)
{
	const struct pr_json_style style = {.indent = 0};

	(void)state;
	assert_written(DOCUMENT, &style,
		"{\"b\": [1, -2.5, [], {}], \"a\": {\"\xc3\xa9\": null, \"t\": true}, "
		"\"f\": false, \"s\": \"x\"}");
}

static void compact_text_has_no_blanks(void **state)
{
	const struct pr_json_style style = {.compact = true};

	(void)state;
	assert_written(DOCUMENT, &style,
		"{\"b\":[1,-2.5,[],{}],\"a\":{\"\xc3\xa9\":null,\"t\":true},"
		"\"f\":false,\"s\":\"x\"}");
}

static void journals_are_indented(void **state)
{
	const struct pr_json_style style = PR_JSON_JOURNAL;

	(void)state;
	assert_written(DOCUMENT, &style,
		"{\n  \"b\": [\n    1,\n    -2.5,\n    [],\n    {}\n  ],\n  \"a\": {\n"
		"    \"\xc3\xa9\": null,\n    \"t\": true\n  },\n  \"f\": false,\n  \"s\": "
		"\"x\"\n}");
	assert_written("[]", &style, "[]");
	assert_written("{}", &style, "{}");
	assert_written("1", &style, "1");
}

static void wide_indents_are_written_whole(void **state)
{
	const struct pr_json_style style = {.indent = 50};
	char expected[64] = "[\n";

	(void)state;
	memset(expected + 2, ' ', 50);
	memcpy(expected + 52, "1\n]", 4);
	assert_written("[1]", &style, expected);
}

static void characters_are_escaped_as_python_does(void **state)
{
	const struct pr_json_style raw = {.ascii = false};
	const struct pr_json_style ascii = {.ascii = true};
	static const char text[] =
		"\"\\\" \\\\ / \\b\\f\\n\\r\\t \\u0000\\u001f\\u007f\\u00e9\\u2028\\ud83d\\ude80\"";

	(void)state;
	assert_written(text, &raw,
		"\"\\\" \\\\ / \\b\\f\\n\\r\\t \\u0000\\u001f\x7f\xc3\xa9\xe2\x80\xa8\xf0\x9f\x9a"
		"\x80\"");
	assert_written(text, &ascii,
		"\"\\\" \\\\ / \\b\\f\\n\\r\\t \\u0000\\u001f\\u007f\\u00e9\\u2028\\ud83d\\ude80"
		"\"");
}

static void numbers_are_exact(void **state)
{
	const struct pr_json_style style = {.indent = 0};

	(void)state;
	assert_written("[0, -1, 9223372036854775807, -9223372036854775808]", &style,
		"[0, -1, 9223372036854775807, -9223372036854775808]");
	assert_written("[0.1, 1.0, -0.0, 1e16, 1e-7, 0.30000000000000004]", &style,
		"[0.1, 1.0, -0.0, 1e+16, 1e-07, 0.30000000000000004]");
}

static void keys_are_sorted_by_code_point(void **state)
{
	const struct pr_json_style style = {.sort_keys = true};

	(void)state;
	assert_written(
		"{\"b\":1,\"a\":{\"\xf0\x9f\x9a\x80\":1,\"\xef\xbf\xbd\":2,\"Z\":3},\"aa\":2,"
		"\"\":0}",
		&style,
		"{\"\": 0, \"a\": {\"Z\": 3, \"\xef\xbf\xbd\": 2, \"\xf0\x9f\x9a\x80\": 1}, "
		"\"aa\": 2, \"b\": 1}");
}

static void secrets_are_replaced_where_the_style_says_so(void **state)
{
	const struct pr_json_style open = {.redact = false};
	const struct pr_json_style safe = {.redact = true};
	static const char text[] = "{\"s3cret-value\": [\"a s3cret-value b\", \"other\"]}";

	(void)state;
	assert_written(text, &safe, text);
	assert_int_equal(pr_redact_add("s3cret-value", NULL), 0);
	assert_written(text, &open, text);
	assert_written(text, &safe, "{\"" PR_REDACTED "\": [\"a " PR_REDACTED " b\", \"other\"]}");
	pr_redact_forget();
}

static void a_secret_with_quotes_is_found_before_it_is_escaped(void **state)
{
	const struct pr_json_style safe = {.redact = true};

	(void)state;
	assert_int_equal(pr_redact_add("a\"b\\c\nd-long", NULL), 0);
	assert_written("[\"<a\\\"b\\\\c\\nd-long>\"]", &safe, "[\"<" PR_REDACTED ">\"]");
	pr_redact_forget();
}

static void nothing_is_written_as_null(void **state)
{
	const struct pr_json_style style = {.indent = 0};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

	(void)state;
	assert_int_equal(pr_json_write(NULL, &style, &out), 0);
	assert_string_equal(pr_buf_str(&out), "null");
}

static void a_full_buffer_is_reported(void **state)
{
	const struct pr_json_style style = {.indent = 2};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(10);
	json_auto_t *value = read_value("{\"a\": [1, 2, 3], \"b\": {}}");

	(void)state;
	assert_int_equal(pr_json_write(value, &style, &out), PR_ELIMIT);
}

static void a_value_without_end_is_refused(void **state)
{
	const struct pr_json_style style = {.compact = true};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_t *value = json_array();

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		json_t *outer = json_array();

		assert_return_code(json_array_append_new(outer, value), 0);
		value = outer;
	}
	assert_int_equal(pr_json_write(value, &style, &out), PR_ELIMIT);
	json_decref(value);
}

static void a_line_is_compact_and_whole(void **state)
{
	json_auto_t *value = read_value("{\"a\": [1, \"\\u0000\xc3\xa9\"]}");
	PR_AUTO(free) char *line = pr_json_line(value);

	(void)state;
	assert_string_equal(line, "{\"a\":[1,\"\\u0000\xc3\xa9\"]}");
}

struct pieces {
	struct pr_buf all;
	size_t count;
	size_t largest;
	size_t fail_at; /* the piece that is refused; 0: none */
};

static int take_piece(void *arg, const char *data, size_t n, struct pr_err *err)
{
	struct pieces *pieces = arg;

	if (++pieces->count == pieces->fail_at)
		return pr_fail(err, PR_EIO, "no more");
	pieces->largest = n > pieces->largest ? n : pieces->largest;
	return pr_buf_add(&pieces->all, data, n);
}

static void a_sink_gets_the_same_text_in_pieces(void **state)
{
	static const struct pr_json_style style = PR_JSON_JOURNAL;
	struct pieces pieces = {.all = PR_BUF_INIT(PR_BUF_TEXT_MAX)};
	struct pr_json_sink sink = {.write = take_piece, .arg = &pieces};
	PR_AUTO(buf) struct pr_buf whole = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *value = json_array();

	(void)state;
	for (int i = 0; i < 20000; i++)
		json_array_append_new(value, json_pack("{s: i, s: []}", "number", i, "list"));
	assert_int_equal(0, pr_json_write(value, &style, &whole));
	assert_int_equal(0, pr_json_write_to(value, &style, &sink, &err));
	assert_string_equal(pr_buf_str(&whole), pr_buf_str(&pieces.all));
	assert_in_range(pieces.count, 4, 40);
	assert_in_range(pieces.largest, 1, 70000);
	for (size_t at = 1; at <= 2; at++) {
		pieces.count = 0;
		pieces.fail_at = at;
		assert_int_equal(PR_EIO, pr_json_write_to(value, &style, &sink, &err));
		assert_string_equal("no more", err.msg);
		assert_int_equal(at, pieces.count);
		pr_err_clear(&err);
	}
	pr_buf_release(&pieces.all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_has_blanks_after_separators),
		cmocka_unit_test(compact_text_has_no_blanks),
		cmocka_unit_test(journals_are_indented),
		cmocka_unit_test(wide_indents_are_written_whole),
		cmocka_unit_test(characters_are_escaped_as_python_does),
		cmocka_unit_test(numbers_are_exact),
		cmocka_unit_test(keys_are_sorted_by_code_point),
		cmocka_unit_test(secrets_are_replaced_where_the_style_says_so),
		cmocka_unit_test(a_secret_with_quotes_is_found_before_it_is_escaped),
		cmocka_unit_test(nothing_is_written_as_null),
		cmocka_unit_test(a_full_buffer_is_reported),
		cmocka_unit_test(a_value_without_end_is_refused),
		cmocka_unit_test(a_line_is_compact_and_whole),
		cmocka_unit_test(a_sink_gets_the_same_text_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
