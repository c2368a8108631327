#ifndef PR_KUBE_NAMES_H
#define PR_KUBE_NAMES_H

/*
 * What Kubernetes allows as a name, checked before the API server is asked, which tells of some
 * faults only when a Job or a pod is made of the object (a CronJob's name is one).
 */

#include "base/err.h"

#include <stddef.h>

enum pr_kube_name {
	PR_KUBE_NAMESPACE,
	PR_KUBE_JOB,             /* at most 63: it becomes a label of the pod */
	PR_KUBE_CRONJOB,         /* at most 52: its Jobs add 11 characters */
	PR_KUBE_SERVICE_ACCOUNT, /* these three: at most 253 */
	PR_KUBE_SECRET,
	PR_KUBE_ROLE,
};

/* Room for the name of a Job and the terminating NUL. */
#define PR_KUBE_JOB_SIZE 64

/* PR_EINVAL with one line that names the kind, the name and what is wrong with it. */
int pr_kube_name_check(enum pr_kube_name kind, const char *name, struct pr_err *err);

/* A key of a Secret or ConfigMap: letters, digits, '-', '_' and '.', at most 253. PR_EINVAL. */
int pr_kube_key_check(const char *key, struct pr_err *err);

/*
 * Writes `base`-<8 hex digits of the hash of `spec`>: a Job cannot be changed, so what differs is
 * another one, and what does not is the same. `base` must leave room: at most 54 characters.
 */
void pr_kube_job_name(const char *base, const char *spec, char ret_name[PR_KUBE_JOB_SIZE]);

#endif
