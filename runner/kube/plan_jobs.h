#ifndef PR_KUBE_PLAN_JOBS_H
#define PR_KUBE_PLAN_JOBS_H

/* The Jobs of a plan, whoever deployed it: by the labels of docs/protocol.md 5.5. */

#include "base/err.h"
#include "kube/client.h"

#include <jansson.h>

/* Which of them; NULL: any. */
struct pr_kube_jobs_choice {
	const char *job; /* of exactly this name */
	const char
		*name; /* of the deployment: that name, with or without a hash, or its CronJob's */
};

/*
 * The Job of the plan that was created last, as the caller's own. PR_ENOTFOUND when there is none,
 * with a word of what there is instead (a CronJob that has not fired); codes of pr_kube_call.
 */
int pr_kube_jobs_newest(struct pr_kube_client *client, const char *space, const char *plan,
	const struct pr_kube_jobs_choice *choice, json_t **ret_job, struct pr_err *err);

/* The one of `list`, an answer of the API server, that fits and was created last. Borrowed; NULL:
 * none. */
const json_t *pr_kube_jobs_pick(const json_t *list, const struct pr_kube_jobs_choice *choice);

#endif
