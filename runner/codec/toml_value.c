#include "codec/toml_value.h"

#include "base/text.h"
#include "codec/json.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DEPTH_MAX 64

static bool is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

/* A quoted key may hold line ends, a message must not. */
int pr_toml_fail(struct pr_toml *t, const char *fmt, ...)
{
	char what[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	for (char *c = what; *c; c++) {
		if (is_control(*c))
			*c = ' ';
	}
	return pr_fail(t->err, PR_EINVAL, "%s: line %zu: %s", t->name, t->line, what);
}

static char peek(const struct pr_toml *t)
{
	return t->at < t->end ? *t->at : '\0';
}

/* How many bytes of `set` come next. */
static size_t span(const struct pr_toml *t, const char *set)
{
	size_t n = 0;

	while (t->at + n < t->end && t->at[n] && strchr(set, t->at[n]))
		n++;
	return n;
}

void pr_toml_skip_blanks(struct pr_toml *t)
{
	t->at += span(t, " \t");
}

bool pr_toml_take(struct pr_toml *t, char c)
{
	pr_toml_skip_blanks(t);
	if (t->at == t->end || *t->at != c)
		return false;
	t->at++;
	return true;
}

/* \r counts only together with \n. */
static size_t line_end_length(const struct pr_toml *t)
{
	if (peek(t) == '\n')
		return 1;
	return t->end - t->at >= 2 && t->at[0] == '\r' && t->at[1] == '\n' ? 2 : 0;
}

bool pr_toml_at_line_end(const struct pr_toml *t)
{
	return t->at == t->end || *t->at == '#' || line_end_length(t);
}

int pr_toml_skip_lines(struct pr_toml *t)
{
	for (;;) {
		pr_toml_skip_blanks(t);
		if (peek(t) == '#') {
			while (t->at < t->end && !is_control(*t->at))
				t->at++;
			if (!pr_toml_at_line_end(t))
				return pr_toml_fail(t, "control character in a comment");
		}
		if (!line_end_length(t))
			return 0;
		t->at += line_end_length(t);
		t->line++;
	}
}

/* \uXXXX and \UXXXXXXXX, from behind the letter. */
static int read_point(struct pr_toml *t, size_t digits, struct pr_buf *out)
{
	uint32_t point = 0;

	if (span(t, DIGITS "abcdefABCDEF") < digits)
		return pr_toml_fail(t, "expected %zu hexadecimal digits", digits);
	for (size_t i = 0; i < digits; i++) {
		char c = *t->at++;

		point = point * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return pr_toml_fail(t, "U+%04X is no character", (unsigned int)point);
	pr_text_encode(point, out);
	return 0;
}

/* What follows a backslash. */
static int read_escape(struct pr_toml *t, struct pr_buf *out)
{
	static const char letters[] = "btnfr\"\\";
	static const char values[] = "\b\t\n\f\r\"\\";
	char c = peek(t);
	const char *found = c ? strchr(letters, c) : NULL;

	if (t->at < t->end)
		t->at++;
	if (c == 'u' || c == 'U')
		return read_point(t, c == 'u' ? 4 : 8, out);
	if (!found)
		return pr_toml_fail(t, "unknown escape in a string");
	pr_buf_addc(out, values[found - letters]);
	return 0;
}

/* A string in `quote`, which is the next byte; escapes work between double quotes only. */
static int read_string(struct pr_toml *t, char quote, struct pr_buf *out)
{
	int rc = 0;

	if (t->end - t->at >= 3 && t->at[1] == quote && t->at[2] == quote)
		return pr_toml_fail(t, "strings of several lines are not supported");
	t->at++;
	while (rc == 0 && t->at < t->end && *t->at != quote) {
		if (is_control(*t->at))
			return pr_toml_fail(t, "control character or line end in a string");
		if (*t->at == '\\' && quote == '"') {
			t->at++;
			rc = read_escape(t, out);
		} else {
			pr_buf_addc(out, *t->at++);
		}
	}
	if (rc)
		return rc;
	if (t->at == t->end)
		return pr_toml_fail(t, "the string has no end");
	t->at++;
	return pr_buf_check(out, "the string", t->err);
}

int pr_toml_key(struct pr_toml *t, struct pr_buf *out)
{
	size_t bare;
	int rc;

	pr_toml_skip_blanks(t);
	bare = span(t, LETTERS DIGITS "_-");
	if (peek(t) == '"' || peek(t) == '\'') {
		rc = read_string(t, *t->at, out);
	} else {
		if (!bare)
			return pr_toml_fail(t, "expected a key");
		pr_buf_add(out, t->at, bare);
		t->at += bare;
		rc = pr_buf_check(out, "the key", t->err);
	}
	if (rc == 0 && strlen(pr_buf_str(out)) != out->len)
		rc = pr_toml_fail(t, "NUL character in a key");
	pr_toml_skip_blanks(t);
	return rc;
}

/* Whether the number is a decimal one; `ret_real` tells whether it has a fraction or an exponent.
 */
static bool is_decimal(const char *text, bool *ret_real)
{
	size_t whole;
	size_t at = *text == '+' || *text == '-';
	size_t start = at;

	whole = strspn(text + at, DIGITS);
	at += whole;
	if (!whole || (whole > 1 && text[start] == '0'))
		return false;
	*ret_real = text[at] != '\0';
	if (text[at] == '.') {
		size_t digits = strspn(text + at + 1, DIGITS);

		if (!digits)
			return false;
		at += digits + 1;
	}
	if (text[at] == 'e' || text[at] == 'E') {
		at++;
		at += text[at] == '+' || text[at] == '-';
		if (!strspn(text + at, DIGITS))
			return false;
		at += strspn(text + at, DIGITS);
	}
	return text[at] == '\0';
}

/* An underscore stands between two digits (of base 16, where there is one). */
static bool drop_underscores(const char *text, size_t n, struct pr_buf *out)
{
	static const char digits[] = DIGITS "abcdefABCDEF";

	for (size_t i = 0; i < n; i++) {
		if (text[i] != '_') {
			pr_buf_addc(out, text[i]);
			continue;
		}
		if (i == 0 || i + 1 == n || !text[i - 1] || !strchr(digits, text[i - 1]) ||
			!text[i + 1] || !strchr(digits, text[i + 1]))
			return false;
	}
	return out->status == 0 && strlen(pr_buf_str(out)) == out->len;
}

/* 0x, 0o and 0b: digits of that base, at most 63 bits. */
static bool read_based(const char *text, json_int_t *ret_value)
{
	const char *letters = "xob";
	static const unsigned int bases[] = {16, 8, 2};
	const char *found = text[0] == '0' && text[1] ? strchr(letters, text[1]) : NULL;
	uint64_t value = 0;
	unsigned int base;

	if (!found || !text[2])
		return false;
	base = bases[found - letters];
	for (const char *c = text + 2; *c; c++) {
		static const char digits[] = "0123456789abcdef";
		char lower = (char)(*c >= 'A' && *c <= 'F' ? *c | 0x20 : *c);
		const char *digit = strchr(digits, lower);

		if (!digit || digit - digits >= (ptrdiff_t)base ||
			value > ((uint64_t)INT64_MAX - (uint64_t)(digit - digits)) / base)
			return false;
		value = value * base + (uint64_t)(digit - digits);
	}
	*ret_value = (json_int_t)value;
	return true;
}

/* A value that is one word: a boolean or a number. NULL where it is neither. */
static json_t *word_value(const char *text, size_t n)
{
	PR_AUTO(buf) struct pr_buf word = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err ignored = PR_ERR_INIT;
	json_int_t based = 0;
	int64_t integer = 0;
	double number = 0;
	bool real = false;

	if (!drop_underscores(text, n, &word))
		return NULL;
	text = pr_buf_str(&word);
	if (pr_text_eq(text, "true") || pr_text_eq(text, "false"))
		return json_boolean(*text == 't');
	if (read_based(text, &based))
		return json_integer(based);
	if (!is_decimal(text, &real))
		return NULL;
	if (real)
		return pr_text_double(text, &number, &ignored) ? NULL : json_real(number);
	return pr_text_int64(text, &integer, &ignored) ? NULL : json_integer(integer);
}

/* It is not shown: it may be a token without its quotation marks. */
static int read_word(struct pr_toml *t, json_t **ret_value)
{
	size_t n = span(t, LETTERS DIGITS "+-_.:");

	if (!n)
		return pr_toml_fail(t, "expected a value");
	*ret_value = word_value(t->at, n);
	if (!*ret_value)
		return pr_toml_fail(t, "no value, or of a kind that is not supported: texts stand "
				       "in quotation marks");
	t->at += n;
	return 0;
}

static int read_items(struct pr_toml *t, json_t *array)
{
	for (;;) {
		json_t *value = NULL;
		int rc = pr_toml_skip_lines(t);

		if (rc || pr_toml_take(t, ']'))
			return rc;
		rc = pr_toml_value(t, &value);
		if (rc == 0)
			rc = pr_json_append(array, value, t->err);
		if (rc == 0)
			rc = pr_toml_skip_lines(t);
		if (rc)
			return rc;
		if (pr_toml_take(t, ','))
			continue;
		return pr_toml_take(t, ']') ? 0 : pr_toml_fail(t, "expected ',' or ']'");
	}
}

static int read_array(struct pr_toml *t, json_t **ret_value)
{
	json_auto_t *array = json_array();
	int rc;

	if (!array)
		return pr_fail_nomem(t->err);
	if (t->depth >= DEPTH_MAX)
		return pr_toml_fail(t, "arrays are nested deeper than %d levels", DEPTH_MAX);
	t->at++;
	t->depth++;
	rc = read_items(t, array);
	t->depth--;
	if (rc == 0)
		*ret_value = pr_steal(array);
	return rc;
}

int pr_toml_value(struct pr_toml *t, json_t **ret_value)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	char c = peek(t);
	int rc;

	if (c == '[')
		return read_array(t, ret_value);
	if (c == '{')
		return pr_toml_fail(t, "inline tables are not supported");
	if (c != '"' && c != '\'')
		return read_word(t, ret_value);
	rc = read_string(t, c, &text);
	if (rc)
		return rc;
	*ret_value = json_stringn(pr_buf_str(&text), text.len);
	return *ret_value ? 0 : pr_fail_nomem(t->err);
}
