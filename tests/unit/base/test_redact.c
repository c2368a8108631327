#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define R PR_REDACTED

static int forget(void **state)
{
	(void)state;
	pr_redact_forget();
	return 0;
}

static void add(const char *value)
{
	assert_int_equal(pr_redact_add(value, NULL), 0);
}

static void assert_becomes(const char *text, const char *expected)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	assert_int_equal(pr_redact_copy(text, strlen(text), &out), 0);
	assert_string_equal(pr_buf_str(&out), expected);
	assert_int_equal(pr_redact_found(text, strlen(text)), strcmp(text, expected) != 0);
}

static void without_secrets_a_text_stays_as_it_is(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

	(void)state;
	assert_false(pr_redact_active());
	assert_int_equal(pr_redact_longest(), 0);
	assert_becomes("nothing to hide", "nothing to hide");
	assert_int_equal(pr_redact_copy(NULL, 0, &out), 0);
	assert_int_equal(pr_redact_settled("abc", 3), 3);
}

static void short_and_blank_values_are_not_taken(void **state)
{
	static const char *const values[] = {NULL, "", "12345", "       ", "\n\n\n\n\n\n\n"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(values); i++)
		add(values[i]);
	assert_false(pr_redact_active());
	add("123456");
	assert_true(pr_redact_active());
	assert_becomes("1234561234", R "1234");
}

/* What Python's json.dumps, urllib.parse.quote and base64 make of the value below. */
static void each_escaped_form_is_replaced(void **state)
{
	static const char value[] = "p\xc3\xa4\"ss/w\\ord+1 x";
	static const struct {
		const char *name, *text, *expected;
	} cases[] = {
		{"raw", "a p\xc3\xa4\"ss/w\\ord+1 x z", "a " R " z"},
		{"json", "\"p\\u00e4\\\"ss/w\\\\ord+1 x\"", "\"" R "\""},
		{"json in UTF-8", "\"p\xc3\xa4\\\"ss/w\\\\ord+1 x\"", "\"" R "\""},
		{"json in json", "\\\"p\\\\u00e4\\\\\\\"ss/w\\\\\\\\ord+1 x\\\"", "\\\"" R "\\\""},
		{"url path", "/p%C3%A4%22ss/w%5Cord%2B1%20x?", "/" R "?"},
		{"url part", "/p%C3%A4%22ss%2Fw%5Cord%2B1%20x?", "/" R "?"},
		{"form", "k=p%C3%A4%22ss%2Fw%5Cord%2B1+x&", "k=" R "&"},
		{"url in lower case", "p%c3%a4%22ss%2fw%5cord%2b1%20x", R},
		{"form in lower case", "p%c3%a4%22ss/w%5cord%2b1+x", R},
		{"address", "http://h/p%C3%A4%22ss/w%5Cord+1%20x?", "http://h/" R "?"},
		{"python", "{'a': 'p\xc3\xa4\"ss/w\\\\ord+1 x'}", "{'a': '" R "'}"},
		{"json in python", "'p\\\\u00e4\\\\\"ss/w\\\\\\\\ord+1 x'", "'" R "'"},
		{"base64", "cMOkInNzL3dcb3JkKzEgeA==", R},
		{"base64 without padding", "<cMOkInNzL3dcb3JkKzEgeA>", "<" R ">"},
		{"base64 of us:VALUE?", "dXM6cMOkInNzL3dcb3JkKzEgeD8=", "dXM6" R "D8="},
		{"base64 of u:VALUE", "dTpww6Qic3Mvd1xvcmQrMSB4", "dTp" R},
		{"base64 of u:VALUE?", "dTpww6Qic3Mvd1xvcmQrMSB4Pw==", "dTp" R "Pw=="},
		{"base64 of x:yVALUE", "eDp5cMOkInNzL3dcb3JkKzEgeA==", "eDp5" R},
		{"base64 of xVALUE", "eHDDpCJzcy93XG9yZCsxIHg=", "eH" R},
		{"half of it", "p\xc3\xa4\"ss/w", "p\xc3\xa4\"ss/w"},
	};

	(void)state;
	add(value);
	for (size_t i = 0; i < PR_LEN(cases); i++)
		assert_becomes(cases[i].text, cases[i].expected);
}

static void both_alphabets_of_base64_are_known(void **state)
{
	(void)state;
	add("\xff\xfe\xfd\xfc\xfb\xfa\xff");
	assert_becomes("//79/Pv6/w==", R);
	assert_becomes("__79_Pv6_w==", R);
	assert_becomes("__79_Pv6_w", R);
}

static void each_long_line_of_a_value_is_replaced(void **state)
{
	(void)state;
	add("-----BEGIN KEY-----\r\n  line two of the key\nshort line\nthe last \"line\" of it\n");
	assert_becomes("> -----BEGIN KEY----- <", "> " R " <");
	assert_becomes("line two of the key", R);
	assert_becomes("short line", "short line");
	assert_becomes("{\"a\": \"the last \\\"line\\\" of it\"}", "{\"a\": \"" R "\"}");
	assert_becomes("-----BEGIN KEY-----\\r\\n  line two of the key\\nshort line\\n"
		       "the last \\\"line\\\" of it\\n.",
		R ".");
}

