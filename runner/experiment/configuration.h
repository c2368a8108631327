#ifndef PR_EXPERIMENT_CONFIGURATION_H
#define PR_EXPERIMENT_CONFIGURATION_H

/*
 * The sections `configuration` and `secrets` of an experiment, resolved (docs/engine.md 3.1-3.4).
 * What needs a provider or the network stays a definition here and is resolved in the activity
 * layer: entries of type `probe` (dynamic configuration) and secrets of type `vault`.
 */

#include "base/err.h"

#include <jansson.h>

/*
 * The configuration of `document`, with `overrides` (NULL: none) put in for declared keys. Values
 * of type env are read from the environment, with default and env_var_type; `probe` entries are
 * copied as they are. PR_EINVAL with upstream's text when a variable is missing. Caller owns.
 */
int pr_configuration_load(const json_t *document, const json_t *overrides,
	json_t **ret_configuration, struct pr_err *err);

/*
 * The secrets likewise: `overrides` replace whole scopes. Values that came from the environment or
 * from overrides are registered for redaction; literals are not. Caller owns.
 */
int pr_secrets_load(
	const json_t *document, const json_t *overrides, json_t **ret_secrets, struct pr_err *err);

#endif
