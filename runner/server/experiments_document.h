#ifndef PR_SERVER_EXPERIMENTS_DOCUMENT_H
#define PR_SERVER_EXPERIMENTS_DOCUMENT_H

/* How the platform rewrites an experiment before it keeps it (docs/protocol.md 3). */

#include "base/err.h"

#include <jansson.h>

/*
 * What is wrong with a document that cannot be rewritten: its `controls` or `extensions` are there,
 * not null, and no list of objects, or a text has a NUL. A text for a 422, NULL where it is fine.
 * Static.
 */
const char *pr_experiment_problem(const json_t *document);

/* Removes the first extension and the first control that are named `reliably`: what another
 * platform has put there. */
void pr_experiment_clean(json_t *document);

/* Appends the control that reports its runs as those of the experiment. */
int pr_experiment_inject(
	json_t *document, const char *organization, const char *experiment, struct pr_err *err);

/* As pr_experiment_inject for a document that may have the control: the first one gets the ids, any
 * others go. */
int pr_experiment_inject_again(
	json_t *document, const char *organization, const char *experiment, struct pr_err *err);

#endif
