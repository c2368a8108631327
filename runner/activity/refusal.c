#include "activity/refusal.h"

#include "base/text.h"

struct refusal {
	struct pr_activity_call call;
	struct pr_task task;
	char *message;
	pr_activity_fn *fn;
	void *arg;
};

static void refusal_release(struct pr_activity_call *call)
{
	struct refusal *refusal = pr_container_of(call, struct refusal, call);

	pr_task_cancel(&refusal->task);
	free(refusal->message);
	free(refusal);
}

static const struct pr_provider refused = {.type = "", .release = refusal_release};

static void deliver(void *arg)
{
	struct refusal *refusal = arg;
	struct pr_outcome outcome = {.kind = PR_OUTCOME_CRASHED, .message = refusal->message};

	refusal->fn(refusal->arg, &outcome);
}

int pr_refusal_start(const struct pr_activity_env *env, const char *message, pr_activity_fn *fn,
	void *arg, struct pr_activity_call **ret_call, struct pr_err *err)
{
	struct refusal *refusal = calloc(1, sizeof *refusal);

	if (!refusal)
		return pr_fail_nomem(err);
	refusal->call.provider = &refused;
	refusal->message = pr_text_dup(message);
	refusal->fn = fn;
	refusal->arg = arg;
	if (!refusal->message) {
		free(refusal);
		return pr_fail_nomem(err);
	}
	pr_task_post(env->loop, &refusal->task, deliver, refusal);
	*ret_call = &refusal->call;
	return 0;
}
