#ifndef PR_CODEC_JSONPATH_H
#define PR_CODEC_JSONPATH_H

/*
 * JSONPath in the dialect of the library that experiments were written for (docs/engine.md 5.7):
 * neither Goessner's nor RFC 9535. Filters apply to the node itself, equality is '=', strings take
 * double quotes only, `or` binds tighter than `and`.
 */

#include "base/err.h"

#include <jansson.h>

struct pr_jsonpath;

/* Compiles a path. PR_EINVAL with the column and what was expected. Caller frees. */
int pr_jsonpath_new(const char *text, struct pr_jsonpath **ret_path, struct pr_err *err);

/* NULL is allowed. */
void pr_jsonpath_free(struct pr_jsonpath *path);

/*
 * All matches in `root`, in order, as a new array whose elements are shared with `root`. Where the
 * original raises (slice step 0, `contains` on a number): PR_EINVAL. Caller owns.
 */
int pr_jsonpath_match(
	const struct pr_jsonpath *path, json_t *root, json_t **ret_matches, struct pr_err *err);

#endif
