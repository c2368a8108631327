#ifndef PR_PLATFORM_CONTEXT_H
#define PR_PLATFORM_CONTEXT_H

/* The context of a plan: the integrations that it names, and their controls (docs/protocol.md 1.7,
 * 4.3). */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

/* The ids of a plan's integrations, an array; NULL: none. Borrowed from the plan. */
json_t *pr_context_integrations(const json_t *plan);

/* Whether integrations of that provider bring a control: asking for another one's fails. NULL: not
 * known, so it may. */
bool pr_context_brings_control(const char *provider);

/*
 * Puts the answer to GET …/integrations/<id>/control into the mapping of global controls, in place
 * of one of the same name; `null` and what else is empty adds nothing. PR_EPROTO for what is no
 * control.
 */
int pr_context_add_control(json_t *controls, const json_t *answer, struct pr_err *err);

#endif
