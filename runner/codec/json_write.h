#ifndef PR_CODEC_JSON_WRITE_H
#define PR_CODEC_JSON_WRITE_H

/*
 * Writing JSON as Python's json.dumps does, byte for byte, since journals and request bodies are
 * compared with upstream's: separators ", " and ": " on one line, or an indent with "," at line
 * ends; floats in their shortest form; empty containers as [] and {}.
 */

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_json_style {
	int indent; /* spaces a level; 0: everything on one line */
	bool ascii; /* non-ASCII as \uXXXX (Python's default); else raw UTF-8 */
	bool sort_keys;
	bool compact; /* "," and ":" without spaces; for what only machines read */
	bool redact;  /* registered secrets in strings are replaced (base/redact.h) */
};

/* The form of journals: indent 2, raw UTF-8, redacted. */
#define PR_JSON_JOURNAL \
	{.indent = 2, .ascii = false, .sort_keys = false, .compact = false, .redact = true}

/* Adds `value` to `out`; NULL is written as null. Status as of pr_buf_add. */
int pr_json_write(const json_t *value, const struct pr_json_style *style, struct pr_buf *out);

/* Takes text that is written piece by piece. `write` returns 0, or a negative code that ends it. */
struct pr_json_sink {
	int (*write)(void *arg, const char *data, size_t n, struct pr_err *err);
	void *arg;
};

/*
 * Gives the text of `value` to `sink` in pieces of some 64 KiB, so that the memory it takes does
 * not grow with the value. The code that `write` returned, or PR_ENOMEM, or PR_ELIMIT.
 */
int pr_json_write_to(const json_t *value, const struct pr_json_style *style,
	const struct pr_json_sink *sink, struct pr_err *err);

/* The value as compact text that the caller frees; NULL when memory is out. Not redacted. */
char *pr_json_line(const json_t *value) PR_MUST_CHECK;

#endif
