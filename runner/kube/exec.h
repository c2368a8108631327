#ifndef PR_KUBE_EXEC_H
#define PR_KUBE_EXEC_H

/*
 * Credentials that a program prints: the exec plugins of a kubeconfig. What the kubeconfig says of
 * the program is kept, since what it gives ends, and it is run again then.
 */

#include "base/loop.h"
#include "kube/cluster.h"
#include "kube/kubeconfig.h"

#include <stdint.h>

/* A program and what it is given. Holds nothing of the kubeconfig that it comes from. */
struct pr_kube_exec;

/* What a program gave. Owned texts, registered as secrets; NULL: not given. */
struct pr_kube_credentials {
	char *token;
	char *certificate; /* PEM, with `key` */
	char *key;
	int64_t end_us; /* wall time from which on they are no good; INT64_MAX: not told */
};

/* Frees the contents. */
void pr_kube_credentials_release(struct pr_kube_credentials *credentials);

/*
 * Takes in what `exec` of the user says, for calls of `cluster`, which has the address already; the
 * program is looked for, not run. PR_EINVAL, PR_ENOTFOUND (no such program). Caller frees.
 */
int pr_kube_exec_new(const struct pr_kube_cluster *cluster, const struct pr_kube_entry *user,
	struct pr_kube_exec **ret_exec, struct pr_err *err);

/* NULL is allowed. */
void pr_kube_exec_free(struct pr_kube_exec *exec);

/* A program that runs. */
struct pr_kube_exec_run;

/*
 * Told once how it went. `credentials` may be taken from, NULL with `err`: PR_ETIMEOUT, PR_ELIMIT
 * or PR_EAUTH (it gave none).
 */
typedef void pr_kube_exec_fn(
	void *arg, struct pr_kube_credentials *credentials, const struct pr_err *err);

/*
 * Runs the program without a shell, for at most a minute. `exec` must outlive the run, which the
 * caller ends, in `fn` at the earliest. PR_EIO, PR_ENOMEM, PR_ENOTFOUND.
 */
int pr_kube_exec_start(const struct pr_kube_exec *exec, struct pr_loop *loop, pr_kube_exec_fn *fn,
	void *arg, struct pr_kube_exec_run **ret_run, struct pr_err *err);

/* Frees it; a program that still runs is killed, and `fn` not called. NULL is allowed. */
void pr_kube_exec_end(struct pr_kube_exec_run *run);

/*
 * The same, waited for, with the credentials and the program itself put into `cluster`. Codes as of
 * both above, and PR_ECANCELED at SIGINT and SIGTERM.
 */
int pr_kube_exec_load(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err);

#endif
