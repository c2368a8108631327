#ifndef PR_BASE_SHOWN_H
#define PR_BASE_SHOWN_H

/*
 * Texts of others inside a document that people read: whatever is in them is shown as text, and
 * nothing in them is taken for the document's own language, for a command to a terminal, or for an
 * order to write from right to left.
 */

#include "base/buf.h"

/* The language of the document; in all of them what is no character becomes U+FFFD. */
enum pr_shown {
	PR_SHOWN_PLAIN,    /* a terminal or a text file */
	PR_SHOWN_MARKUP,   /* HTML and XML 1.0, in content and in quoted attributes */
	PR_SHOWN_MARKDOWN, /* also within a table */
};

/*
 * Adds at most `max` of the `n` bytes; an ellipsis tells that there were more. On one line: line
 * ends and tabs become spaces. Status as of pr_buf_add.
 */
int pr_shown_line(enum pr_shown how, const char *text, size_t n, size_t max, struct pr_buf *out);

/* As pr_shown_line, with its lines and tabs, for places that keep them (HTML's <pre>). */
int pr_shown_block(enum pr_shown how, const char *text, size_t n, size_t max, struct pr_buf *out);

#endif
