#ifndef PR_CONTROL_CONTROL_FILE_H
#define PR_CONTROL_CONTROL_FILE_H

/* Where global controls come from (docs/engine.md 7.3). The list of them is a JSON array. */

#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>

/*
 * Adds a mapping of names to controls (NULL: none) to the list, each with its name in it. PR_EINVAL
 * where upstream would end with a stack trace.
 */
int pr_control_list_add(json_t *list, const json_t *controls, struct pr_err *err);

/*
 * Adds what the file of a `--control-file` declares: YAML or JSON by its extension. One that is
 * empty adds nothing; one that does not parse is reported in the log, and adds nothing. PR_EINVAL
 * for another extension and for what is no mapping of controls, PR_EIO when it cannot be read.
 */
int pr_control_list_add_file(
	json_t *list, const char *path, const struct pr_limits *limits, struct pr_err *err);

#endif
