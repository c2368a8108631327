#include "actions/markdown.h"

#include "base/redact.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)64 << 10)

static const struct {
	char c;
	const char *shown;
} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'@', "&#64;"}};

/* What Markdown could read as more than itself; a backslash before any of these shows it. */
static const char marks[] = "\\`*_{}[]()#+!|~:$=^";

/* `www.` alone makes a link. */
static bool is_special(char c, const struct pr_buf *out)
{
	bool after_w = out->len && tolower((unsigned char)out->ptr[out->len - 1]) == 'w';

	return strchr(marks, c) || (c == '.' && after_w);
}

static void add_char(char c, struct pr_buf *out)
{
	for (size_t i = 0; i < PR_LEN(entities); i++)
		if (entities[i].c == c) {
			pr_buf_adds(out, entities[i].shown);
			return;
		}
	if (is_special(c, out))
		pr_buf_addc(out, '\\');
	pr_buf_addc(out, c);
}

/* What ends lines, turns the direction of writing or cannot be seen has no place in a line. */
static bool is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
	       (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

static size_t add_next(const char *text, size_t n, struct pr_buf *out)
{
	uint32_t point = 0;
	size_t used = pr_text_decode(text, n, &point);

	if (used && point && point < 0x80 && strchr("\t\r\n", (int)point))
		pr_buf_addc(out, ' ');
	else if (!used || is_control(point))
		pr_buf_adds(out, "\xef\xbf\xbd");
	else if (used == 1)
		add_char(text[0], out);
	else
		pr_buf_add(out, text, used);
	return used ? used : 1;
}

int pr_markdown_text(const char *text, size_t max, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *bytes;
	size_t end;

	if (pr_redact_copy(text, strlen(text), &shown)) {
		out->status = out->status ? out->status : shown.status;
		return out->status;
	}
	bytes = pr_buf_str(&shown);
	end = shown.len <= max ? shown.len : max;
	while (end < shown.len && end && ((unsigned char)bytes[end] & 0xc0) == 0x80)
		end--;
	for (size_t i = 0; i < end;)
		i += add_next(bytes + i, end - i, out);
	return pr_buf_adds(out, end < shown.len ? "\xe2\x80\xa6" : "");
}

int pr_markdown_cut(struct pr_buf *text, size_t max, const char *note)
{
	size_t room = max > strlen(note) ? max - strlen(note) : 0;
	const char *bytes = pr_buf_str(text);
	size_t end = room;

	if (text->status || text->len <= max)
		return text->status;
	while (end && room - end < LINE_MAX_BYTES && bytes[end - 1] != '\n')
		end--;
	if (!end || bytes[end - 1] != '\n')
		for (end = room; end && ((unsigned char)bytes[end] & 0xc0) == 0x80;)
			end--;
	pr_buf_truncate(text, end);
	return pr_buf_adds(text, note);
}
