#include "codec/json_quick.h"

#include "base/text.h"
#include "codec/json.h"

#include <string.h>

/* Digits of an integer that fits in any case, and of an exponent that overflows in none. */
#define DIGITS_MAX 18
#define EXPONENT_DIGITS_MAX 2

/* The text of a real number, of which no more is read here. */
#define REAL_SIZE 48

struct reader {
	const char *at, *end;
	size_t depth; /* levels that are left */
	bool checks;  /* no values are made */
};

/* A string between its quotes. */
struct span {
	const char *from;
	size_t n;
	bool escaped;
};

/* A NUL, which is no part of any value, at the end. */
static char peek(const struct reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

static void skip_space(struct reader *reader)
{
	char c;

	while ((c = peek(reader)) == ' ' || c == '\n' || c == '\t' || c == '\r')
		reader->at++;
}

static bool take(struct reader *reader, char c)
{
	skip_space(reader);
	if (peek(reader) != c)
		return false;
	reader->at++;
	return true;
}

static bool take_digits(struct reader *reader, size_t max)
{
	const char *from = reader->at;

	while (peek(reader) >= '0' && *reader->at <= '9')
		reader->at++;
	return reader->at > from && (size_t)(reader->at - from) <= max;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four digits; 0 for what is not that, or a NUL, or one of a pair of surrogates. */
static uint32_t read_point(const char *digits)
{
	uint32_t point = 0;

	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(digits[i]);

		if (digit < 0)
			return 0;
		point = point << 4 | (uint32_t)digit;
	}
	return point >= 0xd800 && point <= 0xdfff ? 0 : point;
}

static bool skip_escape(struct reader *reader)
{
	char kind = peek(reader);

	if (!kind)
		return false;
	reader->at++;
	if (kind != 'u')
		return strchr("\"\\/bfnrt", kind);
	if (reader->end - reader->at < 4 || !read_point(reader->at))
		return false;
	reader->at += 4;
	return true;
}

static bool take_string(struct reader *reader, struct span *ret_span)
{
	if (!take(reader, '"'))
		return false;
	*ret_span = (struct span){.from = reader->at};
	while (reader->at < reader->end) {
		unsigned char c = (unsigned char)*reader->at++;

		if (c == '"') {
			ret_span->n = (size_t)(reader->at - ret_span->from) - 1;
			return true;
		}
		if (c < ' ')
			return false;
		if (c != '\\')
			continue;
		ret_span->escaped = true;
		if (!skip_escape(reader))
			return false;
	}
	return false;
}

/* What is behind the backslash at `at`; how long it is. */
static size_t add_escape(struct pr_buf *out, const char *at)
{
	static const char kinds[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";

	if (*at == 'u') {
		pr_text_encode(read_point(at + 1), out);
		return 5;
	}
	pr_buf_addc(out, bytes[strchr(kinds, *at) - kinds]);
	return 1;
}

/* The bytes of a string that has escapes. */
static void unescape(const struct span *span, struct pr_buf *out)
{
	const char *at = span->from, *end = at + span->n;
	const char *slash;

	while ((slash = memchr(at, '\\', (size_t)(end - at)))) {
		pr_buf_add(out, at, (size_t)(slash - at));
		at = slash + 1;
		at += add_escape(out, at);
	}
	pr_buf_add(out, at, (size_t)(end - at));
}

static json_t *read_string(struct reader *reader)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(0);
	struct span span;

	if (!take_string(reader, &span))
		return NULL;
	if (reader->checks)
		return json_null();
	if (!span.escaped)
		return json_stringn_nocheck(span.from, span.n);
	pr_buf_init(&text, span.n + 1);
	unescape(&span, &text);
	return text.status ? NULL : json_stringn_nocheck(pr_buf_str(&text), text.len);
}

static json_t *make_real(const char *from, size_t n)
{
	char text[REAL_SIZE];
	double value;

	if (n >= sizeof text)
		return NULL;
	memcpy(text, from, n);
	text[n] = '\0';
	return pr_text_double(text, &value, NULL) ? NULL : json_real(value);
}

static json_t *make_integer(const char *from, const char *end)
{
	bool negative = *from == '-';
	json_int_t value = 0;

	for (from += negative; from < end; from++)
		value = 10 * value + (*from - '0');
	return json_integer(negative ? -value : value);
}

/* Fraction and exponent; false: they are malformed. */
static bool take_rest(struct reader *reader)
{
	if (peek(reader) == '.') {
		reader->at++;
		if (!take_digits(reader, REAL_SIZE))
			return false;
	}
	if ((peek(reader) | 0x20) != 'e')
		return true;
	reader->at++;
	if (peek(reader) == '+' || peek(reader) == '-')
		reader->at++;
	return take_digits(reader, EXPONENT_DIGITS_MAX);
}

static json_t *read_number(struct reader *reader)
{
	const char *from = reader->at;
	const char *digits, *end;

	if (peek(reader) == '-')
		reader->at++;
	digits = reader->at;
	if (!take_digits(reader, DIGITS_MAX) || (*digits == '0' && reader->at > digits + 1))
		return NULL;
	end = reader->at;
	if (!take_rest(reader))
		return NULL;
	if (reader->checks)
		return json_null();
	return reader->at == end ? make_integer(from, end)
				 : make_real(from, (size_t)(reader->at - from));
}

static json_t *read_word(struct reader *reader, const char *word, json_t *value)
{
	size_t n = strlen(word);

	if ((size_t)(reader->end - reader->at) < n || memcmp(reader->at, word, n) != 0)
		return NULL;
	reader->at += n;
	return value;
}

static json_t *read_value(struct reader *reader);

static bool read_element(struct reader *reader, json_t *array)
{
	json_t *value = read_value(reader);

	return value && (reader->checks || !json_array_append_new(array, value));
}

static bool read_member(struct reader *reader, json_t *object)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(0);
	struct span name;
	json_t *value;

	if (!take_string(reader, &name) || !take(reader, ':'))
		return false;
	value = read_value(reader);
	if (!value || reader->checks)
		return value;
	if (!name.escaped)
		return !json_object_setn_new_nocheck(object, name.from, name.n, value);
	pr_buf_init(&text, name.n + 1);
	unescape(&name, &text);
	if (text.status) {
		json_decref(value);
		return false;
	}
	return !json_object_setn_new_nocheck(object, pr_buf_str(&text), text.len, value);
}

