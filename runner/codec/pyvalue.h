#ifndef PR_CODEC_PYVALUE_H
#define PR_CODEC_PYVALUE_H

/*
 * What Python would say of a JSON value: truth, equality, and its texts. Experiments depend on it
 * (docs/engine.md 3.6, 5 and appendix B).
 */

#include "base/buf.h"

#include <jansson.h>
#include <stdbool.h>

/* bool(value): false for NULL, null, false, 0, 0.0, "", [], {}. */
bool pr_value_truthy(const json_t *value);

/*
 * a == b: numbers and booleans by value across kinds (True == 1 == 1.0), strings, lists and objects
 * deeply, order of members without meaning. NULL equals only NULL.
 */
bool pr_value_equal(const json_t *a, const json_t *b);

/* Whether the value is a number for Python: int, float or bool. Writes it as a double. */
bool pr_value_number(const json_t *value, double *ret_number);

/*
 * -1, 0 or 1 for a < b, a == b, a > b between numbers (exactly, also beyond 2^53), strings (by code
 * point) or lists (element by element); returns false where Python raises TypeError.
 */
bool pr_value_compare(const json_t *a, const json_t *b, int *ret_order);

/* str(value): strings as they are, everything else as repr. Status as of pr_buf_add. */
int pr_value_str(const json_t *value, struct pr_buf *out);

/* repr(value): "None", "True", "'x'", "[1, 'a']", "{'k': 1.0}". Status as of pr_buf_add. */
int pr_value_repr(const json_t *value, struct pr_buf *out);

#endif
