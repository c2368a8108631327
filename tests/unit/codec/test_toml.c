#include "codec/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_table(const char *text, const char *expected)
{
	json_auto_t *wanted = json_loads(expected, 0, NULL);
	struct pr_err err = PR_ERR_INIT;
	json_t *table = NULL;

	assert_non_null(wanted);
	if (pr_toml_parse(text, strlen(text), "config.toml", &table, &err))
		fail_msg("%s\n%s", text, err.msg);
	if (!json_equal(table, wanted))
		fail_msg("%s", text);
	json_decref(table);
}

static void a_configuration_file_is_read(void **state)
{
	(void)state;
	assert_table("# written by hand\n"
		     "[service]\n"
		     "host = \"https://example.com\" # no slash\n"
		     "token = 'abc\\n'\n"
		     "\n"
		     "[organization]\n"
		     "id=\"8d5b\"\r\n"
		     "[plan.providers.github]\n"
		     "enabled = true\n"
		     "[log]\n"
		     "as_json = false",
		"{\"service\": {\"host\": \"https://example.com\", \"token\": \"abc\\\\n\"},"
		" \"organization\": {\"id\": \"8d5b\"},"
		" \"plan\": {\"providers\": {\"github\": {\"enabled\": true}}},"
		" \"log\": {\"as_json\": false}}");
	assert_table("", "{}");
	assert_table("\xef\xbb\xbf"
		     "a = 1",
		"{\"a\": 1}");
}

static void keys_are_bare_quoted_or_dotted(void **state)
{
	(void)state;
	assert_table("a-b_1 = 1\n\"c d\" = 2\n'e.f' = 3\ng . \"h.i\" . j = 4\ng.k = 5\n1.2 = 6",
		"{\"a-b_1\": 1, \"c d\": 2, \"e.f\": 3, \"g\": {\"h.i\": {\"j\": 4}, \"k\": 5},"
		" \"1\": {\"2\": 6}}");
	assert_table("[a.b]\nx = 1\n[ a ]\ny = 2\n[a.'c.d']\n",
		"{\"a\": {\"b\": {\"x\": 1}, \"y\": 2, \"c.d\": {}}}");
}

static void strings_know_their_escapes(void **state)
{
	(void)state;
	assert_table("a = \"\\b\\t\\n\\f\\r\\\"\\\\\\u00e9\\U0001F680\"\nb = ''\nc = \"'\t'\"",
		"{\"a\": \"\\b\\t\\n\\f\\r\\\"\\\\\xc3\xa9\xf0\x9f\x9a\x80\", \"b\": \"\","
		" \"c\": \"'\\t'\"}");
}

static void numbers_are_integers_or_floats(void **state)
{
	(void)state;
	assert_table("a = [0, -0, +17, 1_000, 0xDEAD_beef, 0o17, 0b101]",
		"{\"a\": [0, 0, 17, 1000, 3735928559, 15, 5]}");
	assert_table("a = [9223372036854775807, -9223372036854775808, 0x7fffffffffffffff]",
		"{\"a\": [9223372036854775807, -9223372036854775808, 9223372036854775807]}");
	assert_table("a = [1.5, -0.25, 1e3, 5E-2, 6.0e+1, 1_0.0_1]",
		"{\"a\": [1.5, -0.25, 1000.0, 0.05, 60.0, 10.01]}");
}

static void arrays_may_span_lines(void **state)
{
	(void)state;
	assert_table("a = [ # first\n  1,\n\n  [\"x\", true], # last\n]\nb = []\nc = [[],]",
		"{\"a\": [1, [\"x\", true]], \"b\": [], \"c\": [[]]}");
}

