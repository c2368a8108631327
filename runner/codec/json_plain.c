#include "codec/json_plain.h"

#include <string.h>

/* What it takes of the stack is bounded, and no journal is nested deeper. */
#define DEPTH_MAX 64

/* So many digits are within 64 bits, so many of an exponent within a double. */
#define INTEGER_DIGITS 18
#define EXPONENT_DIGITS 2

struct reader {
	const char *at, *end;
};

static bool read_value(struct reader *reader, size_t depth);

static bool next_is(const struct reader *reader, char c)
{
	return reader->at < reader->end && *reader->at == c;
}

static bool take(struct reader *reader, char c)
{
	if (!next_is(reader, c))
		return false;
	reader->at++;
	return true;
}

static void skip_blanks(struct reader *reader)
{
	while (next_is(reader, ' ') || next_is(reader, '\n') || next_is(reader, '\t') ||
		next_is(reader, '\r'))
		reader->at++;
}

static bool take_mark(struct reader *reader, char c)
{
	skip_blanks(reader);
	return take(reader, c);
}

static bool read_escape(struct reader *reader)
{
	static const char known[] = {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'};

	if (reader->at == reader->end || !memchr(known, *reader->at, sizeof known))
		return false;
	reader->at++;
	return true;
}

static bool read_string(struct reader *reader)
{
	if (!take_mark(reader, '"'))
		return false;
	while (reader->at < reader->end) {
		unsigned char c = (unsigned char)*reader->at++;

		if (c == '"')
			return true;
		if (c < ' ' || c > '~' || (c == '\\' && !read_escape(reader)))
			return false;
	}
	return false;
}

static bool read_digits(struct reader *reader, size_t max)
{
	const char *begin = reader->at;

	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
		reader->at++;
	return reader->at > begin && (size_t)(reader->at - begin) <= max;
}

static bool read_number(struct reader *reader)
{
	(void)take(reader, '-');
	if (!take(reader, '0') && !read_digits(reader, INTEGER_DIGITS))
		return false;
	if (take(reader, '.') && !read_digits(reader, INTEGER_DIGITS))
		return false;
	if (!take(reader, 'e') && !take(reader, 'E'))
		return true;
	if (!take(reader, '+'))
		(void)take(reader, '-');
	return read_digits(reader, EXPONENT_DIGITS);
}

static bool read_word(struct reader *reader, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(reader->end - reader->at) < n || memcmp(reader->at, word, n) != 0)
		return false;
	reader->at += n;
	return true;
}

static bool read_member(struct reader *reader, size_t depth)
{
	return read_string(reader) && take_mark(reader, ':') && read_value(reader, depth);
}

/* After the opening mark; `depth` is what may still be nested in it. */
static bool read_list(struct reader *reader, size_t depth, char close,
	bool (*read_item)(struct reader *reader, size_t depth))
{
	if (take_mark(reader, close))
		return true;
	do {
		if (!read_item(reader, depth))
			return false;
	} while (take_mark(reader, ','));
	return take_mark(reader, close);
}

static bool read_value(struct reader *reader, size_t depth)
{
	skip_blanks(reader);
	if (next_is(reader, '"'))
		return read_string(reader);
	if (take(reader, '{'))
		return depth && read_list(reader, depth - 1, '}', read_member);
	if (take(reader, '['))
		return depth && read_list(reader, depth - 1, ']', read_value);
	return read_word(reader, "true") || read_word(reader, "false") ||
	       read_word(reader, "null") || read_number(reader);
}

bool pr_json_is_plain_object(const char *text, size_t n, const struct pr_limits *limits)
{
	struct reader reader = {.at = text, .end = text + n};

	if (n > limits->document_bytes)
		return false;
	skip_blanks(&reader);
	if (!next_is(&reader, '{') ||
		!read_value(&reader, limits->depth < DEPTH_MAX ? limits->depth : DEPTH_MAX))
		return false;
	skip_blanks(&reader);
	return reader.at == reader.end;
}
