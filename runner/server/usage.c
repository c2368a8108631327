#include "server/usage.h"
#include "codec/json.h"

/* What upstream says, to the letter. */
static const struct refusal {
	const char *title, *detail;
} refusals[] = {
	[PR_PLANS_USE_DEPLOYMENT] = {"deployment is used by at least another plan",
		"cannot delete this deployment has it is used by at least another plan"},
	[PR_PLANS_USE_ENVIRONMENT] = {"environment is used by at least another plan",
		"cannot delete this environment has it is used by at least one plan or its "
		"plan is being deleted still"},
	[PR_PLANS_USE_EXPERIMENT] = {"experiment is used by at least one plan",
		"cannot delete this experiment has it is used by at least one plan or its "
		"plan is still being deleted"},
	[PR_PLANS_USE_INTEGRATION] = {"integration is used by at least another plan",
		"cannot delete this integration has it is used by at least one plan or its "
		"plan is being deleted still"},
};

static int using(struct pr_call *call, enum pr_plans_use use, json_t **ret_ids, struct pr_err *err)
{
	return pr_plans_using(
		pr_call_store(call), call->organization, use, call->ids[0], ret_ids, err);
}

int pr_usage_list(struct pr_call *call, enum pr_plans_use use, struct pr_err *err)
{
	json_t *ids = NULL;
	int rc = using(call, use, &ids, err);

	return pr_reply_outcome(call, rc, ids, err);
}

int pr_usage_any(struct pr_call *call, enum pr_plans_use use, bool *ret_is_used, struct pr_err *err)
{
	json_auto_t *ids = NULL;
	int rc = using(call, use, &ids, err);

	if (!rc)
		*ret_is_used = json_array_size(ids) > 0;
	return rc;
}

int pr_usage_refuse(struct pr_call *call, enum pr_plans_use use, struct pr_err *err)
{
	return pr_reply_in_use(call, refusals[use].title, refusals[use].detail, err);
}
