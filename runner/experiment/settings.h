#ifndef PR_EXPERIMENT_SETTINGS_H
#define PR_EXPERIMENT_SETTINGS_H

/* The settings file of the engine (docs/engine.md 9.6): YAML, optional, nothing is substituted in
 * it. */

#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>

/* ~/.chaostoolkit/settings.yaml, or CHAOSTOOLKIT_CONFIG_PATH. NULL when there is no home. Caller
 * frees. */
char *pr_settings_default_path(void) PR_MUST_CHECK;

/*
 * The mapping of the file. A missing or empty one gives {}. One that does not parse is reported in
 * the log
 * (`Failed parsing YAML settings: …`) and gives {}; one that is no mapping is PR_EINVAL. Caller
 * owns.
 */
int pr_settings_load(const char *path, const struct pr_limits *limits, json_t **ret_settings,
	struct pr_err *err);

#endif
