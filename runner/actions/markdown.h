#ifndef PR_ACTIONS_MARKDOWN_H
#define PR_ACTIONS_MARKDOWN_H

/* Texts of others inside the Markdown of a step summary. */

#include "base/buf.h"

/*
 * Adds a text so that it is shown as it is: redacted first, then at most `max` bytes of it (an
 * ellipsis tells that there was more), on one line, no Markdown, HTML, link or cell border made of
 * it. Status as of pr_buf_add.
 */
int pr_markdown_text(const char *text, size_t max, struct pr_buf *out);

/*
 * Shortens what is longer than `max` bytes, `note` included, which then ends it: at the end of a
 * line where there is one in the last 64 KiB, else between two characters. Status as of pr_buf_add.
 */
int pr_markdown_cut(struct pr_buf *text, size_t max, const char *note);

#endif
