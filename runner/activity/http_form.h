#ifndef PR_ACTIVITY_HTTP_FORM_H
#define PR_ACTIVITY_HTTP_FORM_H

/* Form encoding as python-requests makes it (docs/engine.md 4.4). */

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

/*
 * Adds `a=1&b=2` for a mapping: lists are repeated, null is left out, True and False are
 * capitalised, a nested mapping gives its keys. A list must hold pairs of a key and a value.
 * PR_EINVAL for other kinds.
 */
int pr_http_form_add(const json_t *arguments, struct pr_buf *out, struct pr_err *err);

#endif
