#ifndef PR_CODEC_YAML_WRITE_H
#define PR_CODEC_YAML_WRITE_H

/*
 * Writing YAML that every reader understands alike, be it of YAML 1.1 (PyYAML, Kubernetes, Helm) or
 * of 1.2: block collections, sequences indented under their key, members in their order, and quotes
 * around every text that some reader takes for a number, a date, a boolean or null.
 */

#include "base/buf.h"

#include <jansson.h>
#include <stdbool.h>

/* Adds `value` as one document without a "---" line; NULL is written as null. Status as of
 * pr_buf_add. */
int pr_yaml_write(const json_t *value, struct pr_buf *out);

/*
 * The same in the form that upstream's command line prints (docs/protocol.md 1.1): sequences at the
 * indent of their key, single quotes where they do, nothing for null. Status as of pr_buf_add.
 */
int pr_yaml_write_python(const json_t *value, struct pr_buf *out);

/*
 * Adds `n` bytes of UTF-8, which NUL follows, as one scalar on one line: plain where that is safe
 * within a block collection, else in double quotes; always quoted where `quoted` asks for it
 * (inside [] and {}).
 */
int pr_yaml_write_text(const char *text, size_t n, bool quoted, struct pr_buf *out);

#endif
