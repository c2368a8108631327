#ifndef PR_EXPERIMENT_VALIDATE_H
#define PR_EXPERIMENT_VALIDATE_H

/*
 * The rules of docs/engine.md 2, all of them applied: the list has every finding, in upstream's
 * order, and upstream's words where it has any. Where upstream crashes (null sections, wrong kinds)
 * there is a finding of our own.
 */

#include "experiment/findings.h"

#include <jansson.h>

/* What this layer cannot know: the providers. */
struct pr_provider_rules {
	/* Adds findings on the `provider` of an activity whose provider.type is there. */
	void (*check)(void *arg, const json_t *activity, const struct pr_place *place,
		struct pr_findings *findings);
	void *arg;
};

/*
 * Checks a document of any kind. 0 also when there are findings; PR_ENOMEM otherwise. Configuration
 * and secrets are loaded with the present environment, as upstream does (rules 6 and 7).
 */
int pr_validate(const json_t *document, const struct pr_provider_rules *rules,
	struct pr_findings *findings, struct pr_err *err);

/* The rules of one activity (docs/engine.md 2.2), for tolerances of type probe. */
void pr_validate_activity(const json_t *activity, const struct pr_provider_rules *rules,
	const struct pr_place *place, struct pr_findings *findings);

#endif
