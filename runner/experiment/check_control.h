#ifndef PR_EXPERIMENT_CHECK_CONTROL_H
#define PR_EXPERIMENT_CHECK_CONTROL_H

/* The rules for `controls` (docs/engine.md 2.4). */

#include "experiment/findings.h"

#include <jansson.h>

/*
 * Checks the list `controls` of `owner` (the document, the hypothesis or an activity), if it has
 * one. References are to the controls of `document`.
 */
void pr_check_controls(const json_t *document, const json_t *owner, const struct pr_place *place,
	struct pr_findings *findings);

/*
 * The control module among those that are built in whose name is nearest to `module`, two letters
 * apart at most; NULL: none is near. Static.
 */
const char *pr_control_module_near(const char *module);

#endif
