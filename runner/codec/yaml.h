#ifndef PR_CODEC_YAML_H
#define PR_CODEC_YAML_H

/*
 * YAML 1.1 as PyYAML's safe_load reads it (docs/engine.md 1.4), into JSON values: scalar rules,
 * merge keys, anchors. Dates become their ISO text. Aliases share the same JSON value, as they do
 * in Python. Keys that are no strings become the text that Python's json would write.
 */

#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>

/*
 * Parses one document of `n` bytes; an empty one is null. `name` begins the message, which has line
 * and column: PR_EINVAL for syntax, several documents, unknown tags, cyclic aliases; PR_ELIMIT for
 * size, depth and what aliases add. Caller owns.
 */
int pr_yaml_parse(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	json_t **ret_value, struct pr_err *err);

/*
 * The value of a plain scalar without a tag: the resolver and constructor of YAML 1.1. Caller owns.
 * PR_EINVAL for texts that resolve to a type that has no value ("=").
 */
int pr_yaml_scalar(const char *text, size_t n, json_t **ret_value, struct pr_err *err);

#endif
