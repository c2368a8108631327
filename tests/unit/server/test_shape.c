#include "codec/json.h"
#include "server/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ID "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct pr_field part_fields[] = {
	{.name = "key", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "size", .kind = PR_FIELD_INT, .max = 10, .fallback = "3"},
};
static const struct pr_shape part = {.name = "Part", PR_FIELDS(part_fields)};

static const struct pr_field file_fields[] = {
	{.name = "path", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
};
static const struct pr_shape file = {.name = "File", PR_FIELDS(file_fields)};
static const struct pr_variant forms[] = {{"File", &file}, {"Part", &part}};
static const struct pr_shape form = {.name = "Form", PR_VARIANTS(forms)};
static const struct pr_variant kinds[] = {{"file", &file}, {"part", &part}};
static const struct pr_shape kind = {.name = "Kind", .tag = "type", PR_VARIANTS(kinds)};

static const struct pr_field fields[] = {
	{.name = "text", .kind = PR_FIELD_TEXT, .min = 1, .max = 4},
	{.name = "colour", .kind = PR_FIELD_TEXT, .choices = colours},
	{.name = "status", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_ENUM, .choices = colours},
	{.name = "flag", .kind = PR_FIELD_BOOL},
	{.name = "count", .kind = PR_FIELD_INT, .min = 1, .max = 3300},
	{.name = "number", .kind = PR_FIELD_NUMBER},
	{.name = "id", .kind = PR_FIELD_UUID},
	{.name = "maybe", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE | PR_FIELD_OMITTED},
	{.name = "date", .kind = PR_FIELD_DATE},
	{.name = "part", .kind = PR_FIELD_SHAPE, .shape = &part},
	{.name = "parts", .kind = PR_FIELD_LIST, .shape = &part},
	{.name = "ids", .kind = PR_FIELD_LIST},
	{.name = "form", .kind = PR_FIELD_SHAPE, .shape = &form},
	{.name = "kind", .kind = PR_FIELD_SHAPE, .shape = &kind},
	{.name = "document", .kind = PR_FIELD_DOCUMENT},
	{.name = "written", .kind = PR_FIELD_DOCUMENT_TEXT},
	{.name = "either", .kind = PR_FIELD_DOCUMENT_EITHER},
	{.name = "secret", .kind = PR_FIELD_SECRET},
	{.name = "map", .kind = PR_FIELD_MAP},
};
static const struct pr_shape shape = {.name = "All", PR_FIELDS(fields)};

static json_t *json(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	assert_non_null(value);
	return value;
}

static void assert_json(const json_t *value, const char *wanted)
{
	json_auto_t *expected = json(wanted);

	if (!json_equal(value, expected)) {
		char *got = json_dumps(value, JSON_ENCODE_ANY);

		fail_msg("%s is not %s", got ? got : "NULL", wanted);
	}
}

/* Reads `text`; *problems are as [[type, "loc/…"], …] would tell. */
static json_t *read_text(const struct pr_shape *of, const char *text, json_t **ret_problems)
{
	json_auto_t *value = json(text);
	json_t *clean = NULL;

	*ret_problems = json_array();
	assert_int_equal(pr_shape_read(of, value, *ret_problems, &clean, NULL), 0);
	assert_true((json_array_size(*ret_problems) == 0) == (clean != NULL));
	return clean;
}

static void good_values_are_read(void **state)
{
	static const struct {
		const char *given, *read;
	} cases[] = {
		{"{}", "{}"},
		{"{\"unknown\":1}", "{}"},
		{"{\"text\":\"\u00e4\u00e4\u00e4\u00e4\"}",
			"{\"text\":\"\u00e4\u00e4\u00e4\u00e4\"}"},
		{"{\"colour\":\"red\"}", "{\"colour\":\"red\"}"},
		{"{\"flag\":\"Yes\"}", "{\"flag\":true}"},
		{"{\"flag\":0}", "{\"flag\":false}"},
		{"{\"flag\":\"oFf\"}", "{\"flag\":false}"},
		{"{\"count\":3300,\"number\":5.5}", "{\"count\":3300,\"number\":5.5}"},
		{"{\"id\":\"0A1B2C3D4E5F40718293A4B5C6D7E8F9\"}", "{\"id\":\"" ID "\"}"},
		{"{\"maybe\":null}", "{\"maybe\":null}"},
		{"{\"date\":\"2026-11-20T17:04:29.5+01:00\"}",
			"{\"date\":\"2026-11-20T16:04:29.500000Z\"}"},
		{"{\"part\":{\"key\":\"a\",\"x\":1}}", "{\"part\":{\"key\":\"a\",\"size\":3}}"},
		{"{\"parts\":[{\"key\":\"a\",\"size\":0}]}",
			"{\"parts\":[{\"key\":\"a\",\"size\":0}]}"},
		{"{\"ids\":[\"urn:uuid:" ID "\"]}", "{\"ids\":[\"" ID "\"]}"},
		{"{\"form\":{\"key\":\"a\"}}", "{\"form\":{\"key\":\"a\",\"size\":3}}"},
		{"{\"form\":{\"key\":\"a\",\"path\":\"b\"}}", "{\"form\":{\"path\":\"b\"}}"},
		{"{\"kind\":{\"type\":\"file\",\"path\":\"b\",\"key\":\"a\"}}",
			"{\"kind\":{\"type\":\"file\",\"path\":\"b\"}}"},
		{"{\"document\":{\"a\":[1]}}", "{\"document\":{\"a\":[1]}}"},
		{"{\"written\":\"{\\\"a\\\":1}\"}", "{\"written\":{\"a\":1}}"},
		{"{\"either\":\"{}\",\"map\":{\"k\":null}}",
			"{\"either\":{},\"map\":{\"k\":null}}"},
		{"{\"either\":{\"a\":1},\"secret\":\"s\"}",
			"{\"either\":{\"a\":1},\"secret\":\"s\"}"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *problems = NULL;
		json_auto_t *clean = read_text(&shape, cases[i].given, &problems);

		assert_json(clean, cases[i].read);
	}
}

static const struct {
	const char *given, *type, *loc, *message;
} bad_values[] = {
	{"[]", "model_attributes_type", "[\"body\"]",
		"Input should be a valid dictionary or object to extract fields from"},
	{"{\"text\":5}", "string_type", "[\"body\",\"text\"]", "Input should be a valid string"},
	{"{\"text\":null}", "string_type", "[\"body\",\"text\"]", "Input should be a valid string"},
	{"{\"text\":\"\"}", "string_too_short", "[\"body\",\"text\"]",
		"String should have at least 1 character"},
	{"{\"text\":\"abcde\"}", "string_too_long", "[\"body\",\"text\"]",
		"String should have at most 4 characters"},
	{"{\"text\":\"a\\u0000b\"}", "value_error", "[\"body\",\"text\"]",
		"Value error, a text must not have a NUL in it"},
	{"{\"colour\":\"pink\"}", "literal_error", "[\"body\",\"colour\"]",
		"Input should be 'red', 'green' or 'blue'"},
	{"{\"colour\":1}", "literal_error", "[\"body\",\"colour\"]",
		"Input should be 'red', 'green' or 'blue'"},
	{"{\"status\":\"pink\"}", "enum", "[\"body\",\"status\"]",
		"Input should be 'red', 'green' or 'blue'"},
	{"{\"flag\":2}", "bool_parsing", "[\"body\",\"flag\"]",
		"Input should be a valid boolean, unable to interpret input"},
	{"{\"flag\":[]}", "bool_type", "[\"body\",\"flag\"]", "Input should be a valid boolean"},
	{"{\"count\":5.0}", "int_type", "[\"body\",\"count\"]", "Input should be a valid integer"},
	{"{\"count\":true}", "int_type", "[\"body\",\"count\"]", "Input should be a valid integer"},
	{"{\"count\":0}", "greater_than_equal", "[\"body\",\"count\"]",
		"Input should be greater than or equal to 1"},
	{"{\"count\":3301}", "less_than_equal", "[\"body\",\"count\"]",
		"Input should be less than or equal to 3300"},
	{"{\"number\":\"1\"}", "float_type", "[\"body\",\"number\"]",
		"Input should be a valid number"},
	{"{\"id\":5}", "uuid_type", "[\"body\",\"id\"]", NULL},
	{"{\"id\":\"x\"}", "uuid_parsing", "[\"body\",\"id\"]", NULL},
	{"{\"id\":\"" ID "\\u0000\"}", "uuid_parsing", "[\"body\",\"id\"]", NULL},
	{"{\"ids\":[\"0a1b2c3d-4e5f-1071-8293-a4b5c6d7e8f9\"]}", "uuid_version",
		"[\"body\",\"ids\",0]", "UUID version 4 expected"},
	{"{\"ids\":{}}", "list_type", "[\"body\",\"ids\"]", "Input should be a valid list"},
	{"{\"date\":5}", "datetime_type", "[\"body\",\"date\"]", NULL},
	{"{\"date\":\"2026-02-30T00:00:00Z\"}", "datetime_from_date_parsing", "[\"body\",\"date\"]",
		NULL},
	{"{\"parts\":[{\"key\":\"a\"},{}]}", "missing", "[\"body\",\"parts\",1,\"key\"]",
		"Field required"},
	{"{\"kind\":{\"path\":\"a\"}}", "union_tag_not_found", "[\"body\",\"kind\"]",
		"Unable to extract tag using discriminator 'type'"},
	{"{\"kind\":{\"type\":\"x\"}}", "union_tag_invalid", "[\"body\",\"kind\"]",
		"Input tag 'x' found using 'type' does not match any of the expected tags: "
		"'file', 'part'"},
	{"{\"kind\":{\"type\":\"file\"}}", "missing", "[\"body\",\"kind\",\"file\",\"path\"]",
		"Field required"},
	{"{\"document\":\"{}\"}", "dict_type", "[\"body\",\"document\"]",
		"Input should be a valid dictionary"},
	{"{\"written\":{}}", "json_type", "[\"body\",\"written\"]",
		"JSON input should be string, bytes or bytearray"},
	{"{\"written\":\"[1]\"}", "dict_type", "[\"body\",\"written\"]",
		"Input should be a valid dictionary"},
	{"{\"written\":\"{\"}", "json_invalid", "[\"body\",\"written\"]", NULL},
	{"{\"either\":4}", "json_type", "[\"body\",\"either\"]", NULL},
	{"{\"secret\":4}", "string_type", "[\"body\",\"secret\"]", NULL},
	{"{\"map\":[]}", "dict_type", "[\"body\",\"map\"]", NULL},
};

static void bad_values_are_told_as_upstream_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(bad_values); i++) {
		json_auto_t *problems = NULL;
		json_t *problem;

		assert_null(read_text(&shape, bad_values[i].given, &problems));
		assert_int_equal(json_array_size(problems), 1);
		problem = json_array_get(problems, 0);
		assert_string_equal(pr_json_str(problem, "type"), bad_values[i].type);
		assert_json(json_object_get(problem, "loc"), bad_values[i].loc);
		if (bad_values[i].message)
			assert_string_equal(pr_json_str(problem, "msg"), bad_values[i].message);
		assert_non_null(json_object_get(problem, "input"));
	}
}

