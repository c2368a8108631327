#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The fewest digits that read back as the same double, as "d.ddde±xx". */
static void shortest(double value, char text[32])
{
	for (int digits = 0; digits < 17; digits++) {
		snprintf(text, 32, "%.*e", digits, value);
		if (strtod(text, NULL) == value)
			return;
	}
}

/* Python's repr writes an exponent below 1e-4 and from 1e16 on. */
static int add_fixed(struct pr_buf *out, const char *digits, int count, int exponent)
{
	int whole = exponent + 1;

	if (whole <= 0) {
		pr_buf_adds(out, "0.");
		for (int i = whole; i < 0; i++)
			pr_buf_addc(out, '0');
		return pr_buf_add(out, digits, (size_t)count);
	}
	for (int i = 0; i < whole; i++)
		pr_buf_addc(out, i < count ? digits[i] : '0');
	if (whole >= count)
		return pr_buf_adds(out, ".0");
	pr_buf_addc(out, '.');
	return pr_buf_add(out, digits + whole, (size_t)(count - whole));
}

static int add_scientific(struct pr_buf *out, const char *digits, int count, int exponent)
{
	pr_buf_addc(out, digits[0]);
	if (count > 1) {
		pr_buf_addc(out, '.');
		pr_buf_add(out, digits + 1, (size_t)count - 1);
	}
	return pr_buf_addf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
}

int pr_number_add(struct pr_buf *out, double value)
{
	char text[32];
	char digits[20];
	int count = 0;
	int exponent;

	if (isnan(value))
		return pr_buf_adds(out, "nan");
	if (signbit(value))
		pr_buf_addc(out, '-');
	if (isinf(value))
		return pr_buf_adds(out, "inf");
	shortest(fabs(value), text);
	for (const char *p = text; *p && *p != 'e'; p++)
		if (*p != '.')
			digits[count++] = *p;
	exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exponent < -4 || exponent >= 16)
		return add_scientific(out, digits, count, exponent);
	return add_fixed(out, digits, count, exponent);
}

double pr_number_round6(double value)
{
	char text[64];

	snprintf(text, sizeof text, "%.6f", value);
	return strtod(text, NULL);
}
