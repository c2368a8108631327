#ifndef PR_CODEC_JSON_WRITE_H
#define PR_CODEC_JSON_WRITE_H

/*
 * Writing JSON as Python's json.dumps does, byte for byte, since journals and request bodies are
 * compared with upstream's: separators ", " and ": " on one line, or an indent with "," at line
 * ends; floats in their shortest form; empty containers as [] and {}.
 */

#include "base/buf.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_json_style {
	int indent; /* spaces a level; 0: everything on one line */
	bool ascii; /* non-ASCII as \uXXXX (Python's default); else raw UTF-8 */
	bool sort_keys;
	bool compact; /* "," and ":" without spaces; for what only machines read */
	bool redact;  /* registered secrets in strings are replaced (base/redact.h) */
	int level;    /* indent level of the first line, for a piece of a larger text */
};

/* The form of journals: indent 2, raw UTF-8, redacted. */
#define PR_JSON_JOURNAL             \
	{.indent = 2,               \
		.ascii = false,     \
		.sort_keys = false, \
		.compact = false,   \
		.redact = true,     \
		.level = 0}

/* Adds `value` to `out`; NULL is written as null. Status as of pr_buf_add. */
int pr_json_write(const json_t *value, const struct pr_json_style *style, struct pr_buf *out);

/* The value as compact text that the caller frees; NULL when memory is out. Not redacted. */
char *pr_json_line(const json_t *value) PR_MUST_CHECK;

#endif
