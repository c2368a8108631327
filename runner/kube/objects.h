#ifndef PR_KUBE_OBJECTS_H
#define PR_KUBE_OBJECTS_H

/*
 * The objects that run a plan in Kubernetes, as JSON values: one place for rendering, applying and
 * the service. The pod is fit for a namespace that enforces Pod Security `restricted`; an
 * experiment is never run again by itself (docs/design.md, decisions 14 and 15). Labels as of
 * docs/protocol.md 5.5.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The service account that upstream's pods use. */
#define PR_KUBE_SERVICE_ACCOUNT_NAME "reliably-job"

/*
 * Where the pod works: an emptyDir, since the image cannot be written to. Not /home/svc, where
 * images that users derive have programs, which a mount would hide.
 */
#define PR_KUBE_WORK "/work"

/* A plan as Kubernetes is to run it; all texts are borrowed, and checked by who fills it. */
struct pr_kube_run {
	const char *name;  /* first part of a Job's name, all of the others' */
	const char *space; /* namespace */
	const char *plan;
	const char *organization;
	const char *host; /* address of the platform */
	const char *image;
	const char *pull_policy; /* Always, IfNotPresent, Never; NULL: as fits the image */
	const char *service_account;
	bool mount_account_token; /* the pod may call the API server */
	const char *token_secret; /* Secret with the platform's token */
	const char *token_key;
	const char *const *pull_secrets;
	size_t pull_secret_count;
	const char *schedule;  /* of a CronJob, five fields */
	const char *time_zone; /* NULL: the cluster's */
	const char *nonce;     /* makes a Job another one, of the same spec; NULL: none */
	int64_t deadline_s;    /* seconds after which the pod is ended */
};

/*
 * Each makes one object that the caller owns: PR_ENOMEM is the only failure, PR_EINVAL where a text
 * is no UTF-8.
 */

/* A Job; its name ends in the hash of its spec and the nonce unless `exact_name` is set. */
int pr_kube_job(
	const struct pr_kube_run *run, bool exact_name, json_t **ret_object, struct pr_err *err);

/* A CronJob of the same Job. */
int pr_kube_cron_job(const struct pr_kube_run *run, json_t **ret_object, struct pr_err *err);

/* The service account, which mounts no token by itself, with the pull secrets. */
int pr_kube_service_account(const struct pr_kube_run *run, json_t **ret_object, struct pr_err *err);

/*
 * The pull policy that fits an image, a literal. A version's tag and a digest never move, and an
 * experiment must start while the registry is down: IfNotPresent. `latest`, or no tag: Always.
 */
const char *pr_kube_pull_policy(const char *image);

/* The policies that there are, NULL-terminated. */
extern const char *const pr_kube_pull_policies[];

/* The labels of everything that belongs to one plan. */
int pr_kube_labels(const struct pr_kube_run *run, json_t **ret_labels, struct pr_err *err);

#endif
