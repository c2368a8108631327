#ifndef PR_CODEC_TOML_VALUE_H
#define PR_CODEC_TOML_VALUE_H

/*
 * The small pieces of a TOML text: blanks, keys and values (docs/protocol.md 1.5). For toml.c,
 * which owns the state and puts the pieces into tables.
 */

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

/* A text that is read from the left; everything in it is borrowed from pr_toml_parse. */
struct pr_toml {
	const char *at;
	const char *end;
	size_t line;
	const char *name;
	json_t *root;
	json_t *table;    /* that the last header named */
	json_t *declared; /* names of all headers so far */
	size_t depth;     /* of arrays around `at` */
	struct pr_err *err;
};

/* PR_EINVAL with "<name>: line <line>: " before the message. */
int pr_toml_fail(struct pr_toml *t, const char *fmt, ...) PR_PRINTF(2, 3);

/* Steps over blanks and tabs. */
void pr_toml_skip_blanks(struct pr_toml *t);

/* Steps over blanks and then the byte `c`; false, and only blanks are gone, where it is not there.
 */
bool pr_toml_take(struct pr_toml *t, char c);

/* Whether a line end, a comment or the end of the text comes next. */
bool pr_toml_at_line_end(const struct pr_toml *t);

/* Steps over blanks, line ends and comments. PR_EINVAL for control characters in a comment. */
int pr_toml_skip_lines(struct pr_toml *t);

/* Reads one part of a key with the blanks around it into the empty `out`. PR_EINVAL. */
int pr_toml_key(struct pr_toml *t, struct pr_buf *out);

/* Reads a value. The caller owns it. PR_EINVAL for what is none or is not supported. */
int pr_toml_value(struct pr_toml *t, json_t **ret_value);

#endif