static void what_is_wrong_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{"a", "line 1: expected '=' after the key 'a'"},
		{"\n= 1", "line 2: expected a key"},
		{"a = ", "line 1: expected a value"},
		{"a = 1 2", "line 1: unexpected text at the end of the line"},
		{"a = 1\r", "line 1: unexpected text at the end of the line"},
		{"a = 1\na = 2", "line 2: the key 'a' was there before"},
		{"a.b = 1\na = 2", "line 2: the key 'a' was there before"},
		{"a = 1\na.b = 2", "line 2: 'a' is a value already, not a table"},
		{"a = 1\n[a]", "line 2: 'a' is a value already, not a table"},
		{"[a]\n[b]\n[a]", "line 3: this table was there before"},
		{"[a", "line 1: expected ']' after the name of the table"},
		{"[]", "line 1: expected a key"},
		{"a = \"x", "line 1: the string has no end"},
		{"a = \"x\ny\"", "line 1: control character or line end in a string"},
		{"a = \"\\x\"", "line 1: unknown escape in a string"},
		{"a = \"\\u12\"", "line 1: expected 4 hexadecimal digits"},
		{"a = \"\\ud800\"", "line 1: U+D800 is no character"},
		{"\"a\\u0000\" = 1", "line 1: NUL character in a key"},
		{"\"a\\nb\"", "line 1: expected '=' after the key 'a b'"},
		{"a = [1 2]", "line 1: expected ',' or ']'"},
		{"a = [1,", "line 1: expected a value"},
		{"# \x01", "line 1: control character in a comment"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;
		json_t *table = NULL;

		assert_int_equal(pr_toml_parse(rows[i].text, strlen(rows[i].text), "config.toml",
					 &table, &err),
			PR_EINVAL);
		assert_memory_equal(err.msg, "config.toml: ", 13);
		assert_string_equal(err.msg + 13, rows[i].message);
		assert_null(table);
	}
}

static void words_that_are_no_value_are_refused(void **state)
{
	static const char *const words[] = {"01", "1_", "_1", "1__0", "0x", "0xg", "0b2", "1.",
		".5", "1e", "1._5", "+0x1", "True", "inf", "nan", "1979-05-27", "07:32:00",
		"9223372036854775808", "0x8000000000000000", "1e400", "x"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(words); i++) {
		char text[64];
		struct pr_err err = PR_ERR_INIT;
		json_t *table = NULL;

		snprintf(text, sizeof(text), "a = %s", words[i]);
		assert_int_equal(
			pr_toml_parse(text, strlen(text), "config.toml", &table, &err), PR_EINVAL);
		assert_string_equal(err.msg,
			"config.toml: line 1: no value, or of a kind that is not supported: texts "
			"stand in quotation marks");
	}
}

static void other_parts_of_toml_are_named_when_refused(void **state)
{
	static const char *const texts[] = {
		"a = {b = 1}", "[[a]]", "a = \"\"\"x\"\"\"", "a = '''x'''"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		struct pr_err err = PR_ERR_INIT;
		json_t *table = NULL;

		assert_int_equal(
			pr_toml_parse(texts[i], strlen(texts[i]), "c", &table, &err), PR_EINVAL);
		assert_non_null(strstr(err.msg, "not supported"));
	}
}

static void nesting_is_bounded(void **state)
{
	char text[4096] = "a = ";
	json_t *table = NULL;

	(void)state;
	memset(text + 4, '[', 3000);
	assert_int_equal(pr_toml_parse(text, 3004, "c", &table, NULL), PR_EINVAL);
	for (size_t i = 0; i < 3000; i++)
		text[i] = i % 2 ? '.' : 'a';
	memcpy(text + 2999, " = 1", 5);
	assert_int_equal(pr_toml_parse(text, 3003, "c", &table, NULL), PR_EINVAL);
	assert_null(table);
}

static void only_utf8_is_text(void **state)
{
	struct pr_err err = PR_ERR_INIT;
	json_t *table = NULL;

	(void)state;
	assert_int_equal(pr_toml_parse("a = '\xff'", 7, "c", &table, &err), PR_EINVAL);
	assert_string_equal(err.msg, "c: is no UTF-8 text");
	assert_int_equal(pr_toml_parse("a = '\0'", 7, "c", &table, NULL), PR_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configuration_file_is_read),
		cmocka_unit_test(keys_are_bare_quoted_or_dotted),
		cmocka_unit_test(strings_know_their_escapes),
		cmocka_unit_test(numbers_are_integers_or_floats),
		cmocka_unit_test(arrays_may_span_lines),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_line),
		cmocka_unit_test(words_that_are_no_value_are_refused),
		cmocka_unit_test(other_parts_of_toml_are_named_when_refused),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(only_utf8_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
