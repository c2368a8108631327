#include "activity/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int parse(const char *text, struct pr_decimal *ret_decimal)
{
	return pr_decimal_parse(text, strlen(text), ret_decimal, NULL);
}

/* Decimal(a) against Decimal(b). */
static const struct {
	const char *a;
	const char *b;
	int order;
} orders[] = {
	{"1", "1.000", 0},
	{"0", "-0.0e5", 0},
	{"0", "0.1", -1},
	{"-1", "0", -1},
	{"-2", "-1", -1},
	{"-10", "-9.99", -1},
	{"10", "9", 1},
	{"0.1", "0.10000000000000000000000000000000000000000000000001", -1},
	{"1e3", "1000", 0},
	{"12.5E-1", "1.25", 0},
	{".5", "0.5", 0},
	{"5.", "5", 0},
	{"007", "7", 0},
	{"0.007", "7e-3", 0},
	{"1_000", "1000", 0},
	{"_1_.__5_", "1.5", 0},
	{" \t\n3\r", "3", 0},
	{"\xc2\xa0"
	 "1\xe2\x80\x83",
		"1", 0},
	{"\x1c"
	 "1",
		"1", 0},
	{"+4", "4", 0},
	{"inf", "1e999999999999999999", 1},
	{"-Infinity", "-1e400", -1},
	{"i_nf", "INFINITY", 0},
	{"99999999999999999999", "100000000000000000000", -1},
	{"1e-999999999999999999", "0", 1},
	{"1e999999999999999999", "9e999999999999999998", 1},
};

static void test_compares_exactly(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(orders); i++) {
		PR_AUTO(decimal) struct pr_decimal a = PR_DECIMAL_INIT;
		PR_AUTO(decimal) struct pr_decimal b = PR_DECIMAL_INIT;

		assert_int_equal(parse(orders[i].a, &a), 0);
		assert_int_equal(parse(orders[i].b, &b), 0);
		if (pr_decimal_compare(&a, &b) != orders[i].order)
			fail_msg("%s and %s", orders[i].a, orders[i].b);
		assert_int_equal(pr_decimal_compare(&b, &a), -orders[i].order);
	}
}

static void test_refuses_what_python_refuses(void **state)
{
	static const char *const texts[] = {"", " ", "_", ".", "x", "3,0", "1 2", "+ 1", "--1",
		"e5", "1e", "1e+", "1e5.0", "0x10", "1.2.3", "Infinit", "infinityx", "nanx",
		"snan1x", "_ inf _", "1e1000000000000000000", "0e99999999999999999999",
		"1e-99999999999999999999", "1e-2000000000000000000", "1e1999999999999999999",
		"1\xff", "\xff"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		PR_AUTO(decimal) struct pr_decimal decimal = PR_DECIMAL_INIT;

		if (parse(texts[i], &decimal) != PR_EINVAL)
			fail_msg("'%s' was accepted", texts[i]);
	}
	assert_int_equal(
		pr_decimal_parse("1\0", 2, &(struct pr_decimal)PR_DECIMAL_INIT, NULL), PR_EINVAL);
}

static void test_reads_not_a_number(void **state)
{
	static const char *const texts[] = {"nan", "NaN12", "-nan", "sNaN", "nan1_2", " NAN "};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		PR_AUTO(decimal) struct pr_decimal decimal = PR_DECIMAL_INIT;

		assert_int_equal(parse(texts[i], &decimal), 0);
		assert_int_equal(decimal.kind, PR_DECIMAL_NAN);
	}
}

static const struct {
	double value;
	const char *text;
	int order; /* of the double's exact value against the text */
} doubles[] = {
	{0.5, "0.5", 0},
	{0.1, "0.1", 1},
	{0.3, "0.3", -1},
	{0.1, "0.1000000000000000055511151231257827021181583404541015625", 0},
	{1e23, "1e23", -1},
	{-0.0, "0", 0},
	{0x1p63, "9223372036854775808", 0},
	{0x1p-1074, "0", 1},
	{0x1p-1074, "4.940656458412465e-324", 1},
	{0x1.fffffffffffffp1023, "1.7976931348623158e308", -1},
	{__builtin_inf(), "inf", 0},
};

static void test_doubles_have_their_exact_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(doubles); i++) {
		PR_AUTO(decimal) struct pr_decimal a = PR_DECIMAL_INIT;
		PR_AUTO(decimal) struct pr_decimal b = PR_DECIMAL_INIT;

		assert_int_equal(pr_decimal_from_double(doubles[i].value, &a, NULL), 0);
		assert_int_equal(parse(doubles[i].text, &b), 0);
		if (pr_decimal_compare(&a, &b) != doubles[i].order)
			fail_msg("%s", doubles[i].text);
	}
}

static void test_integers_are_exact(void **state)
{
	PR_AUTO(decimal) struct pr_decimal a = PR_DECIMAL_INIT;
	PR_AUTO(decimal) struct pr_decimal b = PR_DECIMAL_INIT;

	(void)state;
	assert_int_equal(pr_decimal_from_integer(INT64_MIN, &a, NULL), 0);
	assert_int_equal(parse("-9223372036854775808", &b), 0);
	assert_int_equal(pr_decimal_compare(&a, &b), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compares_exactly),
		cmocka_unit_test(test_refuses_what_python_refuses),
		cmocka_unit_test(test_reads_not_a_number),
		cmocka_unit_test(test_doubles_have_their_exact_value),
		cmocka_unit_test(test_integers_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
