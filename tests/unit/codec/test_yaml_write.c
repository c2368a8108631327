#include "codec/yaml_write.h"

#include "codec/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

static void assert_written(const char *json, const char *expected)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

	assert_non_null(value);
	assert_int_equal(pr_yaml_write(value, &out), 0);
	assert_string_equal(pr_buf_str(&out), expected);
}

static void collections_are_blocks(void **state)
{
	(void)state;
	assert_written(
		"{\"a\":{\"b\":1,\"c\":[\"x\",{\"d\":true,\"e\":null},[1,2],[],{}]},\"f\":{}}",
		"a:\n  b: 1\n  c:\n    - x\n    - d: true\n      e: null\n    - - 1\n      - 2\n"
		"    - []\n    - {}\nf: {}\n");
	assert_written("[]", "[]\n");
	assert_written("\"text\"", "text\n");
	assert_written("[{\"a\":[1]},2]", "- a:\n    - 1\n- 2\n");
}

static void numbers_stay_numbers(void **state)
{
	(void)state;
	assert_written("[1.5,1e-7,1e300,-0.0]", "- 1.5\n- 1.0e-07\n- 1.0e+300\n- -0.0\n");
}

/* Each is a text that at least one reader would take for something else. */
static void texts_that_are_no_texts_elsewhere_are_quoted(void **state)
{
	static const char *const texts[] = {"", " x", "x ", "x:", "a: b", "a #b", "#x", "~", "null",
		"Null", "true", "False", "yes", "NO", "on", "Off", "y", "N", "1", "-1", "+1", "1.5",
		".5", "1.", "1e3", "1E-3", "0x1F", "0o17", "0b1", "-0x1", "017", "1_000", "1_0.5e3",
		"12:30", "12:30:45", ".inf", "-.Inf", ".nan", "2001-01-01", "2001-1-1",
		"2001-01-01T00:00:00Z", "=", "<<", "- x", "-", "---", "...", "? x", ": x", "*x",
		"&x", "!x", "|", ">", "'x'", "\"x\"", "%x", "@x", "`x", "[x]", "{x}", ",x",
		"*/5 * * * *", "1e400"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		assert_int_equal(pr_yaml_write_text(texts[i], strlen(texts[i]), false, &out), 0);
		if (*pr_buf_str(&out) != '"')
			fail_msg("'%s' is written as %s", texts[i], pr_buf_str(&out));
	}
}

static void harmless_texts_are_plain(void **state)
{
	static const char *const texts[] = {"abc", "a b", "/home/svc", "--set-status", "-x", "200m",
		"https://example.com:8443/x", "5e123456-0000-4000-8000-000000000000",
		"app.kubernetes.io/name", "${{ secrets.TOKEN }}", "sha256:0abc", "v1", "0 3 1 1 1",
		"owner/repo@v1.2", "Etc/UTC"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		pr_yaml_write_text(texts[i], strlen(texts[i]), false, &out);
		assert_string_equal(pr_buf_str(&out), texts[i]);
		pr_buf_clear(&out);
		pr_yaml_write_text(texts[i], strlen(texts[i]), true, &out);
		assert_int_equal(*pr_buf_str(&out), '"');
	}
}

static void what_is_not_printable_is_escaped(void **state)
{
	(void)state;
	assert_written("\"a\\nb\\t\\\"c\\\\\\u0001\\u0085\\u2028\\ufeff\\u00e9\"",
		"\"a\\nb\\t\\\"c\\\\\\x01\\x85\\u2028\\uFEFF\xc3\xa9\"\n");
}

/* What is written is read as what it was, keys of any kind and length among it. */
static void documents_come_back(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	char key[1201];
	json_auto_t *back = NULL;
	json_auto_t *value =
		json_pack("{s:[s,i,f,b,n,{},[]], s:{s:s, s:s, s:s}, s:[[[s]]]}", "list", "1", 1,
			0.1, 1, "yes", "on", "a\n\nb ", "2001-01-01", "- x", "", " ", "deep", "#");

	(void)state;
	memset(key, 'k', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	assert_int_equal(json_object_set_new(value, key, json_pack("{s:[i]}", "x", 1)), 0);
	assert_int_equal(pr_yaml_write(value, &out), 0);
	assert_int_equal(
		pr_yaml_parse(pr_buf_str(&out), out.len, "written", &limits, &back, NULL), 0);
	assert_true(json_equal(value, back));
}

static void the_form_of_the_other_command_line(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *value = json_pack("{s:n, s:[s], s:[], s:[{s:s, s:s}, [i]], s:s, s:s}", "none",
		"one", "a", "empty", "many", "date", "2026-11-21T10:37:59.460018Z", "text",
		"it's: x", 2, "lines", "a\nb", "quote", "\"");

	(void)state;
	assert_int_equal(pr_yaml_write_python(value, &out), 0);
	assert_string_equal(pr_buf_str(&out),
		"none:\none:\n- a\nempty: []\nmany:\n- date: '2026-11-21T10:37:59.460018Z'\n"
		"  text: 'it''s: x'\n- - 2\nlines: \"a\\nb\"\nquote: \"\\\"\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collections_are_blocks),
		cmocka_unit_test(numbers_stay_numbers),
		cmocka_unit_test(texts_that_are_no_texts_elsewhere_are_quoted),
		cmocka_unit_test(harmless_texts_are_plain),
		cmocka_unit_test(what_is_not_printable_is_escaped),
		cmocka_unit_test(documents_come_back),
		cmocka_unit_test(the_form_of_the_other_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
