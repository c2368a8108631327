#include "codec/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* The code of compiling and searching; 1 when found, 0 when not. */
static int search(const char *pattern, const char *subject, size_t n, struct pr_err *err)
{
	struct pr_regex *regex = NULL;
	bool found = false;
	int status = pr_regex_new(pattern, strlen(pattern), &regex, err);

	if (!status)
		status = pr_regex_search(regex, subject, n, &found, err);
	pr_regex_free(regex);
	return status ? status : found;
}

/* What re.search of Python says. */
static const struct {
	const char *pattern;
	const char *subject;
	int found;
} searches[] = {
	{"b", "abc", 1},
	{"", "", 1},
	{"^a$", "a\n", 1},
	{"^a$", "a\n\n", 0},
	{"^a\\Z", "a\n", 0},
	{"^b$", "a\nb", 0},
	{"(?m)^b$", "a\nb\nc", 1},
	{"(?m)^$", "a\n", 1},
	{"(?m)^x", "a\n", 0},
	{"a.c", "a\nc", 0},
	{"(?s)a.c", "a\nc", 1},
	{"a.c", "a\rc", 1},
	{"(?i)\xc3\x89T\xc3\x89", "\xc3\xa9t\xc3\xa9", 1},
	{"^(?P<x>a)(?P=x)$", "aa", 1},
	{"(a)?(?(1)b|c)", "c", 1},
	{"(?P<long_name_of_more_than_thirty_two_characters>a)", "a", 1},
	{"^[^\\W\\d]+$", "_\xc3\xa9", 1},
	{"\\d", "\xd9\xa3", 1},
	{"(?a)\\d", "\xd9\xa3", 0},
	{"^\\s$", "\x1c", 1},
	{"^[\\s]$", "\x1f", 1},
	{"^\\S$", "\x1c", 0},
	{"^\\v$", "\x0b", 1},
	{"^\\v$", "\n", 0},
	{"\\u00e9", "\xc3\xa9", 1},
	{"\\U0001d11e", "\xf0\x9d\x84\x9e", 1},
	{"^\\x41\\101\\0$", "AA", 0},
	{"^[\\x41-\\103]+$", "ABC", 1},
	{"^(a)\\1$", "aa", 1},
	{"(a)?\\1b", "b", 0},
	{"^[[:alpha:]]$", "b", 0},
	{"^[[:alpha:]]+$", ":]", 1},
	{"^[]a-]+$", "]a-", 1},
	{"^a{,2}$", "aa", 1},
	{"^a{,2}$", "aaa", 0},
	{"^a{x}$", "a{x}", 1},
	{"^{a}$", "{a}", 1},
	{"^a{,}$", "aaa", 1},
	{"a++b", "aab", 1},
	{"(?>a+)b", "aab", 1},
	{"(?x) a b # comment )(\n c", "abc", 1},
	{"(?x)a\\ b[ ]c", "a b c", 1},
	{"(?x: a b )c", "abc", 1},
	{"(?x: a (?-x: b) c)", "a bc", 1},
	{"(?i:a)b", "Ab", 1},
	{"(?i:a)b", "AB", 0},
	{"(?i)(?-i:a)b", "AB", 0},
	{"a(?#comment)*b", "aab", 1},
	{"\\B", "", 0},
	{"\\B", "ab", 1},
	{"#\\-\\/\\}", "#-/}", 1},
	{"x|(?<=a)b", "ab", 1},
};

static void test_searches_as_python_does(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < PR_LEN(searches); i++) {
		struct pr_err err = PR_ERR_INIT;
		int found = search(searches[i].pattern, searches[i].subject,
			strlen(searches[i].subject), &err);

		if (found == searches[i].found)
			continue;
		print_error("%s in %s: %d %s\n", searches[i].pattern, searches[i].subject, found,
			err.msg);
		failed++;
	}
	assert_int_equal(failed, 0);
}

static const struct {
	const char *pattern;
	const char *reason;
} refusals[] = {
	{"(a", "missing ), unterminated subpattern"},
	{"a)", "unbalanced parenthesis"},
	{"[a", "unterminated character set"},
	{"[]", "unterminated character set"},
	{"[z-a]", "bad character range z-a"},
	{"[\\w-z]", "bad character range \\w-z"},
	{"*a", "nothing to repeat"},
	{"^*", "nothing to repeat"},
	{"(*F)", "nothing to repeat"},
	{"a**", "multiple repeat"},
	{"a{1}{2}", "multiple repeat"},
	{"a{3,2}", "min repeat greater than max repeat"},
	{"\\q", "bad escape \\q"},
	{"\\z", "bad escape \\z"},
	{"\\K", "bad escape \\K"},
	{"[\\Z]", "bad escape \\Z"},
	{"\\", "bad escape (end of pattern)"},
	{"\\x4", "incomplete escape \\x4"},
	{"\\u12g4", "incomplete escape \\u12"},
	{"\\400", "octal escape value \\400 outside of range 0-0o377"},
	{"\\1", "invalid group reference 1"},
	{"(a\\1)", "cannot refer to an open group"},
	{"(?P=x)", "unknown group name 'x'"},
	{"(?(x)a)", "unknown group name 'x'"},
	{"(?(0)a)", "bad group number"},
	{"(?(2)a)", "invalid group reference"},
	{"(a)?(?(1)a|b|c)", "conditional backref with more than two branches"},
	{"(?P<x>a)(?P<x>b)", "redefinition of group name 'x' as group 2; was group 1"},
	{"(?P<1>a)", "bad character in group name '1'"},
	{"(?P<>a)", "missing group name"},
	{"(?P<a", "missing >, unterminated name"},
	{"(?<n>a)", "unknown extension ?<n"},
	{"(?R)", "unknown extension ?R"},
	{"(?P>x)", "unknown extension ?P>"},
	{"(?", "unexpected end of pattern"},
	{"(?#", "missing ), unterminated comment"},
	{"a(?i)", "global flags not at the start of the expression"},
	{"(?L)a", "bad inline flags: cannot use 'L' flag with a str pattern"},
	{"(?-a:b)", "bad inline flags: cannot turn off flags 'a', 'u' and 'L'"},
	{"(?<=a*)b", "look-behind requires fixed-width pattern"},
};

