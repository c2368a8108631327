#ifndef PR_KUBE_CLUSTER_PRIVATE_H
#define PR_KUBE_CLUSTER_PRIVATE_H

/* The parts of pr_kube_cluster_load: kubeconfig, user, pod. All fill a cluster that starts empty.
 */

#include "kube/cluster.h"
#include "kube/kubeconfig.h"

/* Where a pod finds its account. */
#define PR_KUBE_ACCOUNT_FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"

/* Whether the environment is that of a pod: both variables with the address are set. */
bool pr_kube_pod_present(void);

/* The account of the pod, from files of `folder`: as pr_file_read. */
int pr_kube_pod_load(struct pr_kube_cluster *cluster, const char *folder, struct pr_err *err);

/* The credentials of a user of a kubeconfig. `cluster` has the address already. PR_EINVAL. */
int pr_kube_user_load(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err);

#endif
