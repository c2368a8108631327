#include "actions/markdown.h"

#include "base/redact.h"
#include "base/shown.h"

#include <string.h>

#define LINE_MAX_BYTES ((size_t)64 << 10)

int pr_markdown_text(const char *text, size_t max, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf redacted = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_redact_copy(text, strlen(text), &redacted)) {
		out->status = out->status ? out->status : redacted.status;
		return out->status;
	}
	return pr_shown_line(PR_SHOWN_MARKDOWN, pr_buf_str(&redacted), redacted.len, max, out);
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
