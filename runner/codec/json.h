#ifndef PR_CODEC_JSON_H
#define PR_CODEC_JSON_H

/*
 * Reading JSON into jansson's values, with the dialect and limits of docs/engine.md 1.3: duplicate
 * members, the last one wins; members keep their order; NUL allowed in strings; no NaN, no integers
 * beyond 64 bits. And typed access to what others sent us, with messages that name the member.
 */

#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Parses `n` bytes as one JSON value of any kind. `name` (a file, an address) begins the message,
 * which has line and column: PR_EINVAL for syntax, PR_ELIMIT for size or depth. Caller owns.
 */
int pr_json_parse(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	json_t **ret_value, struct pr_err *err);

/*
 * As pr_json_parse, for what a probe found: integers beyond 64 bits become floats, so that they are
 * at least compared by value.
 */
int pr_json_parse_wide(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	json_t **ret_value, struct pr_err *err);

/* The string member `key` of an object; NULL when absent, null or no string, or `object` is no
 * object. */
const char *pr_json_str(const json_t *object, const char *key);

/* The member as an object; NULL when absent or of another kind. Borrowed. */
json_t *pr_json_object(const json_t *object, const char *key);

/* The member as an array; NULL when absent or of another kind. Borrowed. */
json_t *pr_json_array(const json_t *object, const char *key);

/*
 * The string at a dotted path ("definition.deployment.id"); PR_EPROTO with a message that names
 * `what` and the path when something on it is missing or of the wrong kind. Borrowed.
 */
int pr_json_need_str(const json_t *root, const char *path, const char *what, const char **ret_text,
	struct pr_err *err);

/* As pr_json_need_str for an object. */
int pr_json_need_object(const json_t *root, const char *path, const char *what, json_t **ret_value,
	struct pr_err *err);

/* As pr_json_need_str for an array. */
int pr_json_need_array(const json_t *root, const char *path, const char *what, json_t **ret_value,
	struct pr_err *err);

/*
 * json_object_set_new with memory checked: takes `value` in any case; NULL as `value` (out of
 * memory while it was made) is PR_ENOMEM.
 */
int pr_json_set(json_t *object, const char *key, json_t *value, struct pr_err *err);

/* json_array_append_new likewise. */
int pr_json_append(json_t *array, json_t *value, struct pr_err *err);

/* json_copy: the members or elements are shared. NULL: no memory, or NULL was given. Caller owns.
 */
json_t *pr_json_copy(const json_t *value) PR_MUST_CHECK;

/* json_deep_copy; unlike it, never one that lacks members. NULL: as above. Caller owns. */
json_t *pr_json_deep_copy(const json_t *value) PR_MUST_CHECK;

/* A string value from bytes that may be invalid UTF-8: bad sequences become U+FFFD. NULL: no
 * memory. */
json_t *pr_json_text(const char *bytes, size_t n) PR_MUST_CHECK;

/* jansson iterates over what it does not change, yet takes no const: the one place that casts it
 * away. */
static inline json_t *pr_json_mutable(const json_t *value)
{
	return (json_t *)(uintptr_t)value;
}

/* Name of the kind for messages: "object", "array", "string", "integer", "number", "boolean",
 * "null". */
const char *pr_json_kind(const json_t *value);

#endif