static void white_space_around_a_value_does_not_hide_it(void **state)
{
	(void)state;
	add(" s3cr3t-token\n");
	assert_becomes("Bearer s3cr3t-token.", "Bearer " R ".");
}

static void the_longest_match_wins(void **state)
{
	(void)state;
	add("secret");
	add("secret-longer");
	assert_becomes("secret-longer secret-long", R " " R "-long");
}

static void matches_that_overlap_are_one(void **state)
{
	(void)state;
	add("abcdef123");
	add("def123xyz");
	add("23xyz456");
	assert_becomes("-abcdef123xyz456-abcdef123def123xyz-", "-" R "-" R R "-");
}

static void replacing_twice_changes_nothing(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

	(void)state;
	add("********");
	assert_int_equal(pr_redact_copy("a " R " b", 4 + strlen(R), &out), 0);
	assert_string_equal(pr_buf_str(&out), "a " R " b");
}

static void known_values_are_taken_once(void **state)
{
	size_t longest;

	(void)state;
	add("same-value");
	longest = pr_redact_longest();
	add("same-value");
	assert_int_equal(pr_redact_longest(), longest);
	assert_becomes("same-value", R);
}

static void bytes_behind_a_nul_are_looked_at(void **state)
{
	static const char text[] = "a\0secret\0b";
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

	(void)state;
	add("secret");
	assert_int_equal(pr_redact_copy(text, sizeof text - 1, &out), 0);
	assert_int_equal(out.len, 4 + strlen(R));
	assert_memory_equal(out.ptr, "a\0" R "\0b", out.len);
}

static void a_full_buffer_is_reported(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(5);

	(void)state;
	add("secret");
	assert_int_equal(pr_redact_copy("secret", 6, &out), PR_ELIMIT);
}

/* Sends a text in pieces of `step` bytes through the rule that the header gives to streams. */
static void stream(const char *text, size_t step, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf unsent = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i += step) {
		size_t settled;

		pr_buf_add(&unsent, text + i, len - i < step ? len - i : step);
		settled = pr_redact_settled(pr_buf_str(&unsent), unsent.len);
		assert_true(unsent.len - settled < 3 * pr_redact_longest());
		pr_redact_copy(pr_buf_str(&unsent), settled, out);
		pr_buf_consume(&unsent, settled);
	}
	pr_redact_copy(pr_buf_str(&unsent), unsent.len, out);
}

static void a_stream_in_pieces_is_replaced_as_the_whole_text(void **state)
{
	static const char text[] =
		"x secret secret-longer longer-tail secret-longer-tail "
		"Zm9vOnNlY3JldC1sb25nZXI= secretsecret se cret \n a secret-longe";

	(void)state;
	add("secret");
	add("secret-longer");
	add("longer-tail");
	for (size_t step = 1; step < sizeof text; step++) {
		PR_AUTO(buf) struct pr_buf whole = PR_BUF_INIT(10000);
		PR_AUTO(buf) struct pr_buf pieces = PR_BUF_INIT(10000);

		pr_redact_copy(text, strlen(text), &whole);
		stream(text, step, &pieces);
		assert_string_equal(pr_buf_str(&pieces), pr_buf_str(&whole));
	}
}

static void what_was_forgotten_is_not_replaced(void **state)
{
	(void)state;
	add("secret");
	pr_redact_forget();
	assert_false(pr_redact_active());
	assert_becomes("secret", "secret");
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

static void hear(void *arg, const char *value)
{
	pr_buf_adds(arg, value);
	pr_buf_addc(arg, '\n');
}

static void new_values_are_told_once(void **state)
{
	PR_AUTO(buf) struct pr_buf heard = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	add("before");
	pr_redact_listen(hear, &heard);
	add("before");
	add("first-value");
	add("short");
	add("first-value");
	add("second-value");
	pr_redact_listen(NULL, NULL);
	add("third-value");
	assert_string_equal(pr_buf_str(&heard), "first-value\nsecond-value\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_secrets_a_text_stays_as_it_is),
		TEST(short_and_blank_values_are_not_taken),
		TEST(each_escaped_form_is_replaced),
		TEST(both_alphabets_of_base64_are_known),
		TEST(each_long_line_of_a_value_is_replaced),
		TEST(white_space_around_a_value_does_not_hide_it),
		TEST(the_longest_match_wins),
		TEST(matches_that_overlap_are_one),
		TEST(new_values_are_told_once),
		TEST(replacing_twice_changes_nothing),
		TEST(known_values_are_taken_once),
		TEST(bytes_behind_a_nul_are_looked_at),
		TEST(a_full_buffer_is_reported),
		TEST(a_stream_in_pieces_is_replaced_as_the_whole_text),
		TEST(what_was_forgotten_is_not_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
