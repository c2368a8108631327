#ifndef PR_CONTROL_APPLICATION_H
#define PR_CONTROL_APPLICATION_H

/*
 * Which declared controls are called at a point of the run, in which order and how often: the table
 * of docs/engine.md 7.3.
 */

#include "engine/hooks.h"

#include <jansson.h>
#include <stdbool.h>

/* Whether controls have functions for the point: before or after something. */
bool pr_application_is_for(enum pr_hook_point point);

/*
 * The declarations to call at such a point, one element a call (shared with where they stand).
 * `globals` is the list of the global ones. NULL: no memory. Caller owns.
 */
json_t *pr_application_of(const json_t *globals, const struct pr_hook_event *event) PR_MUST_CHECK;

#endif
