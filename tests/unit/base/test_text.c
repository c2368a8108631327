#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void copies_belong_to_the_caller(void **state)
{
	char *copy = pr_text_dup("abc");

	(void)state;
	assert_string_equal(copy, "abc");
	free(copy);
	assert_null(pr_text_dup(NULL));
	copy = pr_text_format("%s-%d", "a", 5);
	assert_string_equal(copy, "a-5");
	free(copy);
}

static void what_does_not_fit_is_cut_between_characters(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *cut;
	} rows[] = {
		{"abc", 4, "abc"},
		{"abc", 3, "ab"},
		{"abc", 1, ""},
		{"", 1, ""},
		{"a\xe2\x82\xac", 5, "a\xe2\x82\xac"},
		{"a\xe2\x82\xac", 4, "a"},
		{"a\xe2\x82\xac", 3, "a"},
		{"a\xe2\x82\xac"
		 "b",
			5, "a\xe2\x82\xac"},
		{"\xc3\xa9\xc3\xa9", 4, "\xc3\xa9"},
		{"\xf0\x9f\x9a\x80", 4, ""},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		char *to = malloc(rows[i].size);

		assert_non_null(to);
		pr_text_copy(to, rows[i].size, rows[i].text);
		assert_string_equal(to, rows[i].cut);
		pr_text_print(to, rows[i].size, "%s", rows[i].text);
		assert_string_equal(to, rows[i].cut);
		free(to);
	}
}

static void texts_are_compared(void **state)
{
	(void)state;
	assert_true(pr_text_eq("a", "a"));
	assert_false(pr_text_eq("a", "A"));
	assert_false(pr_text_eq("a", "ab"));
	assert_true(pr_text_eq(NULL, NULL));
	assert_false(pr_text_eq("", NULL));
	assert_false(pr_text_eq(NULL, ""));
	assert_true(pr_text_eq_nocase("aZ[1", "Az[1"));
	assert_false(pr_text_eq_nocase("[", "{")); /* 0x20 apart, but no letters */
	assert_false(pr_text_eq_nocase("abc", "ab"));
	assert_false(pr_text_eq_nocase("ab", "abc"));
	assert_true(pr_text_eq_nocase(NULL, NULL));
	assert_false(pr_text_eq_nocase("", NULL));
	assert_false(pr_text_eq_nocase(NULL, ""));
}

static void beginnings_and_ends_are_found(void **state)
{
	(void)state;
	assert_true(pr_text_starts("abc", "ab"));
	assert_true(pr_text_starts("abc", ""));
	assert_true(pr_text_starts("abc", "abc"));
	assert_false(pr_text_starts("abc", "abcd"));
	assert_false(pr_text_starts("abc", "b"));
	assert_true(pr_text_ends("abc", "bc"));
	assert_true(pr_text_ends("abc", ""));
	assert_true(pr_text_ends("abc", "abc"));
	assert_false(pr_text_ends("abc", "xabc"));
	assert_false(pr_text_ends("abc", "b"));
}

static void a_name_is_found_in_a_list(void **state)
{
	static const char *const names[] = {"zero", "one", "two"};

	(void)state;
	assert_int_equal(pr_text_index("zero", names, 3), 0);
	assert_int_equal(pr_text_index("two", names, 3), 2);
	assert_int_equal(pr_text_index("two", names, 2), -1);
	assert_int_equal(pr_text_index("On", names, 3), -1);
	assert_int_equal(pr_text_index(NULL, names, 3), -1);
}

static void whole_numbers_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {
		{"0", 0},
		{"-0", 0},
		{"+7", 7},
		{"007", 7},
		{"-12", -12},
		{"9223372036854775807", INT64_MAX},
		{"-9223372036854775808", INT64_MIN},
		{"00000000000000000000000000001", 1},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		int64_t value = 99;

		assert_int_equal(pr_text_int64(rows[i].text, &value, NULL), 0);
		assert_true(value == rows[i].value);
	}
}

