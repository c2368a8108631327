#include "base/number.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_written(double value, const char *expected)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(64);

	assert_int_equal(pr_number_add(&out, value), 0);
	assert_string_equal(pr_buf_str(&out), expected);
}

static void numbers_are_written_as_python_writes_them(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0.0, "0.0"},
		{-0.0, "-0.0"},
		{1.0, "1.0"},
		{1.5, "1.5"},
		{-2.5, "-2.5"},
		{0.1, "0.1"},
		{100.0, "100.0"},
		{120.0, "120.0"},
		{123456789.0, "123456789.0"},
		{2.675, "2.675"},
		{0.30000000000000004, "0.30000000000000004"},
		{0.31813883781433105, "0.31813883781433105"},
		{1.1, "1.1"},
		{1e22, "1e+22"},
		{1e23, "1e+23"},
		{1e15, "1000000000000000.0"},
		{9999999999999998.0, "9999999999999998.0"},
		{1e16, "1e+16"},
		{12345678901234567.0, "1.2345678901234568e+16"},
		{1e17, "1e+17"},
		{1e100, "1e+100"},
		{-1e-10, "-1e-10"},
		{0.001, "0.001"},
		{0.0001, "0.0001"},
		{0.00012345, "0.00012345"},
		{0.00001, "1e-05"},
		{0.000015, "1.5e-05"},
		{0.000091, "9.1e-05"},
		{1e-7, "1e-07"},
		{5e-324, "5e-324"},
		{2.2250738585072014e-308, "2.2250738585072014e-308"},
		{DBL_MAX, "1.7976931348623157e+308"},
		{9007199254740993.0, "9007199254740992.0"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_written(rows[i].value, rows[i].text);
}

static void what_is_no_number_has_a_name(void **state)
{
	(void)state;
	assert_written((double)INFINITY, "inf");
	assert_written(-(double)INFINITY, "-inf");
	assert_written((double)NAN, "nan");
	assert_written(-(double)NAN, "nan");
}

/* Where doubles lie closer below than above, the nearest 16 digits do not always read back. */
static void powers_of_two_need_no_seventeenth_digit(void **state)
{
	(void)state;
	assert_written(ldexp(1, -44), "5.684341886080802e-14");
	assert_written(ldexp(1, -1017), "7.120236347223045e-307");
	assert_written(ldexp(1, -957), "8.209073602596753e-289");
	assert_written(ldexp(1, -1074), "5e-324");
	assert_written(ldexp(1, 1023), "8.98846567431158e+307");
}

static void every_text_reads_back_as_the_same_number(void **state)
{
	uint64_t bits = 0x9e3779b97f4a7c15;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[64];
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(64);
		double value;

		bits = bits * 6364136223846793005 + 1442695040888963407;
		memcpy(&value, &bits, sizeof value);
		if (!isfinite(value))
			continue;
		assert_int_equal(pr_number_add(&out, value), 0);
		memcpy(text, pr_buf_str(&out), out.len + 1);
		assert_true(strtod(text, NULL) == value);
	}
}

static void a_full_buffer_is_reported(void **state)
{
	static const double values[] = {1.5, 1e100, 1e15, 1e-3};

	(void)state;
	for (size_t i = 0; i < PR_LEN(values); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(2);

		assert_int_equal(pr_number_add(&out, values[i]), PR_ELIMIT);
	}
}

static void durations_keep_six_decimals(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0.00345049, "0.00345"},
		{0.00009149, "9.1e-05"},
		{0.0000004, "0.0"},
		{0.0, "0.0"},
		{3.1415926535, "3.141593"},
		{12.0, "12.0"},
		{-1.2345678, "-1.234568"},
		{1e-6, "1e-06"},
		{86400.0000004, "86400.0"},
		{1e300, "1e+300"},
		{DBL_MAX, "1.7976931348623157e+308"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_written(pr_number_round6(rows[i].value), rows[i].text);
	assert_written(pr_number_round6((double)INFINITY), "inf");
	assert_written(pr_number_round6((double)NAN), "nan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_as_python_writes_them),
		cmocka_unit_test(what_is_no_number_has_a_name),
		cmocka_unit_test(powers_of_two_need_no_seventeenth_digit),
		cmocka_unit_test(every_text_reads_back_as_the_same_number),
		cmocka_unit_test(a_full_buffer_is_reported),
		cmocka_unit_test(durations_keep_six_decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
