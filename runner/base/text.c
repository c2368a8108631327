#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

static void drop_half_sequence(char *text, size_t n)
{
	size_t start = n;

	while (start && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start && !pr_text_is_utf8(text + start - 1, n - start + 1))
		text[start - 1] = '\0';
}

void pr_text_copy(char *to, size_t size, const char *text)
{
	size_t n = strnlen(text, size - 1);

	memmove(to, text, n);
	to[n] = '\0';
	if (text[n])
		drop_half_sequence(to, n);
}

void pr_text_hex(char *to, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = bytes;

	for (size_t i = 0; i < n; i++) {
		*to++ = digits[from[i] >> 4];
		*to++ = digits[from[i] & 15];
	}
	*to = '\0';
}

void pr_text_print(char *to, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(to, size, fmt, args);
	va_end(args);
	if (n < 0)
		*to = '\0';
	else if ((size_t)n >= size)
		drop_half_sequence(to, size - 1);
}

bool pr_text_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

/* Of ASCII only: tolower would depend on the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool pr_text_eq_nocase(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool pr_text_starts(const char *text, const char *part)
{
	return strncmp(text, part, strlen(part)) == 0;
}

bool pr_text_ends(const char *text, const char *part)
{
	size_t len = strlen(text);
	size_t n = strlen(part);

	return len >= n && memcmp(text + len - n, part, n) == 0;
}

int pr_text_index(const char *text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pr_text_eq(text, names[i]))
			return (int)i;
	return -1;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits as a negative number, whose range is the larger one. False when they do not fit. */
static bool negative_of_digits(const char *digits, int64_t *ret_value)
{
	int64_t value = 0;

	for (; *digits; digits++)
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_sub_overflow(value, *digits - '0', &value))
			return false;
	*ret_value = value;
	return true;
}

int pr_text_int64(const char *text, int64_t *ret_value, struct pr_err *err)
{
	bool negative = text && *text == '-';
	const char *digits = text;
	int64_t value;

	if (digits && (*digits == '-' || *digits == '+'))
		digits++;
	if (!digits || !*digits || digits[strspn(digits, "0123456789")])
		return pr_fail(err, PR_EINVAL, "'%s' is not a whole number", text ? text : "");
	if (!negative_of_digits(digits, &value) || (!negative && value == INT64_MIN))
		return pr_fail(err, PR_ELIMIT, "'%s' is too large a number", text);
	*ret_value = negative ? value : -value;
	return 0;
}

static const char *skip_digits(const char *text)
{
	while (is_digit(*text))
		text++;
	return text;
}

/* Length of the decimal number that `text` begins with, 0 when there is none. */
static size_t decimal_length(const char *text)
{
	const char *start = text + (*text == '-' || *text == '+');
	const char *end = skip_digits(start);
	const char *exponent;
	size_t digits = (size_t)(end - start);

	if (*end == '.') {
		const char *fraction = end + 1;

		end = skip_digits(fraction);
		digits += (size_t)(end - fraction);
	}
	if (!digits)
		return 0;
	if (*end != 'e' && *end != 'E')
		return (size_t)(end - text);
	exponent = end + 1 + (end[1] == '-' || end[1] == '+');
	if (is_digit(*exponent))
		end = skip_digits(exponent);
	return (size_t)(end - text);
}

int pr_text_double(const char *text, double *ret_value, struct pr_err *err)
{
	size_t len = text ? decimal_length(text) : 0;

	if (!len || text[len])
		return pr_fail(err, PR_EINVAL, "'%s' is not a number", text ? text : "");
	*ret_value = strtod(text, NULL);
	return 0;
}

/* 30,000 years: as microseconds it still fits 64 bits. */
#define DURATION_MAX_MS 1e15

/* Milliseconds of a unit of time, 0 for an unknown one. */
static double unit_ms(const char *unit)
{
	static const struct {
		const char *name;
		double ms;
	} units[] = {{"", 1e3}, {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}};

	for (size_t i = 0; i < PR_LEN(units); i++)
		if (strcmp(unit, units[i].name) == 0)
			return units[i].ms;
	return 0;
}

int pr_text_duration_ms(const char *text, int64_t *ret_ms, struct pr_err *err)
{
	size_t len = text ? decimal_length(text) : 0;
	double unit = len ? unit_ms(text + len) : 0;
	double ms;

	if (!text || unit <= 0)
		return pr_fail(err, PR_EINVAL,
			"'%s' is not a duration: write 1.5s, 250ms, 2m or 1h", text ? text : "");
	ms = strtod(text, NULL) * unit;
	if (ms < 0)
		return pr_fail(err, PR_EINVAL, "'%s' is a negative duration", text);
	if (ms > DURATION_MAX_MS)
		return pr_fail(err, PR_ELIMIT, "the duration '%s' is too long", text);
	*ret_ms = (int64_t)(ms + 0.5);
	return 0;
}

int pr_text_bool(const char *text, bool *ret_value, struct pr_err *err)
{
	static const struct {
		const char *name;
		bool value;
	} words[] = {{"1", true}, {"true", true}, {"t", true}, {"yes", true}, {"on", true},
		{"0", false}, {"false", false}, {"f", false}, {"no", false}, {"off", false}};

	for (size_t i = 0; i < PR_LEN(words); i++)
		if (pr_text_eq_nocase(text, words[i].name)) {
			*ret_value = words[i].value;
			return 0;
		}
	return pr_fail(err, PR_EINVAL, "'%s' is neither true nor false", text ? text : "");
}

/* What str.strip removes: the white space of C, and the four separators of ASCII. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

char *pr_text_trim(char *text)
{
	size_t len;

	while (is_space(*text))
		text++;
	len = strlen(text);
	while (len && is_space(text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}
