#ifndef PR_SERVER_USAGE_H
#define PR_SERVER_USAGE_H

/* Which plans refer to the object of a path: routes of each resource that plans refer to. */

#include "server/api.h"
#include "store/plans.h"

/* Answers with the ids of the plans that refer to the object; an unknown one has none. */
int pr_usage_list(struct pr_call *call, enum pr_plans_use use, struct pr_err *err);

/* Whether any plan refers to the object, which must not be deleted then. */
int pr_usage_any(
	struct pr_call *call, enum pr_plans_use use, bool *ret_is_used, struct pr_err *err);

/* Answers 400: the refusal to delete it. */
int pr_usage_refuse(struct pr_call *call, enum pr_plans_use use, struct pr_err *err);

#endif
