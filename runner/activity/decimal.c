#include "activity/decimal.h"

#include "base/buf.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The bounds of Python's implementation on 64 bits. */
#define EXPONENT_MAX INT64_C(999999999999999999)
#define LAST_DIGIT_MIN (-INT64_C(1999999999999999997))

static int refuse(struct pr_err *err)
{
	return pr_fail(err, PR_EINVAL, "not a number");
}

/* str.isspace of Python. */
static bool is_space(uint32_t point)
{
	return (point >= 0x09 && point <= 0x0D) || (point >= 0x1C && point <= 0x20) ||
	       point == 0x85 || point == 0xA0 || point == 0x1680 ||
	       (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
	       point == 0x202F || point == 0x205F || point == 0x3000;
}

/* What stands between white space at both ends, without "_", as a string that the caller frees. */
static char *plain_text(const char *text, size_t n)
{
	struct pr_buf plain = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t end = 0; /* length up to the last character that is no white space */

	for (size_t i = 0; i < n;) {
		uint32_t point = 0;
		size_t size = pr_text_decode(text + i, n - i, &point);
		bool space = size && is_space(point);

		size = size ? size : 1;
		if (text[i] != '_' && (plain.len || !space))
			pr_buf_add(&plain, text + i, size);
		if (!space)
			end = plain.len;
		i += size;
	}
	pr_buf_truncate(&plain, end);
	return pr_buf_take(&plain);
}

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* "inf", "nan" and what else is a word. */
static bool parse_word(const char *text, struct pr_decimal *decimal)
{
	size_t skip = *text == 's' || *text == 'S';

	if (!strcasecmp(text, "inf") || !strcasecmp(text, "infinity")) {
		decimal->kind = PR_DECIMAL_INFINITE;
		return true;
	}
	if (strncasecmp(text + skip, "nan", 3) != 0)
		return false;
	text += skip + 3;
	decimal->kind = PR_DECIMAL_NAN;
	return text[count_digits(text)] == '\0';
}

/* The exponent behind the digits, saturated far beyond the bounds; 0 when there is none. */
static bool parse_exponent(const char *text, int64_t *ret_exponent)
{
	bool negative;
	int64_t value = 0;

	*ret_exponent = 0;
	if (!*text)
		return true;
	if (*text != 'e' && *text != 'E')
		return false;
	text++;
	negative = *text == '-';
	text += *text == '-' || *text == '+';
	if (!*text || text[count_digits(text)])
		return false;
	for (; *text; text++) {
		if (value > EXPONENT_MAX / 3)
			value = EXPONENT_MAX / 3; /* ten times that is beyond both bounds */
		value = value * 10 + (*text - '0');
	}
	*ret_exponent = negative ? -value : value;
	return true;
}

/* Moves the digits of "12.34" together and leaves out the zeros at both ends. */
static int take_digits(
	char *text, size_t whole, size_t fraction, int64_t exponent, struct pr_decimal *decimal)
{
	char *digits = text;
	size_t n = whole + fraction;
	int64_t first = (int64_t)whole - 1 + exponent;

	if (fraction)
		memmove(text + whole, text + whole + 1, fraction);
	if (first > EXPONENT_MAX || exponent - (int64_t)fraction < LAST_DIGIT_MIN)
		return PR_EINVAL;
	while (n && digits[n - 1] == '0')
		n--;
	while (n && *digits == '0') {
		digits++;
		n--;
		first--;
	}
	decimal->exponent = n ? first : 0;
	decimal->n = n;
	decimal->digits = n ? malloc(n) : NULL;
	if (n && !decimal->digits)
		return PR_ENOMEM;
	if (n)
		memcpy(decimal->digits, digits, n);
	return 0;
}

static int parse_number(char *text, struct pr_decimal *decimal)
{
	size_t whole = count_digits(text);
	bool point = text[whole] == '.';
	size_t fraction = point ? count_digits(text + whole + 1) : 0;
	int64_t exponent;

	if (!whole && !fraction)
		return PR_EINVAL;
	if (!parse_exponent(text + whole + point + fraction, &exponent))
		return PR_EINVAL;
	return take_digits(text, whole, fraction, exponent, decimal);
}

int pr_decimal_parse(const char *text, size_t n, struct pr_decimal *ret_decimal, struct pr_err *err)
{
	PR_AUTO(free) char *plain = memchr(text, '\0', n) ? NULL : plain_text(text, n);
	struct pr_decimal decimal = PR_DECIMAL_INIT;
	char *number = plain;
	int status;

	if (!plain)
		return memchr(text, '\0', n) ? refuse(err) : pr_fail_nomem(err);
	decimal.negative = *number == '-';
	number += *number == '-' || *number == '+';
	if (!parse_word(number, &decimal)) {
		decimal.kind = PR_DECIMAL_FINITE;
		status = parse_number(number, &decimal);
		if (status)
			return status == PR_ENOMEM ? pr_fail_nomem(err) : refuse(err);
	}
	*ret_decimal = decimal;
	return 0;
}

int pr_decimal_from_double(double value, struct pr_decimal *ret_decimal, struct pr_err *err)
{
	char text[800]; /* sign, digit, point, 766 digits, exponent */
	int n = snprintf(text, sizeof(text), "%.766e", value);

	return pr_decimal_parse(text, (size_t)n, ret_decimal, err);
}

int pr_decimal_from_integer(json_int_t value, struct pr_decimal *ret_decimal, struct pr_err *err)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, value);

	return pr_decimal_parse(text, (size_t)n, ret_decimal, err);
}

void pr_decimal_release(struct pr_decimal *decimal)
{
	free(decimal->digits);
	*decimal = (struct pr_decimal)PR_DECIMAL_INIT;
}

/* Order of the amounts, signs apart. */
static int compare_amounts(const struct pr_decimal *a, const struct pr_decimal *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int order;

	if (a->kind != b->kind)
		return a->kind == PR_DECIMAL_INFINITE ? 1 : -1;
	if (!a->n || !b->n)
		return (a->n > 0) - (b->n > 0);
	if (a->exponent != b->exponent)
		return a->exponent > b->exponent ? 1 : -1;
	order = memcmp(a->digits, b->digits, n);
	if (order)
		return order > 0 ? 1 : -1;
	return (a->n > b->n) - (a->n < b->n);
}

static bool is_zero(const struct pr_decimal *decimal)
{
	return decimal->kind == PR_DECIMAL_FINITE && !decimal->n;
}

int pr_decimal_compare(const struct pr_decimal *a, const struct pr_decimal *b)
{
	bool a_negative = a->negative && !is_zero(a);
	bool b_negative = b->negative && !is_zero(b);

	if (a_negative != b_negative)
		return a_negative ? -1 : 1;
	return a_negative ? compare_amounts(b, a) : compare_amounts(a, b);
}
