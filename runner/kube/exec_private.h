#ifndef PR_KUBE_EXEC_PRIVATE_H
#define PR_KUBE_EXEC_PRIVATE_H

/* The parts of kube/exec.h: what the program is given, and what it gives. */

#include "base/buf.h"
#include "kube/exec.h"

struct pr_kube_exec {
	const struct pr_kube_entry *user; /* borrowed, only while it is made */
	json_t *spec;                     /* the object `exec` */
	char *shown;                      /* of the kubeconfig and its user, for messages */
	char *name;
	const char *version; /* in `spec` */
	const char *command; /* in `spec`, as it is written, for messages */
	char *program;       /* path */
	char **argv;         /* the texts but for the array in `spec` */
	char **env;          /* the texts too are owned; NULL-terminated */
};

/*
 * The environment of the program: this process's, what the kubeconfig adds, and
 * KUBERNETES_EXEC_INFO, which tells of the cluster where that is asked for. PR_EINVAL, PR_ENOMEM.
 */
int pr_kube_exec_environment(
	struct pr_kube_exec *exec, const struct pr_kube_cluster *cluster, struct pr_err *err);

/*
 * Reads credentials from what the program has printed: at least a token, or a certificate with its
 * key, that have not ended at `wall_us`. PR_EAUTH with a line that names the program. Release
 * `credentials` also after a failure.
 */
int pr_kube_exec_read(const struct pr_kube_exec *exec, const struct pr_buf *out, int64_t wall_us,
	struct pr_kube_credentials *credentials, struct pr_err *err);

#endif
