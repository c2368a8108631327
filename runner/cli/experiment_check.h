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
 * As pr_experiment_check; each finding is also added to the array `list` (NULL: none) as {level,
 * kind, place, text}, and what upstream would have raised is added to `raised`, as its
 * notifications write it (docs/engine.md 10).
 */
int pr_experiment_check_listing(
	const json_t *document, json_t *list, struct pr_buf *raised, struct pr_err *err);

/* Adds what is no finding of a document, since there is none, to such a list. PR_ENOMEM. */
int pr_experiment_list_error(json_t *list, const char *text, struct pr_err *err);

#endif
