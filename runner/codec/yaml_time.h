#ifndef PR_CODEC_YAML_TIME_H
#define PR_CODEC_YAML_TIME_H

/* Dates and times of YAML 1.1 documents and their ISO 8601 form (docs/engine.md 1.4). For
 * yaml_scalar.c. */

#include "base/buf.h"

#include <stdbool.h>

/* Whether a plain text is a date (of two-digit month and day) or a date with a time. */
bool pr_yaml_is_timestamp(const char *text, size_t n);

/*
 * Adds the ISO text to `out` as Python's isoformat writes it: the fraction with six digits and only
 * when it is not zero, the zone only when there was one. False for other texts and for dates that
 * do not exist.
 */
bool pr_yaml_timestamp(const char *text, size_t n, struct pr_buf *out);

#endif