static void what_is_no_whole_number_is_refused(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *msg;
	} rows[] = {
		{"", PR_EINVAL, "'' is not a whole number"},
		{NULL, PR_EINVAL, "'' is not a whole number"},
		{"-", PR_EINVAL, "'-' is not a whole number"},
		{"+", PR_EINVAL, "'+' is not a whole number"},
		{"+-1", PR_EINVAL, "'+-1' is not a whole number"},
		{" 1", PR_EINVAL, "' 1' is not a whole number"},
		{"1 ", PR_EINVAL, "'1 ' is not a whole number"},
		{"0x10", PR_EINVAL, "'0x10' is not a whole number"},
		{"1.0", PR_EINVAL, "'1.0' is not a whole number"},
		{"1_0", PR_EINVAL, "'1_0' is not a whole number"},
		{"99999999999999999999x", PR_EINVAL,
			"'99999999999999999999x' is not a whole number"},
		{"9223372036854775808", PR_ELIMIT, "'9223372036854775808' is too large a number"},
		{"-9223372036854775809", PR_ELIMIT, "'-9223372036854775809' is too large a number"},
		{"99999999999999999999", PR_ELIMIT, "'99999999999999999999' is too large a number"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;
		int64_t value = 99;

		assert_int_equal(pr_text_int64(rows[i].text, &value, &err), rows[i].code);
		assert_string_equal(err.msg, rows[i].msg);
		assert_true(value == 99);
	}
}

static void decimal_numbers_are_read(void **state)
{
	static const struct {
		const char *text;
		double value;
	} rows[] = {
		{"0", 0},
		{"1", 1},
		{"1.5", 1.5},
		{"-.5", -.5},
		{"+5.", 5},
		{"1e3", 1000},
		{"1E+3", 1000},
		{"25e-2", .25},
		{"0.1", 0.1},
		{"1e-400", 0},
		{"1e400", (double)INFINITY},
		{"-1e400", -(double)INFINITY},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		double value = 99;

		assert_int_equal(pr_text_double(rows[i].text, &value, NULL), 0);
		assert_true(value == rows[i].value);
	}
}

static void what_is_no_decimal_number_is_refused(void **state)
{
	static const char *const texts[] = {"", NULL, "-", ".", "+.", "e5", "1e", "1e+", "1e5x",
		"1.2.3", " 1", "1 ", "0x1p3", "inf", "-inf", "nan", "NaN", "infinity", "1,5", "1f",
		"--1"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		struct pr_err err = PR_ERR_INIT;
		double value = 99;

		assert_int_equal(pr_text_double(texts[i], &value, &err), PR_EINVAL);
		assert_non_null(strstr(err.msg, "is not a number"));
		assert_true(value == 99);
	}
}

static void durations_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"0", 0},
		{"1", 1000},
		{"1.5", 1500},
		{"1.5s", 1500},
		{"250ms", 250},
		{"0.4ms", 0},
		{"0.5ms", 1},
		{"2m", 120000},
		{"0.5m", 30000},
		{"1h", 3600000},
		{".1", 100},
		{"1e1s", 10000},
		{"+2", 2000},
		{"-0", 0},
		{"0.29", 290},
		{"1000000000000", 1000000000000000},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		int64_t ms = 99;

		assert_int_equal(pr_text_duration_ms(rows[i].text, &ms, NULL), 0);
		assert_true(ms == rows[i].ms);
	}
}

