#ifndef PR_ACTIVITY_DECIMAL_H
#define PR_ACTIVITY_DECIMAL_H

/*
 * Numbers as Python's Decimal reads and compares them: exactly, whatever their size
 * (docs/engine.md 5.3). A number is its significant digits and the power of ten of the first one;
 * doubles have their exact value, which always ends after 767 digits at most.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum pr_decimal_kind { PR_DECIMAL_FINITE, PR_DECIMAL_INFINITE, PR_DECIMAL_NAN };

struct pr_decimal {
	enum pr_decimal_kind kind;
	bool negative;
	char *digits;     /* without zeros at either end, not terminated; none for zero */
	size_t n;         /* number of digits */
	int64_t exponent; /* power of ten of the first digit; 0 for zero */
};

#define PR_DECIMAL_INIT \
	{.kind = PR_DECIMAL_FINITE, .negative = false, .digits = NULL, .n = 0, .exponent = 0}

/*
 * Reads what Decimal(text) accepts: white space around, "_" anywhere, a sign, an exponent, inf,
 * nan. PR_EINVAL for anything else. `ret_decimal` is empty before; the caller releases it.
 */
int pr_decimal_parse(
	const char *text, size_t n, struct pr_decimal *ret_decimal, struct pr_err *err);

/* The exact value of a double, as pr_decimal_parse gives it. */
int pr_decimal_from_double(double value, struct pr_decimal *ret_decimal, struct pr_err *err);

/* An integer, as pr_decimal_parse gives it. */
int pr_decimal_from_integer(json_int_t value, struct pr_decimal *ret_decimal, struct pr_err *err);

/* Frees the contents; zero afterwards. */
void pr_decimal_release(struct pr_decimal *decimal);

/* -1, 0 or 1 for a < b, a == b, a > b. Neither may be NaN. */
int pr_decimal_compare(const struct pr_decimal *a, const struct pr_decimal *b);

/* PR_AUTO(decimal) */
static inline void pr_auto_decimal(struct pr_decimal *decimal)
{
	pr_decimal_release(decimal);
}

#endif
