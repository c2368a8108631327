#ifndef PR_CLI_EXPERIMENT_CHECK_H
#define PR_CLI_EXPERIMENT_CHECK_H

/* Validation as commands show it. */

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

/*
 * Validates and logs as upstream does: the first and the last line, warnings, every error with its
 * place. PR_EINVAL when there was an error; it is logged already, and all are in `err`, in one
 * line.
 */
int pr_experiment_check(const json_t *document, struct pr_err *err);

/*
 * As pr_experiment_check; what upstream would have raised is added to `raised`, as its
 * notifications write it (docs/engine.md 10).
 */
int pr_experiment_check_raising(const json_t *document, struct pr_buf *raised, struct pr_err *err);

#endif