static bool read_elements(struct reader *reader, json_t *list, char end)
{
	bool good;

	if (take(reader, end))
		return true;
	do {
		good = end == '}' ? read_member(reader, list) : read_element(reader, list);
	} while (good && take(reader, ','));
	return good && take(reader, end);
}

/* Takes `list`, which is what the bracket or brace at hand begins. */
static json_t *read_list(struct reader *reader, json_t *list, char end)
{
	bool good = list && reader->depth > 0;

	reader->at++;
	if (good) {
		reader->depth--;
		good = read_elements(reader, list, end);
		reader->depth++;
	}
	if (good)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *read_value(struct reader *reader)
{
	skip_space(reader);
	switch (peek(reader)) {
	case '{':
		return read_list(reader, reader->checks ? json_null() : json_object(), '}');
	case '[':
		return read_list(reader, reader->checks ? json_null() : json_array(), ']');
	case '"':
		return read_string(reader);
	case 't':
		return read_word(reader, "true", json_true());
	case 'f':
		return read_word(reader, "false", json_false());
	case 'n':
		return read_word(reader, "null", json_null());
	default:
		return read_number(reader);
	}
}

static json_t *read_all(struct reader *reader)
{
	json_t *value = read_value(reader);

	skip_space(reader);
	if (value && reader->at == reader->end)
		return value;
	json_decref(value);
	return NULL;
}

json_t *pr_json_quick(const char *text, size_t n, size_t depth)
{
	struct reader reader = {.at = text, .end = text + n, .depth = depth};

	return pr_text_is_utf8(text, n) ? read_all(&reader) : NULL;
}

bool pr_json_is_surely_object(const char *text, size_t n, size_t depth)
{
	struct reader reader = {.at = text, .end = text + n, .depth = depth, .checks = true};

	skip_space(&reader);
	return peek(&reader) == '{' && pr_text_is_utf8(text, n) && read_all(&reader);
}
