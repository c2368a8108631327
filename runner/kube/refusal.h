#ifndef PR_KUBE_REFUSAL_H
#define PR_KUBE_REFUSAL_H

/* Why an object cannot be applied, in one line that names it and what to do. */

#include "base/err.h"
#include "kube/client.h"

#include <jansson.h>

/* PR_EINVAL unless an object that exists is ours and stays; else 0. */
int pr_kube_refuse_found(const json_t *found, struct pr_err *err);

/*
 * Puts a failed pr_kube_call that applied `wanted` into words: a Job that cannot be changed, fields
 * that others changed since, else what the server said. Returns the code of `err`, which is filled
 * already.
 */
int pr_kube_refuse_answer(
	const json_t *wanted, const struct pr_kube_result *result, struct pr_err *err);

#endif