static void a_union_tells_the_problems_of_all_its_forms(void **state)
{
	json_auto_t *problems = NULL;

	(void)state;
	assert_null(read_text(&shape, "{\"form\":{}}", &problems));
	assert_json(problems,
		"[{\"type\":\"missing\",\"loc\":[\"body\",\"form\",\"File\",\"path\"],"
		"\"msg\":\"Field required\",\"input\":{}},"
		"{\"type\":\"missing\",\"loc\":[\"body\",\"form\",\"Part\",\"key\"],"
		"\"msg\":\"Field required\",\"input\":{}}]");
}

/* Wherever in a form with a secret something is wrong, no problem has it; what has none is shown.
 */
static void problems_do_not_show_secrets(void **state)
{
	static const struct pr_field vault_fields[] = {
		{.name = "key", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
		{.name = "value", .kind = PR_FIELD_SECRET, .flags = PR_FIELD_REQUIRED, .max = 20},
	};
	static const struct pr_shape vault = {.name = "Vault", PR_FIELDS(vault_fields)};
	static const struct pr_variant any[] = {{"Vault", &vault}, {"Part", &part}};
	static const struct pr_shape either = {.name = "Either", PR_VARIANTS(any)};
	static const struct pr_field holder_fields[] = {
		{.name = "name", .kind = PR_FIELD_TEXT},
		{.name = "list", .kind = PR_FIELD_LIST, .shape = &vault},
		{.name = "either", .kind = PR_FIELD_SHAPE, .shape = &either},
	};
	static const struct pr_shape holder = {.name = "Holder", PR_FIELDS(holder_fields)};
	static const char *const bodies[] = {
		"{\"list\":\"4711hidden\"}",
		"{\"list\":[\"4711hidden\"]}",
		"{\"list\":[{\"value\":\"4711hidden\"}]}",
		"{\"list\":[{\"key\":\"k\",\"valeu\":[{\"deep\":\"4711hidden\"}]}]}",
		"{\"list\":[{\"key\":\"k\",\"value\":4711}]}",
		"{\"list\":[{\"key\":\"k\",\"value\":\"4711hidden that is too long\"}]}",
		"{\"list\":[{\"key\":\"k\",\"value\":[\"4711hidden\"]}]}",
		"{\"either\":{\"key\":4711,\"value\":\"v\"}}",
		"{\"either\":{\"value\":\"4711hidden\"}}",
		"[\"4711hidden\"]",
	};
	json_auto_t *named = json_array();
	json_auto_t *misnamed = json("{\"name\":4711}");
	json_t *clean = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		json_auto_t *problems = json_array();
		json_auto_t *value = json(bodies[i]);
		char *text;

		assert_int_equal(pr_shape_read(&holder, value, problems, &clean, NULL), 0);
		assert_null(clean);
		text = json_dumps(problems, 0);
		assert_non_null(strstr(text, "input"));
		assert_null(strstr(text, "4711"));
		free(text);
	}
	assert_int_equal(pr_shape_read(&holder, misnamed, named, &clean, NULL), 0);
	assert_int_equal(
		json_integer_value(json_object_get(json_array_get(named, 0), "input")), 4711);
}

