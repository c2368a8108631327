#ifndef PR_PLATFORM_PLAN_H
#define PR_PLATFORM_PLAN_H

/* What a runner needs of a plan (docs/protocol.md 1.7, 2.5). */

#include "base/err.h"
#include "base/uuid.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_plan {
	char id[PR_UUID_SIZE];
	char experiment[PR_UUID_SIZE];  /* the first one: only that is run */
	char environment[PR_UUID_SIZE]; /* "" when the plan has none on the platform */
	char status[32];                /* as it was read */
	char error[200];                /* "" when null */
	json_t *document;               /* the answer; owned */
};

/* Takes it out of the answer to GET /plans/<id>; null members count as absent. PR_EPROTO. */
int pr_plan_read(json_t *answer, struct pr_plan *plan, struct pr_err *err);

/*
 * What upstream's command line keeps of the answer, in its order (docs/protocol.md 1.7, step 2):
 * null lists become empty, an environment that has no id null. PR_EPROTO when it is no plan. Caller
 * owns *ret_plan.
 */
int pr_plan_reduce(const json_t *answer, json_t **ret_plan, struct pr_err *err);

/* Frees the contents. */
void pr_plan_release(struct pr_plan *plan);

#endif
