#include "codec/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../table.h"

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

static int parse_with(
	const char *text, const struct pr_limits *with, json_t **ret_value, struct pr_err *err)
{
	return pr_yaml_parse(text, strlen(text), "doc.yaml", with, ret_value, err);
}

static json_t *parse(const char *text)
{
	struct pr_err err = PR_ERR_INIT;
	json_t *value = NULL;

	if (parse_with(text, &limits, &value, &err))
		fail_msg("%s\n%s", text, err.msg);
	return value;
}

/* The value as compact JSON. */
static void assert_value(const char *text, const char *expected)
{
	json_auto_t *value = parse(text);
	PR_AUTO(free) char *json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(json, expected);
}

static void assert_refused(const char *text, enum pr_code code, const char *message)
{
	struct pr_err err = PR_ERR_INIT;
	json_t *value = NULL;

	assert_int_equal(parse_with(text, &limits, &value, &err), code);
	assert_null(value);
	assert_int_equal(err.code, code);
	assert_string_equal(err.msg, message);
}

/* What stands for a value that JSON cannot hold. */
static bool is_unheld(const json_t *value)
{
	return json_object_get(value, "$float") || json_object_get(value, "$bytes");
}

static void documents_have_the_values_that_the_original_reads(void **state)
{
	json_auto_t *rows = table_read("yaml");
	size_t i;
	json_t *row;

	(void)state;
	assert_non_null(rows);
	json_array_foreach (rows, i, row) {
		const char *input = json_string_value(json_object_get(row, "input"));
		const json_t *expected = json_object_get(json_object_get(row, "expect"), "value");
		const char *id = json_string_value(json_object_get(row, "id"));
		json_t *value = NULL;
		int rc = parse_with(input, &limits, &value, NULL);

		if (!expected || is_unheld(expected))
			rc = rc == PR_EINVAL ? 0 : -100;
		else if (rc == 0 && !json_equal(value, expected))
			rc = -101;
		json_decref(value);
		if (rc)
			fail_msg("%s: '%s': %d", id, input, rc);
	}
}

static void a_plain_scalar_is_resolved_without_a_document(void **state)
{
	json_t *value = NULL;
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_yaml_scalar("0x_1F", 5, &value, NULL), 0);
	assert_int_equal(json_integer_value(value), 31);
	json_decref(value);
	assert_int_equal(pr_yaml_scalar("a: 1", 4, &value, NULL), 0);
	assert_string_equal(json_string_value(value), "a: 1");
	json_decref(value);
	value = NULL;
	assert_int_equal(pr_yaml_scalar("=", 1, &value, &err), PR_EINVAL);
	assert_null(value);
}

static void integers_end_at_64_bits(void **state)
{
	(void)state;
	assert_value("9223372036854775807", "9223372036854775807");
	assert_value("-9223372036854775808", "-9223372036854775808");
	assert_value("-0x8000000000000000", "-9223372036854775808");
	assert_refused("9223372036854775808", PR_EINVAL,
		"doc.yaml: line 1, column 1: '9223372036854775808' is not an integer of at most "
		"64 bits");
	assert_refused("- 999999999999999999:00", PR_EINVAL,
		"doc.yaml: line 1, column 3: '999999999999999999:00' is not an integer of at most "
		"64 bits");
}

static void tags_decide_before_the_text_does(void **state)
{
	(void)state;
	assert_value("[!!str 1, !!int \"0o17\", !!float \"1e3\", !!bool OfF, !!null x]",
		"[\"1\",15,1000.0,false,null]");
	assert_value("[!!timestamp 2001-2-3, !!seq [], !!map {}]", "[\"2001-02-03\",[],{}]");
	assert_value("[! yes, ! \"12\", ! [a]]", "[true,12,[\"a\"]]");
	assert_value("!!omap [a: 1, b: [x]]", "[[\"a\",1],[\"b\",[\"x\"]]]");
	assert_refused("!!omap [{a: 1, b: 2}]", PR_EINVAL,
		"doc.yaml: line 1, column 9: expected a mapping of length 1, but found another "
		"length");
	assert_refused(
		"x: !!int abc", PR_EINVAL, "doc.yaml: line 1, column 4: 'abc' is not an integer");
	assert_refused("!!int [1]", PR_EINVAL,
		"doc.yaml: line 1, column 1: expected a scalar for the tag '!!int', but found a "
		"sequence");
	assert_refused("a: !!set {b}", PR_EINVAL,
		"doc.yaml: line 1, column 4: JSON cannot hold a value with the tag '!!set'");
	assert_refused("a: !foo b", PR_EINVAL,
		"doc.yaml: line 1, column 4: could not determine a constructor for the tag '!foo'");
}

static void merged_members_come_first_and_give_way(void **state)
{
	(void)state;
	assert_value("{b: 1, <<: {a: 2, b: 3}}", "{\"a\":2,\"b\":1}");
	assert_value(
		"{<<: [{a: 1, c: 1}, {a: 2, b: 2}], d: 4}", "{\"a\":1,\"b\":2,\"c\":1,\"d\":4}");
	assert_value("x: &x {a: 1}\ny: {<<: *x, a: 2}", "{\"x\":{\"a\":1},\"y\":{\"a\":2}}");
	assert_value("{\"<<\": 1}", "{\"<<\":1}");
	assert_refused("<<: [a]", PR_EINVAL,
		"doc.yaml: line 1, column 5: expected a mapping or list of mappings for merging, "
		"but found string");
}

