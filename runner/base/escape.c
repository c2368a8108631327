#include "base/escape.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

static const char lower_hex[] = "0123456789abcdef";
static const char upper_hex[] = "0123456789ABCDEF";

static size_t put_unit(char *piece, uint32_t unit)
{
	piece[0] = '\\';
	piece[1] = 'u';
	for (unsigned i = 0; i < 4; i++)
		piece[2 + i] = lower_hex[unit >> (12 - 4 * i) & 0xf];
	return 6;
}

static size_t put_point(char *piece, uint32_t point)
{
	if (point < 0x10000)
		return put_unit(piece, point);
	point -= 0x10000;
	put_unit(piece, 0xd800 + (point >> 10));
	return 6 + put_unit(piece + 6, 0xdc00 + (point & 0x3ff));
}

/* The letter after the backslash of JSON's short escapes, 0 where there is none. */
static char short_escape(char c)
{
	static const char plain[] = "\"\\\n\r\t\b\f";
	static const char letter[] = "\"\\nrtbf";
	const char *at = c ? strchr(plain, c) : NULL;

	return at ? letter[at - plain] : '\0';
}

static size_t put_ascii(char *piece, char c, bool ascii)
{
	char letter = short_escape(c);

	if (letter) {
		piece[0] = '\\';
		piece[1] = letter;
		return 2;
	}
	if ((unsigned char)c < 0x20 || (ascii && c == 0x7f))
		return put_unit(piece, (unsigned char)c);
	piece[0] = c;
	return 1;
}

size_t pr_escape_json_next(
	const char *text, size_t n, bool ascii, char piece[PR_ESCAPE_PIECE], size_t *ret_len)
{
	uint32_t point;
	size_t used;

	if ((unsigned char)text[0] < 0x80) {
		*ret_len = put_ascii(piece, text[0], ascii);
		return 1;
	}
	used = pr_text_decode(text, n, &point);
	if (used && !ascii) {
		memcpy(piece, text, used);
		*ret_len = used;
		return used;
	}
	*ret_len = put_point(piece, used ? point : 0xfffd);
	return used ? used : 1;
}

int pr_escape_json(const char *text, size_t n, bool ascii, struct pr_buf *out)
{
	char piece[PR_ESCAPE_PIECE];
	size_t len;
	size_t i = 0;

	while (i < n && !out->status) {
		i += pr_escape_json_next(text + i, n - i, ascii, piece, &len);
		pr_buf_add(out, piece, len);
	}
	return out->status;
}

static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

static bool hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What need not be encoded in a whole address: '%' only where a code begins. */
static bool has_place_in_url(const char *text, size_t n)
{
	unsigned char c = (unsigned char)text[0];

	if (c == '%')
		return n > 2 && hex_digit(text[1]) && hex_digit(text[2]);
	return c > 0x20 && c < 0x7f && !strchr("\"<>\\^`{|}", c);
}

int pr_escape_url(const char *text, size_t n, unsigned how, struct pr_buf *out)
{
	const char *hex = how & PR_ESCAPE_LOWER ? lower_hex : upper_hex;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		char coded[3] = {'%', hex[c >> 4], hex[c & 0xf]};

		if (unreserved(text[i]) || (c == '/' && how & PR_ESCAPE_SLASH) ||
			(how & PR_ESCAPE_URL && has_place_in_url(text + i, n - i)))
			pr_buf_addc(out, text[i]);
		else if (c == ' ' && how & PR_ESCAPE_PLUS)
			pr_buf_addc(out, '+');
		else
			pr_buf_add(out, coded, sizeof coded);
	}
	return out->status;
}

int pr_escape_python(const char *text, size_t n, bool quote, struct pr_buf *out)
{
	static const char named[] = "\n\r\t\\'";
	static const char letters[] = "nrt\\'";
	size_t count = sizeof named - (quote ? 1 : 2);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		const char *at = memchr(named, c, count);

		if (at)
			pr_buf_addf(out, "\\%c", letters[at - named]);
		else if (c < 0x20 || c == 0x7f)
			pr_buf_addf(out, "\\x%02x", c);
		else
			pr_buf_addc(out, text[i]);
	}
	return out->status;
}

int pr_escape_base64(const char *bytes, size_t n, bool url, struct pr_buf *out)
{
	static const char standard[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char safe[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *digits = url ? safe : standard;

	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		uint32_t bits = 0;
		char four[4];

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < have ? (unsigned char)bytes[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			four[k] = k <= have ? digits[bits >> (18 - 6 * k) & 0x3f] : '=';
		pr_buf_add(out, four, sizeof four);
	}
	return out->status;
}

/* The value of a digit, 64 of the padding, -1 of anything else. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '=')
		return 64;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int pr_escape_base64_decode(const char *text, struct pr_buf *out)
{
	uint32_t bits = 0;
	unsigned digits = 0;
	unsigned padding = 0;

	for (; *text; text++) {
		int value = base64_value(*text);

		if (strchr(" \t\r\n", *text))
			continue;
		if (value < 0 || (padding && value != 64) || (value == 64 && digits % 4 < 2))
			return PR_EINVAL;
		padding += value == 64;
		bits = bits << 6 | (value == 64 ? 0u : (unsigned)value);
		if (++digits % 4)
			continue;
		for (unsigned k = 0; k + padding < 3; k++)
			pr_buf_addc(out, (char)(bits >> (16 - 8 * k) & 0xff));
	}
	return digits % 4 ? PR_EINVAL : out->status;
}
