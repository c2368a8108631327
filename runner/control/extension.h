#ifndef PR_CONTROL_EXTENSION_H
#define PR_CONTROL_EXTENSION_H

/* The entry `reliably` among the extensions of the experiment, which the reporter keeps
 * (docs/protocol.md 2.10). */

#include "base/err.h"

#include <jansson.h>

/* Finds or appends the entry, with its defaults and `run_id`. Borrowed. */
int pr_extension_open(
	json_t *document, const char *run_id, json_t **ret_extension, struct pr_err *err);

/* Sets what is known once the execution exists: its address and `extra` from the environment. */
int pr_extension_complete(json_t *extension, const char *execution_url, struct pr_err *err);

/* Sets what is known at the end: `captures`, null of each system that nothing was captured from. */
int pr_extension_close(json_t *extension, struct pr_err *err);

/* The run_id that a stored journal carries, NULL when it has none. Borrowed. */
const char *pr_extension_run_id(const json_t *journal);

#endif
