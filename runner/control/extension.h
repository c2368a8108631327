#ifndef PR_CONTROL_EXTENSION_H
#define PR_CONTROL_EXTENSION_H

/* The entry `reliably` among the extensions of the experiment, which the reporter keeps
 * (docs/protocol.md 2.10). */

#include "base/err.h"
#include "engine/hooks.h"

#include <jansson.h>

/* The entry of that name among the extensions of a document, NULL: there is none. Borrowed. */
json_t *pr_extension_named(const json_t *document, const char *name);

/* The platform's entry of a document, NULL: there is none. Borrowed. */
json_t *pr_extension_find(const json_t *document);

/* Finds or appends the entry, with its defaults and `run_id`. Borrowed. */
int pr_extension_open(
	json_t *document, const char *run_id, json_t **ret_extension, struct pr_err *err);

/*
 * Sets what is known once the execution exists: its address, `extra` from the environment, and in
 * `chaostoolkit_extensions` the packages whose activities this program has itself. Where the
 * variable SLACK_CHANNEL names one, the address is added to `slack_extra` in the configuration of
 * the run and of its document.
 */
int pr_extension_complete(json_t *extension, const struct pr_run_view *run,
	const char *execution_url, struct pr_err *err);

/* Sets what is known at the end: `captures`, null of each system that nothing was captured from. */
int pr_extension_close(json_t *extension, struct pr_err *err);

/* The run_id that a stored journal carries, NULL when it has none. Borrowed. */
const char *pr_extension_run_id(const json_t *journal);

#endif
