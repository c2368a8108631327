#include "codec/jsonpath_private.h"

#include "base/text.h"

#include <string.h>

/* Longer signs before their beginnings. */
static const char *const signs[] = {
	"..",
	"!=",
	"<=",
	">=",
	"$",
	"@",
	".",
	"[",
	"]",
	"(",
	")",
	"{",
	"}",
	",",
	":",
	"*",
	"?",
	"=",
	"<",
	">",
};

static const char *const keywords[] = {"and", "or", "not", "contains", "true", "false", "null"};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

size_t pr_jsonpath_column(const char *text, size_t offset)
{
	size_t column = 1;

	for (size_t i = 0; i < offset; i++)
		column += ((unsigned char)text[i] & 0xC0) != 0x80;
	return column;
}

static size_t name_length(const char *text)
{
	size_t n = 0;

	while (is_name_start(text[n]) || (n > 0 && is_digit(text[n])))
		n++;
	return n;
}

static size_t digits_length(const char *text)
{
	size_t n = 0;

	while (is_digit(text[n]))
		n++;
	return n;
}

/* Length of a JSON number; 0 when there is none. */
static size_t number_length(const char *text)
{
	size_t n = text[0] == '-';
	size_t part;

	if (!is_digit(text[n]))
		return 0;
	n += text[n] == '0' ? 1 : digits_length(text + n);
	if (text[n] == '.' && is_digit(text[n + 1]))
		n += 1 + digits_length(text + n + 1);
	if (text[n] != 'e' && text[n] != 'E')
		return n;
	part = text[n + 1] == '+' || text[n + 1] == '-' ? 2 : 1;
	return is_digit(text[n + part]) ? n + part + digits_length(text + n + part) : n;
}

static bool is_hex(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F'))
			return false;
	}
	return true;
}

/* Length of the escape at `text`, 0 where it is none of JSON's. */
static size_t escape_length(const char *text)
{
	if (text[1] == 'u')
		return is_hex(text + 2, 4) ? 6 : 0;
	return text[1] && strchr("\"\\/bfnrt", text[1]) ? 2 : 0;
}

/* Length of the string at `text` with its quotes; 0 where it is malformed. */
static size_t string_length(const char *text)
{
	size_t n = 1;

	while (text[n] != '"') {
		size_t part = text[n] == '\\' ? escape_length(text + n) : 1;

		if (!part || (unsigned char)text[n] < 0x20)
			return 0;
		n += part;
	}
	return n + 1;
}

static bool is_keyword(const char *text, size_t n)
{
	for (size_t i = 0; i < PR_LEN(keywords); i++) {
		if (strlen(keywords[i]) == n && !memcmp(keywords[i], text, n))
			return true;
	}
	return false;
}

static size_t sign_length(const char *text)
{
	for (size_t i = 0; i < PR_LEN(signs); i++) {
		if (pr_text_starts(text, signs[i]))
			return strlen(signs[i]);
	}
	return 0;
}

/* The kind of the token at `text` and its length, 0 where none begins. */
static enum pr_jsonpath_token_kind measure(const char *text, size_t *ret_n)
{
	if (is_name_start(*text)) {
		*ret_n = name_length(text);
		return is_keyword(text, *ret_n) ? PR_JP_KEYWORD : PR_JP_NAME;
	}
	if (*text == '"') {
		*ret_n = string_length(text);
		return PR_JP_STRING;
	}
	if (is_digit(*text) || *text == '-') {
		*ret_n = number_length(text);
		return PR_JP_NUMBER;
	}
	*ret_n = sign_length(text);
	return PR_JP_SIGN;
}

static int refuse(const char *text, size_t at, struct pr_err *err)
{
	size_t column = pr_jsonpath_column(text, at);
	uint32_t point;
	size_t n = pr_text_decode(text + at, strlen(text + at), &point);

	if (text[at] == '"')
		return pr_fail(err, PR_EINVAL,
			"column %zu: a string that is not closed or holds a bad escape", column);
	if (text[at] == '\'')
		return pr_fail(err, PR_EINVAL, "column %zu: strings take double quotes", column);
	return pr_fail(err, PR_EINVAL, "column %zu: unexpected character '%.*s'", column, (int)n,
		text + at);
}

int pr_jsonpath_lex(
	const char *text, size_t *at, struct pr_jsonpath_token *ret_token, struct pr_err *err)
{
	struct pr_jsonpath_token token = {.kind = PR_JP_END};

	while (text[*at] && strchr(" \t\r\n", text[*at]))
		(*at)++;
	token.at = *at;
	token.text = text + *at;
	if (text[*at]) {
		token.kind = measure(token.text, &token.n);
		if (!token.n)
			return refuse(text, *at, err);
	}
	*at += token.n;
	if (token.kind == PR_JP_STRING) {
		token.text++;
		token.n -= 2;
	}
	*ret_token = token;
	return 0;
}
