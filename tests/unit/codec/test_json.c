#include "codec/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

static int parse_bytes(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	return pr_json_parse(text, n, "doc.json", &limits, ret_value, err);
}

static json_t *parse(const char *text)
{
	struct pr_err err = PR_ERR_INIT;
	json_t *value = NULL;

	if (parse_bytes(text, strlen(text), &value, &err))
		fail_msg("%s\n%s", text, err.msg);
	return value;
}

static void values_of_every_kind_are_read(void **state)
{
	static const struct {
		const char *text;
		const char *kind;
	} rows[] = {
		{"{}", "object"},
		{"[1]", "array"},
		{" \"x\" ", "string"},
		{"1", "integer"},
		{"1.0", "number"},
		{"true", "boolean"},
		{"false", "boolean"},
		{"null", "null"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *value = parse(rows[i].text);

		assert_string_equal(pr_json_kind(value), rows[i].kind);
	}
	assert_string_equal(pr_json_kind(NULL), "null");
}

static void a_repeated_member_keeps_its_place_and_takes_the_last_value(void **state)
{
	json_auto_t *value = parse("{\"a\": 1, \"b\": 2, \"a\": 3}");
	void *first = json_object_iter(value);

	(void)state;
	assert_int_equal(json_object_size(value), 2);
	assert_string_equal(json_object_iter_key(first), "a");
	assert_int_equal(json_integer_value(json_object_iter_value(first)), 3);
}

static void strings_may_hold_nul(void **state)
{
	json_auto_t *value = parse("\"a\\u0000b\"");

	(void)state;
	assert_int_equal(json_string_length(value), 3);
	assert_memory_equal(json_string_value(value), "a\0b", 3);
}

static void malformed_texts_are_located(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{"", "doc.json: line 1, column 1: unexpected token near end of file"},
		{"[1,\n x]", "doc.json: line 2, column 2: invalid token near 'x'"},
		{"{\"a\" 1}", "doc.json: line 1, column 6: ':' expected near '1'"},
		{"1 2", "doc.json: line 1, column 3: end of file expected near '2'"},
		{"NaN", "doc.json: line 1, column 3: invalid token near 'NaN'"},
		{"1e400", "doc.json: line 1, column 5: real number overflow near '1e400'"},
		{"9223372036854775808",
			"doc.json: line 1, column 19: too big integer near '9223372036854775808'"},
		{"\"\xff\"", "doc.json: line 1, column 1: unable to decode byte 0xff near '\"'"},
		{"\"a\nb\"", "doc.json: line 1, column 2: unexpected newline near '\"a'"},
		{"{\"\\u0000\": 1}",
			"doc.json: line 1, column 9: NUL byte in object key not supported near "
			"'\"\\u0000\"'"},
		{"\xef\xbb\xbf{}",
			"doc.json: line 1, column 1: begins with a byte order mark; save it as "
			"UTF-8 without one"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;
		json_t *value = NULL;

		assert_int_equal(
			parse_bytes(rows[i].text, strlen(rows[i].text), &value, &err), PR_EINVAL);
		assert_string_equal(err.msg, rows[i].message);
		assert_null(value);
	}
}

static void integers_without_room_become_floats_where_that_is_asked_for(void **state)
{
	static const struct {
		const char *text;
		const char *value; /* NULL: refused, as by pr_json_parse */
	} rows[] = {
		{"18446744073709551615", "1.8446744073709552e19"},
		{"[9223372036854775807, 9223372036854775808, -9223372036854775809]",
			"[9223372036854775807, 9223372036854775808.0, -9223372036854775809.0]"},
		{"[1e2, 12345678901234567890.5, 12345678901234567890E1, 20000000000000000000]",
			"[1e2, 12345678901234567890.5, 12345678901234567890E1, 2e19]"},
		{"{\"20000000000000000000\": \"\\\"20000000000000000000\", \"b\": "
		 "20000000000000000000}",
			"{\"20000000000000000000\": \"\\\"20000000000000000000\", \"b\": 2e19}"},
		{"20000000000000000000 x", NULL},
		{"[1, ", NULL},
		{"\"\\", NULL},
		{"NaN", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		const char *text = rows[i].text;
		json_auto_t *want =
			rows[i].value ? json_loads(rows[i].value, JSON_DECODE_ANY, NULL) : NULL;
		json_auto_t *got = NULL;
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_json_parse_wide(text, strlen(text), "doc.json", &limits, &got, &err);

		if (rc != (want ? 0 : PR_EINVAL) || (want && !json_equal(got, want)))
			fail_msg("%s gives %d %s", text, rc, err.msg);
		assert_true((err.code == PR_OK) == (want != NULL));
	}
}

static void nesting_counts_brackets_outside_of_strings(void **state)
{
	const struct pr_limits two = {.document_bytes = 100, .depth = 2};
	struct pr_err err = PR_ERR_INIT;
	json_t *value = NULL;

	(void)state;
	assert_int_equal(
		pr_json_parse("[{\"\\\"[[[\": []}]", 15, "d", &two, &value, NULL), PR_ELIMIT);
	assert_int_equal(pr_json_parse("[[\"[[\\\"[[\"], {}, []]", 20, "d", &two, &value, NULL), 0);
	json_decref(value);
	value = NULL;
	assert_int_equal(pr_json_parse("[\n [1, [2]]]", 12, "d", &two, &value, &err), PR_ELIMIT);
	assert_string_equal(err.msg, "d: line 2, column 6: nested deeper than 2 levels");
	assert_null(value);
}

static void hostile_nesting_is_no_danger_with_any_limit(void **state)
{
	const struct pr_limits wide = {.document_bytes = SIZE_MAX, .depth = SIZE_MAX};
	const size_t n = 1000000;
	PR_AUTO(free) char *text = malloc(n);
	json_t *value = NULL;

	(void)state;
	assert_non_null(text);
	memset(text, '[', n);
	assert_int_equal(pr_json_parse(text, n, "d", &wide, &value, NULL), PR_ELIMIT);
	assert_null(value);
}

static void the_size_is_limited(void **state)
{
	const struct pr_limits small = {.document_bytes = 4, .depth = 9};
	struct pr_err err = PR_ERR_INIT;
	json_t *value = NULL;

	(void)state;
	assert_int_equal(pr_json_parse("1234", 4, "d", &small, &value, NULL), 0);
	json_decref(value);
	assert_int_equal(pr_json_parse("12345", 5, "d", &small, &value, &err), PR_ELIMIT);
	assert_string_equal(err.msg, "d: larger than 4 bytes");
}

static void members_are_given_when_they_are_of_the_kind_asked_for(void **state)
{
	json_auto_t *value = parse("{\"s\": \"x\", \"o\": {}, \"a\": [], \"n\": null}");

	(void)state;
	assert_string_equal(pr_json_str(value, "s"), "x");
	assert_null(pr_json_str(value, "n"));
	assert_null(pr_json_str(value, "o"));
	assert_null(pr_json_str(value, "missing"));
	assert_null(pr_json_str(NULL, "s"));
	assert_non_null(pr_json_object(value, "o"));
	assert_null(pr_json_object(value, "a"));
	assert_non_null(pr_json_array(value, "a"));
	assert_null(pr_json_array(value, "o"));
	assert_null(pr_json_array(json_object_get(value, "a"), "a"));
}

static void needed_members_are_found_by_their_path(void **state)
{
	json_auto_t *value = parse("{\"a\": {\"b\": {\"c\": \"x\", \"l\": [], \"\": \"e\"}}}");
	const char *text = NULL;
	json_t *found = NULL;

	(void)state;
	assert_int_equal(pr_json_need_str(value, "a.b.c", "the plan", &text, NULL), 0);
	assert_string_equal(text, "x");
	assert_int_equal(pr_json_need_str(value, "a.b.", "the plan", &text, NULL), 0);
	assert_string_equal(text, "e");
	assert_int_equal(pr_json_need_object(value, "a.b", "the plan", &found, NULL), 0);
	assert_int_equal(json_object_size(found), 3);
	assert_int_equal(pr_json_need_array(value, "a.b.l", "the plan", &found, NULL), 0);
	assert_true(json_is_array(found));
}

static void what_is_missing_on_a_path_is_named(void **state)
{
	static const struct {
		const char *path;
		const char *message;
	} rows[] = {
		{"x", "the plan has no 'x'"},
		{"a.x.c", "the plan has no 'a.x'"},
		{"a.b", "the plan: 'a.b' is of kind integer, not string"},
		{"a.b.c", "the plan: 'a.b' is of kind integer, not object"},
	};
	json_auto_t *value = parse("{\"a\": {\"b\": 1}}");
	json_auto_t *list = json_array();
	struct pr_err err = PR_ERR_INIT;
	const char *text = NULL;

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		pr_err_clear(&err);
		assert_int_equal(
			pr_json_need_str(value, rows[i].path, "the plan", &text, &err), PR_EPROTO);
		assert_string_equal(err.msg, rows[i].message);
	}
	pr_err_clear(&err);
	assert_int_equal(pr_json_need_str(list, "a", "the plan", &text, &err), PR_EPROTO);
	assert_string_equal(err.msg, "the plan is of kind array, not object");
	assert_null(text);
}

static void values_that_could_not_be_made_are_memory_errors(void **state)
{
	json_auto_t *object = json_object();
	json_auto_t *array = json_array();

	(void)state;
	assert_int_equal(pr_json_set(object, "a", json_true(), NULL), 0);
	assert_int_equal(pr_json_set(object, "b", NULL, NULL), PR_ENOMEM);
	assert_int_equal(json_object_size(object), 1);
	assert_int_equal(pr_json_append(array, json_true(), NULL), 0);
	assert_int_equal(pr_json_append(array, NULL, NULL), PR_ENOMEM);
	assert_int_equal(json_array_size(array), 1);
}

static void bytes_become_text_as_python_decodes_them(void **state)
{
#define BAD "\xef\xbf\xbd"
	static const struct {
		const char *bytes;
		const char *text;
	} rows[] = {
		{"", ""},
		{"plain \xc3\xa9", "plain \xc3\xa9"},
		{"a\xff"
		 "b",
			"a" BAD "b"},
		{"\xc3", BAD},
		{"\xe2\x82", BAD},
		{"\xe2\x82"
		 "a",
			BAD "a"},
		{"\xe2\x28\xa1", BAD "(" BAD},
		{"\xf0\x9f\x9a", BAD},
		{"\xf0\x80\x80\x80", BAD BAD BAD BAD},
		{"\xed\xa0\x80", BAD BAD BAD},
		{"\xc0\xaf", BAD BAD},
		{"\xf5\x80", BAD BAD},
		{"\xf4\x90\x80\x80", BAD BAD BAD BAD},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *value = pr_json_text(rows[i].bytes, strlen(rows[i].bytes));

		assert_string_equal(json_string_value(value), rows[i].text);
	}
#undef BAD
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_every_kind_are_read),
		cmocka_unit_test(a_repeated_member_keeps_its_place_and_takes_the_last_value),
		cmocka_unit_test(strings_may_hold_nul),
		cmocka_unit_test(malformed_texts_are_located),
		cmocka_unit_test(integers_without_room_become_floats_where_that_is_asked_for),
		cmocka_unit_test(nesting_counts_brackets_outside_of_strings),
		cmocka_unit_test(hostile_nesting_is_no_danger_with_any_limit),
		cmocka_unit_test(the_size_is_limited),
		cmocka_unit_test(members_are_given_when_they_are_of_the_kind_asked_for),
		cmocka_unit_test(needed_members_are_found_by_their_path),
		cmocka_unit_test(what_is_missing_on_a_path_is_named),
		cmocka_unit_test(values_that_could_not_be_made_are_memory_errors),
		cmocka_unit_test(bytes_become_text_as_python_decodes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
