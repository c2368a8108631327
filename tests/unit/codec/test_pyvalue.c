#include "codec/pyvalue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../table.h"

static json_t *read_value(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	if (!value)
		fail_msg("%s", text);
	return value;
}

static void texts_are_those_of_the_original(void **state)
{
	json_auto_t *rows = table_read("python-text");
	size_t i;
	json_t *row;

	(void)state;
	assert_non_null(rows);
	json_array_foreach (rows, i, row) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		const json_t *expected = json_object_get(row, "expect");

		assert_int_equal(pr_value_str(json_object_get(row, "value"), &out), 0);
		assert_string_equal(pr_buf_str(&out), json_string_value(expected));
		assert_int_equal(out.len, json_string_length(expected));
	}
}

static void repr_quotes_strings(void **state)
{
	static const struct {
		const char *json;
		const char *repr;
	} rows[] = {
		{"\"x\"", "'x'"},
		{"\"it's\"", "\"it's\""},
		{"\"'\\\"\"", "'\\'\"'"},
		{"\"a\\u0000b\\u0085\"", "'a\\x00b\\x85'"},
		{"null", "None"},
		{"{\"it's\": [\"\\n\", -0.0]}", "{\"it's\": ['\\n', -0.0]}"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		json_auto_t *value = read_value(rows[i].json);

		assert_int_equal(pr_value_repr(value, &out), 0);
		assert_string_equal(pr_buf_str(&out), rows[i].repr);
	}
}

static void a_full_buffer_is_reported(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(4);
	json_auto_t *value = read_value("[1, [2, 3]]");

	(void)state;
	assert_int_equal(pr_value_str(value, &out), PR_ELIMIT);
}

static void empty_values_and_zeros_are_false(void **state)
{
	static const char *const no[] = {"null", "false", "0", "0.0", "-0.0", "\"\"", "[]", "{}"};
	static const char *const yes[] = {
		"true", "1", "-1", "0.1", "5e-324", "\"0\"", "\"\\u0000\"", "[0]", "{\"\": 0}"};

	(void)state;
	assert_false(pr_value_truthy(NULL));
	for (size_t i = 0; i < PR_LEN(no); i++) {
		json_auto_t *value = read_value(no[i]);

		assert_false(pr_value_truthy(value));
	}
	for (size_t i = 0; i < PR_LEN(yes); i++) {
		json_auto_t *value = read_value(yes[i]);

		assert_true(pr_value_truthy(value));
	}
}

static void equality_is_that_of_python(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} rows[] = {
		{"true", "1", true},
		{"true", "1.0", true},
		{"false", "-0.0", true},
		{"1", "1.0", true},
		{"2", "true", false},
		{"0", "null", false},
		{"0", "\"0\"", false},
		{"\"\"", "null", false},
		{"[]", "{}", false},
		{"9007199254740993", "9007199254740992.0", false},
		{"9223372036854775807", "9223372036854775808.0", false},
		{"-9223372036854775808", "-9223372036854775808.0", true},
		{"\"a\\u0000b\"", "\"a\\u0000c\"", false},
		{"[1, [true]]", "[1.0, [1]]", true},
		{"[1, 2]", "[1]", false},
		{"[1, 2]", "[2, 1]", false},
		{"{\"a\": 1, \"b\": [0]}", "{\"b\": [false], \"a\": 1.0}", true},
		{"{\"a\": 1}", "{\"b\": 1}", false},
		{"{\"a\": 1}", "{\"a\": 1, \"b\": 1}", false},
		{"{\"a\": null}", "{\"b\": null}", false},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *a = read_value(rows[i].a);
		json_auto_t *b = read_value(rows[i].b);

		if (pr_value_equal(a, b) != rows[i].equal || pr_value_equal(b, a) != rows[i].equal)
			fail_msg("%s == %s", rows[i].a, rows[i].b);
		assert_true(pr_value_equal(a, a));
		assert_false(pr_value_equal(a, NULL));
	}
	assert_true(pr_value_equal(NULL, NULL));
}

static void numbers_and_booleans_are_numbers(void **state)
{
	static const struct {
		const char *json;
		bool is_number;
		double number;
	} rows[] = {
		{"3", true, 3},
		{"2.5", true, 2.5},
		{"true", true, 1},
		{"false", true, 0},
		{"\"3\"", false, -1},
		{"null", false, -1},
		{"[1]", false, -1},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *value = read_value(rows[i].json);
		double number = -1;

		assert_int_equal(pr_value_number(value, &number), rows[i].is_number);
		assert_true(number >= rows[i].number && number <= rows[i].number);
	}
}

static void order_is_that_of_python(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		int order;
	} rows[] = {
		{"1", "2", -1},
		{"2", "1.5", 1},
		{"true", "1", 0},
		{"1.5", "2", -1},
		{"-1.5", "-1", -1},
		{"-1", "-1.5", 1},
		{"9007199254740993", "9007199254740992.0", 1},
		{"9223372036854775807", "9223372036854775808.0", -1},
		{"1e300", "9223372036854775807", 1},
		{"-1e300", "-9223372036854775808", -1},
		{"\"a\"", "\"b\"", -1},
		{"\"b\"", "\"ab\"", 1},
		{"\"a\"", "\"aa\"", -1},
		{"\"\xef\xbf\xbd\"", "\"\xf0\x9f\x9a\x80\"", -1},
		{"[]", "[1]", -1},
		{"[1, 2]", "[1, 1, 9]", 1},
		{"[null, 1]", "[null, 2]", -1},
		{"[[1], \"x\"]", "[[1.0], \"x\"]", 0},
		{"[[1, \"b\"]]", "[[1, \"a\"]]", 1},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *a = read_value(rows[i].a);
		json_auto_t *b = read_value(rows[i].b);
		int order = 9;
		int reverse = 9;

		assert_true(pr_value_compare(a, b, &order));
		assert_true(pr_value_compare(b, a, &reverse));
		if (order != rows[i].order || reverse != -rows[i].order)
			fail_msg("%s, %s: %d", rows[i].a, rows[i].b, order);
	}
}

static void other_kinds_have_no_order(void **state)
{
	static const char *const pairs[][2] = {
		{"1", "\"1\""},
		{"null", "null"},
		{"{}", "{}"},
		{"[1]", "1"},
		{"[null]", "[1]"},
		{"[{}]", "[{\"a\": 1}]"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(pairs); i++) {
		json_auto_t *a = read_value(pairs[i][0]);
		json_auto_t *b = read_value(pairs[i][1]);
		int order = 9;

		assert_false(pr_value_compare(a, b, &order));
		assert_int_equal(order, 9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_those_of_the_original),
		cmocka_unit_test(repr_quotes_strings),
		cmocka_unit_test(a_full_buffer_is_reported),
		cmocka_unit_test(empty_values_and_zeros_are_false),
		cmocka_unit_test(equality_is_that_of_python),
		cmocka_unit_test(numbers_and_booleans_are_numbers),
		cmocka_unit_test(order_is_that_of_python),
		cmocka_unit_test(other_kinds_have_no_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
