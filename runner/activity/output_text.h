#ifndef PR_ACTIVITY_OUTPUT_TEXT_H
#define PR_ACTIVITY_OUTPUT_TEXT_H

/* Bytes that a program or a server gave, as text (docs/engine.md 4.3, 4.4). */

#include "base/buf.h"

#include <jansson.h>

/*
 * Decodes without guessing: valid UTF-8 as it is (without a byte order mark), UTF-16 with a byte
 * order mark, anything else as ISO-8859-1, in which every byte is a character. NULL: no memory.
 */
json_t *pr_output_text(const struct pr_buf *bytes) PR_MUST_CHECK;

/* Decodes ISO-8859-1. NULL: no memory. */
json_t *pr_output_latin1(const struct pr_buf *bytes) PR_MUST_CHECK;

/* Decodes Windows-1252; the five bytes that it leaves free become U+FFFD. NULL: no memory. */
json_t *pr_output_cp1252(const struct pr_buf *bytes) PR_MUST_CHECK;

#endif