static void what_is_no_duration_is_refused(void **state)
{
	static const struct {
		const char *text;
		int code;
	} rows[] = {
		{"", PR_EINVAL},
		{NULL, PR_EINVAL},
		{"s", PR_EINVAL},
		{"1x", PR_EINVAL},
		{"1d", PR_EINVAL},
		{"1 s", PR_EINVAL},
		{" 1s", PR_EINVAL},
		{"1s ", PR_EINVAL},
		{"1S", PR_EINVAL},
		{"1m30s", PR_EINVAL},
		{"-1", PR_EINVAL},
		{"-1ms", PR_EINVAL},
		{"inf", PR_EINVAL},
		{"nan", PR_EINVAL},
		{"0x1s", PR_EINVAL},
		{"1000000000001", PR_ELIMIT},
		{"1e400", PR_ELIMIT},
		{"1e18ms", PR_ELIMIT},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;
		int64_t ms = 99;

		assert_int_equal(pr_text_duration_ms(rows[i].text, &ms, &err), rows[i].code);
		assert_int_equal(err.code, rows[i].code);
		assert_non_null(strstr(err.msg, "duration"));
		assert_true(ms == 99);
	}
}

static void switches_are_read(void **state)
{
	static const char *const on[] = {"1", "true", "t", "yes", "on", "TRUE", "Yes", "oN"};
	static const char *const off[] = {"0", "false", "f", "no", "off", "FALSE", "No", "oFF"};
	static const char *const neither[] = {
		"", "2", "y", "n", "truee", "tru", " 1", "1 ", "enabled"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(on); i++) {
		bool value = false;

		assert_int_equal(pr_text_bool(on[i], &value, NULL), 0);
		assert_true(value);
	}
	for (size_t i = 0; i < PR_LEN(off); i++) {
		bool value = true;

		assert_int_equal(pr_text_bool(off[i], &value, NULL), 0);
		assert_false(value);
	}
	for (size_t i = 0; i < PR_LEN(neither); i++) {
		struct pr_err err = PR_ERR_INIT;
		bool value = i % 2;

		assert_int_equal(pr_text_bool(neither[i], &value, &err), PR_EINVAL);
		assert_non_null(strstr(err.msg, "is neither true nor false"));
		assert_int_equal(value, i % 2);
	}
	assert_int_equal(pr_text_bool(NULL, &(bool){false}, NULL), PR_EINVAL);
}

static void sequences_are_decoded(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		uint32_t point;
	} rows[] = {
		{"a", 1, 'a'},
		{"\x7f", 1, 0x7f},
		{"\xc2\x80", 2, 0x80},
		{"\xdf\xbf", 2, 0x7ff},
		{"\xe0\xa0\x80", 3, 0x800},
		{"\xed\x9f\xbf", 3, 0xd7ff},
		{"\xee\x80\x80", 3, 0xe000},
		{"\xef\xbf\xbf", 3, 0xffff},
		{"\xf0\x90\x80\x80", 4, 0x10000},
		{"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
		{"\xe2\x82\xac"
		 "more",
			3, 0x20ac},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		uint32_t point = 0;

		assert_int_equal(
			pr_text_decode(rows[i].text, strlen(rows[i].text), &point), rows[i].len);
		assert_int_equal(point, rows[i].point);
		assert_true(pr_text_is_utf8(rows[i].text, strlen(rows[i].text)));
	}
	assert_int_equal(pr_text_decode("", 1, &(uint32_t){1}), 1);
	assert_int_equal(pr_text_decode("a", 0, &(uint32_t){1}), 0);
}

static void broken_sequences_are_refused(void **state)
{
	static const char *const texts[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc2",
		"\xc2\x41",
		"\xe0\x9f\xbf",
		"\xe2\x82",
		"\xe2\x28\xa1",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x90\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xfe",
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		char *padded = pr_text_format("ok%s", texts[i]);
		uint32_t point = 99;

		assert_int_equal(pr_text_decode(texts[i], strlen(texts[i]), &point), 0);
		assert_int_equal(point, 99);
		assert_false(pr_text_is_utf8(padded, strlen(padded)));
		free(padded);
	}
	assert_true(pr_text_is_utf8(NULL, 0));
	assert_true(pr_text_is_utf8("a\0b", 3));
}

