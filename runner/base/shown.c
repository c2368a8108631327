#include "base/shown.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"
#define MARKDOWN_ENTITIES 3 /* quotes are of no use outside of a tag */
#define ELLIPSIS "\xe2\x80\xa6"

/* What Markdown could read as more than itself; a backslash before any of these shows it. */
static const char marks[] = "\\`*_{}[]()#+!|~:$=^";

static const struct {
	char c;
	const char *markup;
} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

/* Characters that act instead of being seen, and those that XML 1.0 has no place for. */
static const struct {
	uint32_t first;
	uint32_t last;
} unseen[] = {{0x00, 0x08}, {0x0b, 0x0c}, {0x0e, 0x1f}, {0x7f, 0x9f}, {0x202a, 0x202e},
	{0x2066, 0x2069}, {0xfdd0, 0xfdef}};

static bool is_unseen(uint32_t point)
{
	for (size_t i = 0; i < PR_LEN(unseen); i++)
		if (point >= unseen[i].first && point <= unseen[i].last)
			return true;
	return (point & 0xfffe) == 0xfffe;
}

static bool is_space(uint32_t point)
{
	return point == '\t' || point == '\n' || point == '\r' || point == 0x2028 ||
	       point == 0x2029;
}

/* `www.` alone makes a link. */
static bool is_mark(char c, const struct pr_buf *out)
{
	bool after_w = out->len && tolower((unsigned char)out->ptr[out->len - 1]) == 'w';

	return strchr(marks, c) || (c == '.' && after_w);
}

static void add_ascii(enum pr_shown how, char c, struct pr_buf *out)
{
	size_t count = how == PR_SHOWN_PLAIN ? 0 : PR_LEN(entities);

	if (how == PR_SHOWN_MARKDOWN)
		count = MARKDOWN_ENTITIES;
	for (size_t i = 0; i < count; i++)
		if (entities[i].c == c) {
			pr_buf_adds(out, entities[i].markup);
			return;
		}
	if (how == PR_SHOWN_MARKDOWN && c == '@') {
		pr_buf_adds(out, "&#64;"); /* a mention */
		return;
	}
	if (how == PR_SHOWN_MARKDOWN && is_mark(c, out))
		pr_buf_addc(out, '\\');
	pr_buf_addc(out, c);
}

/* XML reads a carriage return as a line feed unless it is written as a reference. */
static void add_space(enum pr_shown how, uint32_t point, bool block, struct pr_buf *out)
{
	if (!block || point > 0x20)
		pr_buf_addc(out, ' ');
	else if (point == '\r')
		pr_buf_adds(out, how == PR_SHOWN_MARKUP ? "&#13;" : "");
	else
		pr_buf_addc(out, (char)point);
}

static size_t add_next(
	enum pr_shown how, const char *text, size_t n, bool block, struct pr_buf *out)
{
	uint32_t point = 0;
	size_t used = pr_text_decode(text, n, &point);

	if (!used || is_unseen(point))
		pr_buf_adds(out, REPLACEMENT);
	else if (is_space(point))
		add_space(how, point, block, out);
	else if (used == 1)
		add_ascii(how, *text, out);
	else
		pr_buf_add(out, text, used);
	return used ? used : 1;
}

static int add_text(
	enum pr_shown how, const char *text, const size_t size[2], bool block, struct pr_buf *out)
{
	size_t n = size[0];
	size_t end = n <= size[1] ? n : size[1];

	while (end < n && end && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	for (size_t i = 0; i < end && !out->status;)
		i += add_next(how, text + i, end - i, block, out);
	return pr_buf_adds(out, end < n ? ELLIPSIS : "");
}

int pr_shown_line(enum pr_shown how, const char *text, size_t n, size_t max, struct pr_buf *out)
{
	return add_text(how, text, (const size_t[]){n, max}, false, out);
}

int pr_shown_block(enum pr_shown how, const char *text, size_t n, size_t max, struct pr_buf *out)
{
	return add_text(how, text, (const size_t[]){n, max}, true, out);
}