static void test_refuses_in_pythons_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(refusals); i++) {
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(search(refusals[i].pattern, "", 0, &err), PR_EINVAL);
		assert_string_equal(err.msg, refusals[i].reason);
	}
}

static double cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void test_patterns_that_never_end_are_given_up(void **state)
{
	static const char *const patterns[] = {
		"(a+)+[bc]", "(a|aa)+[bc]", "(a*)*[bc]", ".*.*.*[bc]", "a*[bc]", "(?:a|\\w)*[bc]"};
	static char subject[200000];

	(void)state;
	memset(subject, 'a', sizeof(subject));
	for (size_t i = 0; i < PR_LEN(patterns); i++) {
		struct pr_err err = PR_ERR_INIT;
		double start = cpu_seconds();

		assert_int_equal(search(patterns[i], subject, sizeof(subject), &err), PR_ELIMIT);
		assert_true(cpu_seconds() - start < 20); /* hours without a limit */
	}
}

static void test_long_texts_are_searched(void **state)
{
	static char subject[4 << 20];

	(void)state;
	memset(subject, 'a', sizeof(subject));
	memcpy(subject + sizeof(subject) - 5, "error", 5);
	assert_int_equal(search("Traceback|error$", subject, sizeof(subject), NULL), 1);
	assert_int_equal(search("[xyz]", subject, sizeof(subject), NULL), 0);
	assert_int_equal(search("^.*$", subject, sizeof(subject), NULL), 1);
}

static void test_text_and_pattern_must_be_utf8(void **state)
{
	(void)state;
	assert_int_equal(search("a", "a\xff", 2, NULL), PR_EINVAL);
	assert_int_equal(search("\xff", "a", 1, NULL), PR_EINVAL);
	assert_int_equal(search("\\ud800", "a", 1, NULL), PR_EINVAL);
	assert_int_equal(search("[\\ud800]", "a", 1, NULL), PR_EINVAL);
}

static void test_nul_bytes_are_characters(void **state)
{
	struct pr_regex *regex = NULL;
	bool found = false;

	(void)state;
	assert_int_equal(pr_regex_new("a\0b", 3, &regex, NULL), 0);
	assert_int_equal(pr_regex_search(regex, "xa\0b", 4, &found, NULL), 0);
	assert_true(found);
	assert_int_equal(pr_regex_search(regex, "ab", 2, &found, NULL), 0);
	assert_false(found);
	pr_regex_free(regex);
}

static void test_nesting_is_bounded(void **state)
{
	static char pattern[20001];
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	memset(pattern, '(', 10000);
	memset(pattern + 10000, ')', 10000);
	assert_int_equal(search(pattern, "", 0, &err), PR_EINVAL);
	pattern[10000 + 200] = '\0';
	assert_int_equal(search(pattern + 10000 - 200, "", 0, &err), 1);
}

/* Pieces of patterns in random order: nothing may crash, and what is refused has a reason. */
static void test_random_patterns_are_compiled_or_refused(void **state)
{
	static const char *const parts[] = {"a", "b", ".", "*", "+", "?", "{", "}", "{2}", "{1,3}",
		"(", ")", "(?", "(?:", "(?P<n>", "(?P=n)", "(?i)", "(?x)", "(?<=", "(?!", "(?(1)",
		"|", "[", "]", "[^", "-", "\\", "\\d", "\\x4", "\\u00e9", "\\1", "\\0", "\\q", "^",
		"$", "#", " ", "\n", "\xc3\xa9", "\xff", "\x01", "(?#", "<", ">", ":", "="};
	uint32_t seed = 20261120;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[200] = "";
		struct pr_err err = PR_ERR_INIT;
		size_t at = 0;
		int result;

		for (uint32_t n = seed % 12; n > 0; n--) {
			seed = seed * 1664525 + 1013904223;
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s",
				parts[(seed >> 8) % PR_LEN(parts)]);
		}
		seed = seed * 1664525 + 1013904223;
		result = search(text, "aab\xc3\xa9 b", 7, &err);
		assert_true(result >= 0 ? err.code == PR_OK : err.msg[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_searches_as_python_does),
		cmocka_unit_test(test_refuses_in_pythons_words),
		cmocka_unit_test(test_patterns_that_never_end_are_given_up),
		cmocka_unit_test(test_long_texts_are_searched),
		cmocka_unit_test(test_text_and_pattern_must_be_utf8),
		cmocka_unit_test(test_nul_bytes_are_characters),
		cmocka_unit_test(test_nesting_is_bounded),
		cmocka_unit_test(test_random_patterns_are_compiled_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
