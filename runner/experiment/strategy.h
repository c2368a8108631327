#ifndef PR_EXPERIMENT_STRATEGY_H
#define PR_EXPERIMENT_STRATEGY_H

/* How hypothesis, rollbacks and dry mode are to be run, and who decides it (docs/engine.md 6). */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

enum pr_hypothesis_strategy {
	PR_HYPOTHESIS_DEFAULT,
	PR_HYPOTHESIS_BEFORE_METHOD_ONLY,
	PR_HYPOTHESIS_AFTER_METHOD_ONLY,
	PR_HYPOTHESIS_DURING_METHOD_ONLY,
	PR_HYPOTHESIS_CONTINUOUSLY,
	PR_HYPOTHESIS_SKIP,
};

enum pr_rollback_strategy {
	PR_ROLLBACK_DEFAULT,
	PR_ROLLBACK_ALWAYS,
	PR_ROLLBACK_NEVER,
	PR_ROLLBACK_DEVIATED,
};

enum pr_dry { PR_DRY_NONE, PR_DRY_PROBES, PR_DRY_ACTIONS, PR_DRY_ACTIVITIES, PR_DRY_PAUSE };

struct pr_strategies {
	enum pr_hypothesis_strategy hypothesis;
	enum pr_rollback_strategy rollbacks;
	enum pr_dry dry;
	double frequency; /* seconds between continuous iterations */
	bool fail_fast;
};

/* What the command line gave; NULL where it gave nothing. Borrowed. */
struct pr_strategy_flags {
	const char *hypothesis;
	const char *rollbacks;
	const char *dry;
	const char *fallback_rollbacks; /* where nobody says anything: "default", or "always" for
					   plans */
};

/*
 * Decides by flag > `runtime` of the experiment > `runtime` of the settings > fallback
 * (docs/engine.md 6.5; a `runtime` of the experiment decides both strategies). An unknown name of a
 * strategy: PR_EINVAL with the names that exist, except that one for rollbacks in a file plays
 * none, as upstream has it. A `runtime` or a section of one that is no mapping:
 * PR_EINVAL. frequency and fail_fast are left as the caller set them.
 */
int pr_strategies_decide(const json_t *document, const json_t *settings,
	const struct pr_strategy_flags *flags, struct pr_strategies *strategies,
	struct pr_err *err);

/* The name as the log has it: "continuous", "before-method-only". Static. */
const char *pr_hypothesis_strategy_name(enum pr_hypothesis_strategy strategy);

/* The name as the log has it: "always". Static. */
const char *pr_rollback_strategy_name(enum pr_rollback_strategy strategy);

/* "probes", "actions", "activities", "pause"; NULL for none. Static. */
const char *pr_dry_name(enum pr_dry dry);

#endif
