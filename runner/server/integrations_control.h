#ifndef PR_SERVER_INTEGRATIONS_CONTROL_H
#define PR_SERVER_INTEGRATIONS_CONTROL_H

/* The control that an integration is during a run (docs/protocol.md 4.3). */

#include "base/err.h"

#include <jansson.h>

/*
 * The control of an integration by its provider, with what its `environment` (in clear) says as
 * defaults; null for a provider that is none. Caller owns *ret_control.
 */
int pr_integration_control(const json_t *integration, const json_t *environment,
	json_t **ret_control, struct pr_err *err);

#endif
