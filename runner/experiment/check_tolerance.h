#ifndef PR_EXPERIMENT_CHECK_TOLERANCE_H
#define PR_EXPERIMENT_CHECK_TOLERANCE_H

/* The rules for tolerances of hypothesis probes (docs/engine.md 2.3). */

#include "experiment/findings.h"
#include "experiment/validate.h"

#include <jansson.h>

/* Adds what is wrong with a tolerance; one of type `probe` is checked as an activity with `rules`.
 */
void pr_check_tolerance(const json_t *tolerance, const struct pr_provider_rules *rules,
	const struct pr_place *place, struct pr_findings *findings);

#endif
