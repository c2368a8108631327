#include "base/number.h"

#include <stdio.h>
#include <string.h>

/* 17 significant digits tell any two doubles apart. */
#define MOST_DIGITS 17

/* digits[0].digits[1]… times ten to `exponent`. */
struct decimal {
	char digits[MOST_DIGITS + 1];
	int exponent;
};

/* The three-digit-at-most exponent behind the 'e' that printf writes. */
static int read_exponent(const char *text)
{
	int value = 0;

	for (const char *c = text + 1; *c; c++)
		value = value * 10 + (*c - '0');
	return *text == '-' ? -value : value;
}

/* The `n` digits nearest to `value`, which is finite and not negative. */
static void nearest(double value, int n, struct decimal *ret_decimal)
{
	char text[MOST_DIGITS + 16];
	size_t len = 0;
	const char *c = text;

	snprintf(text, sizeof text, "%.*e", n - 1, value);
	for (; *c && *c != 'e'; c++)
		if (*c != '.' && len < MOST_DIGITS)
			ret_decimal->digits[len++] = *c;
	ret_decimal->digits[len] = '\0';
	ret_decimal->exponent = *c ? read_exponent(c + 1) : 0;
}

static bool reads_back(const struct decimal *decimal, double value)
{
	char text[MOST_DIGITS + 16];

	snprintf(text, sizeof text, "%c.%se%d", decimal->digits[0], decimal->digits + 1,
		decimal->exponent);
	return strtod(text, NULL) == value; /* exact by intent */
}

/*
 * Below a power of two doubles are twice as close as above it: there the nearest `n` digits may
 * miss where the next ones up are still read back. Raised when they are.
 */
static bool raised_reads_back(struct decimal *decimal, double value)
{
	char *last = decimal->digits + strlen(decimal->digits) - 1;

	if (*last == '9')
		return false;
	++*last;
	if (reads_back(decimal, value))
		return true;
	--*last;
	return false;
}

static void shortest(double value, struct decimal *ret_decimal)
{
	for (int n = 1; n <= MOST_DIGITS; n++) {
		nearest(value, n, ret_decimal);
		if (reads_back(ret_decimal, value) || raised_reads_back(ret_decimal, value))
			return;
	}
}

static void add_zeros(struct pr_buf *out, int n)
{
	while (n-- > 0)
		pr_buf_addc(out, '0');
}

/* 1.5e-07: no point behind a single digit, two digits of exponent at least. */
static void add_scientific(struct pr_buf *out, const struct decimal *decimal)
{
	int exponent = decimal->exponent;

	pr_buf_addc(out, decimal->digits[0]);
	if (decimal->digits[1])
		pr_buf_addf(out, ".%s", decimal->digits + 1);
	pr_buf_addf(out, "e%c%02d", exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
}

static void add_plain(struct pr_buf *out, const struct decimal *decimal)
{
	int whole = decimal->exponent + 1; /* digits before the point */
	int len = (int)strlen(decimal->digits);

	if (whole <= 0) {
		pr_buf_adds(out, "0.");
		add_zeros(out, -whole);
		pr_buf_adds(out, decimal->digits);
		return;
	}
	pr_buf_add(out, decimal->digits, (size_t)(whole < len ? whole : len));
	add_zeros(out, whole - len);
	pr_buf_addf(out, ".%s", whole < len ? decimal->digits + whole : "0");
}

int pr_number_add(struct pr_buf *out, double value)
{
	struct decimal decimal = {.digits = "0", .exponent = 0};

	if (value != value)
		return pr_buf_adds(out, "nan");
	if (__builtin_signbit(value)) {
		pr_buf_addc(out, '-');
		value = -value;
	}
	if (value > __DBL_MAX__)
		return pr_buf_adds(out, "inf");
	shortest(value, &decimal);
	if (decimal.exponent < -4 || decimal.exponent >= 16)
		add_scientific(out, &decimal);
	else
		add_plain(out, &decimal);
	return out->status;
}

double pr_number_round6(double value)
{
	char text[352]; /* 309 digits before the point of the largest double */

	if (!__builtin_isfinite(value))
		return value;
	snprintf(text, sizeof text, "%.6f", value);
	return strtod(text, NULL);
}
