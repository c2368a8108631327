#include "actions/command.h"

#include <string.h>

/* One pass: a '%' that was text is encoded, one that a code brings is not. */
static int escape(const char *text, size_t n, const char *special, struct pr_buf *out)
{
	size_t start = 0;

	for (size_t i = 0; i < n; i++) {
		if (!text[i] || !strchr(special, text[i]))
			continue;
		pr_buf_add(out, text + start, i - start);
		pr_buf_addf(out, "%%%02X", (unsigned)(unsigned char)text[i]);
		start = i + 1;
	}
	return n ? pr_buf_add(out, text + start, n - start) : out->status;
}

int pr_actions_escape_data(const char *text, size_t n, struct pr_buf *out)
{
	return escape(text, n, "%\r\n", out);
}

int pr_actions_escape_property(const char *text, size_t n, struct pr_buf *out)
{
	return escape(text, n, "%\r\n:,", out);
}

int pr_actions_command(const char *name, const char *title, const char *data, struct pr_buf *out)
{
	pr_buf_addf(out, "::%s", name);
	if (title && *title) {
		pr_buf_adds(out, " title=");
		pr_actions_escape_property(title, strlen(title), out);
	}
	pr_buf_adds(out, "::");
	if (data)
		pr_actions_escape_data(data, strlen(data), out);
	return pr_buf_addc(out, '\n');
}
