#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

char *pr_text_dup(const char *text)
{
	return text ? strdup(text) : NULL;
}

char *pr_text_format(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	return len < 0 ? NULL : text;
}

bool pr_text_eq(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool pr_text_eq_nocase(const char *a, const char *b)
{
	return a && b ? strcasecmp(a, b) == 0 : a == b;
}

bool pr_text_starts(const char *text, const char *part)
{
	return strncmp(text, part, strlen(part)) == 0;
}

bool pr_text_ends(const char *text, const char *part)
{
	size_t n = strlen(text);
	size_t m = strlen(part);

	return n >= m && memcmp(text + n - m, part, m) == 0;
}

int pr_text_index(const char *text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pr_text_eq(text, names[i]))
			return (int)i;
	return -1;
}

int pr_text_int64(const char *text, int64_t *ret_value, struct pr_err *err)
{
	bool negative = *text == '-';
	const char *p = text + (negative || *text == '+');
	int64_t value = 0;

	if (!*p)
		return pr_fail(err, PR_EINVAL, "'%s' is not a whole number", text);
	for (; *p; p++) {
		int digit = *p - '0';

		if (!isdigit((unsigned char)*p))
			return pr_fail(err, PR_EINVAL, "'%s' is not a whole number", text);
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, negative ? -digit : digit, &value))
			return pr_fail(err, PR_ELIMIT, "'%s' is beyond 64 bits", text);
	}
	*ret_value = value;
	return 0;
}

/* [sign] digits [. digits] [e [sign] digits], with a digit before or after the dot. */
static bool is_decimal(const char *p)
{
	size_t digits = 0;

	p += *p == '-' || *p == '+';
	for (; isdigit((unsigned char)*p); p++)
		digits++;
	p += *p == '.';
	for (; isdigit((unsigned char)*p); p++)
		digits++;
	if (!digits)
		return false;
	if (*p != 'e' && *p != 'E')
		return !*p;
	p++;
	p += *p == '-' || *p == '+';
	if (!isdigit((unsigned char)*p))
		return false;
	while (isdigit((unsigned char)*p))
		p++;
	return !*p;
}

int pr_text_double(const char *text, double *ret_value, struct pr_err *err)
{
	if (!is_decimal(text))
		return pr_fail(err, PR_EINVAL, "'%s' is not a number", text);
	*ret_value = strtod(text, NULL);
	return 0;
}

static const struct {
	const char *unit;
	double ms;
} duration_units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};

int pr_text_duration_ms(const char *text, int64_t *ret_ms, struct pr_err *err)
{
	size_t n = strspn(text, "0123456789.");
	char number[32];
	double value;

	for (size_t i = 0; i < PR_LEN(duration_units) && n < sizeof number; i++) {
		if (!pr_text_eq(text + n, duration_units[i].unit))
			continue;
		memcpy(number, text, n);
		number[n] = '\0';
		if (pr_text_double(number, &value, NULL))
			break;
		if (value * duration_units[i].ms > 1e15)
			return pr_fail(err, PR_ELIMIT, "duration '%s' is too long", text);
		*ret_ms = (int64_t)llround(value * duration_units[i].ms);
		return 0;
	}
	return pr_fail(err, PR_EINVAL, "'%s' is not a duration: write 1.5s, 250ms, 2m or 1h", text);
}

int pr_text_bool(const char *text, bool *ret_value, struct pr_err *err)
{
	static const char *const words[] = {
		"0", "false", "f", "no", "off", "1", "true", "t", "yes", "on"};

	for (size_t i = 0; i < PR_LEN(words); i++) {
		if (!pr_text_eq_nocase(text, words[i]))
			continue;
		*ret_value = i >= PR_LEN(words) / 2;
		return 0;
	}
	return pr_fail(err, PR_EINVAL, "'%s' is neither true nor false", text);
}

char *pr_text_trim(char *text)
{
	size_t n;

	while (isspace((unsigned char)*text))
		text++;
	n = strlen(text);
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	text[n] = '\0';
	return text;
}