static void equal_numbers_are_one_key(void **state)
{
	(void)state;
	assert_value("{1: a, true: b, 1.0: c, '1': d, 1.5: e, ~: f, =: g}",
		"{\"1\":\"d\",\"1.5\":\"e\",\"null\":\"f\",\"=\":\"g\"}");
	assert_value("{false: a, 0: b}", "{\"false\":\"b\"}");
	assert_refused("? [a]\n: b", PR_EINVAL,
		"doc.yaml: line 1, column 3: found a key that is no scalar");
	assert_refused("\"a\\0\": b", PR_EINVAL,
		"doc.yaml: line 1, column 1: found a key with a NUL character");
}

static void aliases_share_the_value(void **state)
{
	json_auto_t *value = parse("a: &x [1]\nb: *x\nc: {<<: {d: *x}}");
	const json_t *shared = json_object_get(value, "a");

	(void)state;
	assert_ptr_equal(json_object_get(value, "b"), shared);
	assert_ptr_equal(json_object_get(json_object_get(value, "c"), "d"), shared);
}

static void aliases_that_cannot_be_are_refused(void **state)
{
	(void)state;
	assert_refused("a: &x {b: *x}", PR_EINVAL,
		"doc.yaml: line 1, column 11: the alias 'x' stands inside of what it refers to");
	assert_refused("- *x", PR_EINVAL, "doc.yaml: line 1, column 3: found undefined alias 'x'");
	assert_refused("- &x 1\n- &x 2", PR_EINVAL,
		"doc.yaml: line 2, column 3: found duplicate anchor 'x'");
}

static void one_document_is_read(void **state)
{
	(void)state;
	assert_value("", "null");
	assert_value("# nothing\n", "null");
	assert_value("%YAML 1.1\n---\na\n...\n", "\"a\"");
	assert_value("\xef\xbb\xbf", "null");
	assert_value("\xef\xbb\xbf"
		     "a: 1",
		"{\"a\":1}");
	assert_value("\xef\xbb\xbf"
		     "a: 1\nb:\n- 2\n",
		"{\"a\":1,\"b\":[2]}");
	assert_refused("a\n---\nb", PR_EINVAL,
		"doc.yaml: line 2, column 1: expected a single document in the stream, but found "
		"another");
}

static void problems_are_located(void **state)
{
	(void)state;
	assert_refused("\xef\xbb\xbf"
		       "a\x01",
		PR_EINVAL, "doc.yaml: line 1, column 2: control characters are not allowed");
	assert_refused("a: 1\nb: [\n", PR_EINVAL,
		"doc.yaml: line 3, column 1: while parsing a flow node: did not find expected "
		"node content");
	assert_refused("a: 1\nb: \x01", PR_EINVAL,
		"doc.yaml: line 2, column 4: control characters are not allowed");
	assert_refused("a: 1\nb: \xff", PR_EINVAL,
		"doc.yaml: line 2, column 4: invalid leading UTF-8 octet");
	assert_refused(
		"!!int \"a\nb\"", PR_EINVAL, "doc.yaml: line 1, column 1: 'a b' is not an integer");
	assert_refused("{a: 2021-02-29}", PR_EINVAL,
		"doc.yaml: line 1, column 5: '2021-02-29' is not a date that exists");
}

static void nesting_is_limited_also_through_aliases(void **state)
{
	const struct pr_limits small = {.document_bytes = 100, .depth = 3, .alias_nodes = 100};
	struct pr_err err = PR_ERR_INIT;
	json_t *value = NULL;

	(void)state;
	assert_int_equal(parse_with("[[[1]]]", &small, &value, &err), 0);
	json_decref(value);
	assert_int_equal(parse_with("[&x [[1]], *x]", &small, &value, &err), 0);
	json_decref(value);
	value = NULL;
	assert_int_equal(parse_with("[[[[1]]]]", &small, &value, &err), PR_ELIMIT);
	assert_string_equal(err.msg, "doc.yaml: line 1, column 4: nested deeper than 3 levels");
	assert_int_equal(parse_with("[&x [[1]], [*x]]", &small, &value, NULL), PR_ELIMIT);
	assert_null(value);
}

static void the_size_and_what_aliases_add_are_limited(void **state)
{
	const struct pr_limits small = {.document_bytes = 40, .depth = 9, .alias_nodes = 6};
	struct pr_err err = PR_ERR_INIT;
	json_t *value = NULL;

	(void)state;
	assert_int_equal(parse_with("[&x [1, 2], *x, *x]", &small, &value, &err), 0);
	json_decref(value);
	value = NULL;
	assert_int_equal(parse_with("[&x [1, 2], *x, *x, *x]", &small, &value, &err), PR_ELIMIT);
	assert_string_equal(err.msg, "doc.yaml: line 1, column 21: aliases add more than 6 values");
	assert_int_equal(parse_with("[&x [1, 2], &y [*x, *x]]", &small, &value, NULL), 0);
	json_decref(value);
	value = NULL;
	assert_int_equal(parse_with("[&x [1, 2], &y [*x], *y]", &small, &value, NULL), PR_ELIMIT);
	assert_int_equal(
		parse_with("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &small, &value, NULL),
		PR_ELIMIT);
	assert_null(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_have_the_values_that_the_original_reads),
		cmocka_unit_test(a_plain_scalar_is_resolved_without_a_document),
		cmocka_unit_test(integers_end_at_64_bits),
		cmocka_unit_test(tags_decide_before_the_text_does),
		cmocka_unit_test(merged_members_come_first_and_give_way),
		cmocka_unit_test(equal_numbers_are_one_key),
		cmocka_unit_test(aliases_share_the_value),
		cmocka_unit_test(aliases_that_cannot_be_are_refused),
		cmocka_unit_test(one_document_is_read),
		cmocka_unit_test(problems_are_located),
		cmocka_unit_test(nesting_is_limited_also_through_aliases),
		cmocka_unit_test(the_size_and_what_aliases_add_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