static void many_problems_are_told_up_to_a_bound(void **state)
{
	json_auto_t *value = json_pack("{s:[]}", "ids");
	json_auto_t *problems = json_array();
	json_t *clean = NULL;

	(void)state;
	for (int i = 0; i < 3 * PR_PROBLEMS_MAX; i++)
		json_array_append_new(json_object_get(value, "ids"), json_integer(i));
	assert_int_equal(pr_shape_read(&shape, value, problems, &clean, NULL), 0);
	assert_null(clean);
	assert_int_equal(json_array_size(problems), PR_PROBLEMS_MAX);
}

static void shapes_are_described(void **state)
{
	json_auto_t *request = pr_shape_schema(&part, false);
	json_auto_t *answer = pr_shape_schema(&part, true);
	json_auto_t *tagged = pr_shape_schema(&kind, true);
	json_auto_t *all = pr_shape_schema(&shape, true);

	(void)state;
	assert_json(request,
		"{\"type\":\"object\",\"properties\":{\"key\":{\"type\":\"string\"},"
		"\"size\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":10,\"default\":3}},"
		"\"required\":[\"key\"]}");
	assert_json(answer, "{\"type\":\"object\",\"properties\":{\"key\":{\"type\":\"string\"},"
			    "\"size\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":10}},"
			    "\"required\":[\"key\",\"size\"],\"additionalProperties\":false}");
	assert_json(json_array_get(json_object_get(tagged, "anyOf"), 0),
		"{\"type\":\"object\",\"properties\":{\"type\":{\"const\":\"file\"},"
		"\"path\":{\"type\":\"string\"}},\"required\":[\"type\",\"path\"],"
		"\"additionalProperties\":false}");
	assert_json(json_object_get(json_object_get(all, "properties"), "parts"),
		"{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/PartAnswer\"}}");
	assert_json(json_object_get(json_object_get(all, "properties"), "maybe"),
		"{\"anyOf\":[{\"type\":\"string\",\"format\":\"uuid\"},{\"type\":\"null\"}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_values_are_read),
		cmocka_unit_test(bad_values_are_told_as_upstream_does),
		cmocka_unit_test(a_union_tells_the_problems_of_all_its_forms),
		cmocka_unit_test(problems_do_not_show_secrets),
		cmocka_unit_test(many_problems_are_told_up_to_a_bound),
		cmocka_unit_test(shapes_are_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
