#ifndef PR_DEPLOY_KUBERNETES_H
#define PR_DEPLOY_KUBERNETES_H

/* A plan as a Job, or as a CronJob when it has a schedule, with what its pod needs. */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The settings of the target; texts and lists are borrowed. */
struct pr_kubernetes {
	const char *name;  /* NULL: reliably-plan-<PLAN>, a Job's with a hash of its spec */
	const char *space; /* namespace */
	const char *image;
	const char *pull_policy;  /* NULL: as fits the image */
	const char *token_secret; /* Secret with the platform's token; it must exist */
	const char *token_key;
	const char *service_account;
	bool create_account;      /* else it is the user's, and must exist */
	bool no_account_token;    /* the pod never calls the API server */
	bool cluster;             /* the rules hold in every namespace */
	const char *const *rules; /* kube/access.h; with one, role and binding are made */
	size_t rule_count;
	const char *const *pull_secrets; /* they must exist */
	size_t pull_secret_count;
	const char *nonce; /* a Job that ran is run once more, as another; NULL: it is the same */
	int64_t deadline_s;
};

struct pr_deployment;

/*
 * The objects of a deployment in the order in which they are to be created, as an array that the
 * caller owns. PR_EINVAL for names that Kubernetes does not allow.
 */
int pr_kubernetes_objects(
	const struct pr_deployment *deployment, json_t **ret_objects, struct pr_err *err);

#endif