static void every_code_point_survives_encoding(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(8);

	(void)state;
	for (uint32_t point = 0; point < 0x110002; point++) {
		bool valid = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
		uint32_t back = 0;

		pr_buf_clear(&out);
		assert_int_equal(pr_text_encode(point, &out), 0);
		assert_int_equal(pr_text_decode(pr_buf_str(&out), out.len, &back), out.len);
		assert_int_equal(back, valid ? point : 0xfffd);
	}
}

static void encoding_into_a_full_buffer_is_reported(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(2);

	(void)state;
	assert_int_equal(pr_text_encode(0x20ac, &out), PR_ELIMIT);
	assert_int_equal(out.len, 0);
}

static void printable_is_what_python_shows(void **state)
{
	static const uint32_t shown[] = {' ', '~', 0xa1, 0xdf, 0xe9, 0x20ac, 0x3042, 0x65e5, 0xac00,
		0x1f680, 0x2a6df, 0x323af, 0xe0100, 0xe01ef};
	static const uint32_t hidden[] = {0, 0x1f, 0x7f, 0x80, 0xa0, 0xad, 0x378, 0x200b, 0x2028,
		0x2029, 0x3000, 0xd800, 0xdfff, 0xe000, 0xfeff, 0xffff, 0x323b0, 0xe00ff, 0xe01f0,
		0xf0000, 0x10ffff, 0x110000, UINT32_MAX};
	uint32_t count = 0;

	(void)state;
	for (size_t i = 0; i < PR_LEN(shown); i++)
		assert_true(pr_text_is_printable(shown[i]));
	for (size_t i = 0; i < PR_LEN(hidden); i++)
		assert_false(pr_text_is_printable(hidden[i]));
	for (uint32_t point = 0; point < 0x110000; point++)
		count += pr_text_is_printable(point);
	assert_int_equal(count, 148998); /* of CPython 3.12 */
}

static void white_space_leaves_both_ends(void **state)
{
	static const struct {
		const char *text;
		const char *trimmed;
	} rows[] = {
		{"", ""},
		{" ", ""},
		{"a", "a"},
		{" a b ", "a b"},
		{"\t\n\v\f\r\x1c\x1d\x1e\x1f a\x1f\n", "a"},
		{"a\xc2\xa0", "a\xc2\xa0"},
		{"\x1b"
		 "a\x7f",
			"\x1b"
			"a\x7f"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		char *text = pr_text_dup(rows[i].text);

		assert_string_equal(pr_text_trim(text), rows[i].trimmed);
		free(text);
	}
}

static void bytes_become_hexadecimal_digits(void **state)
{
	char text[] = "!!!!!!!!!!";

	(void)state;
	pr_text_hex(text, "\x00\x7f\xaf\xff", 4);
	assert_string_equal(text, "007fafff");
	pr_text_hex(text, "", 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_belong_to_the_caller),
		cmocka_unit_test(what_does_not_fit_is_cut_between_characters),
		cmocka_unit_test(texts_are_compared),
		cmocka_unit_test(beginnings_and_ends_are_found),
		cmocka_unit_test(a_name_is_found_in_a_list),
		cmocka_unit_test(whole_numbers_are_read),
		cmocka_unit_test(what_is_no_whole_number_is_refused),
		cmocka_unit_test(decimal_numbers_are_read),
		cmocka_unit_test(what_is_no_decimal_number_is_refused),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(switches_are_read),
		cmocka_unit_test(sequences_are_decoded),
		cmocka_unit_test(broken_sequences_are_refused),
		cmocka_unit_test(every_code_point_survives_encoding),
		cmocka_unit_test(encoding_into_a_full_buffer_is_reported),
		cmocka_unit_test(printable_is_what_python_shows),
		cmocka_unit_test(white_space_leaves_both_ends),
		cmocka_unit_test(bytes_become_hexadecimal_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
