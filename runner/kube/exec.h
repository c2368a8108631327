#ifndef PR_KUBE_EXEC_H
#define PR_KUBE_EXEC_H

/* Credentials that a program prints: the exec plugins of a kubeconfig. */

#include "kube/cluster.h"
#include "kube/kubeconfig.h"

/*
 * Runs the program that `exec` of the user names, without a shell, for at most a minute, and takes
 * a token or a certificate from what it prints. `cluster` has the address already. Every failure is
 * PR_EINVAL, PR_ENOTFOUND (no such program), PR_ETIMEOUT or PR_EAUTH (it gave none).
 */
int pr_kube_exec_load(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err);

#endif
