#ifndef PR_KUBE_EXEC_PRIVATE_H
#define PR_KUBE_EXEC_PRIVATE_H

/* The parts of pr_kube_exec_load: what the program is given, and what it gives. */

#include "base/buf.h"
#include "kube/exec.h"

/* What the kubeconfig says of a program. Borrowed from the user's entry but for what is owned. */
struct pr_kube_exec {
	const struct pr_kube_entry *user;
	const json_t *spec; /* the object `exec` */
	const char *version;
	const char *command; /* as it is written, for messages */
	char *program;       /* owned: path */
	char **argv;         /* owned, the texts but for the array borrowed */
	char **env;          /* owned, the texts too; NULL-terminated */
};

/*
 * The environment of the program: this process's, what the kubeconfig adds, and
 * KUBERNETES_EXEC_INFO, which tells of the cluster where that is asked for. PR_EINVAL, PR_ENOMEM.
 */
int pr_kube_exec_environment(
	struct pr_kube_exec *exec, const struct pr_kube_cluster *cluster, struct pr_err *err);

/*
 * Takes the credentials out of what the program has printed: at least a token, or a certificate
 * with its key, that have not ended at `wall_us`. PR_EAUTH with a line that names the program.
 */
int pr_kube_exec_read(const struct pr_kube_exec *exec, const struct pr_buf *out, int64_t wall_us,
	struct pr_kube_cluster *cluster, struct pr_err *err);

#endif
