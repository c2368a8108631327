#ifndef PR_KUBE_CLUSTER_H
#define PR_KUBE_CLUSTER_H

/*
 * Which API server, and as whom: from a kubeconfig, or from what a pod is given. Nothing connects
 * here, and nothing is written to disk: certificates and keys stay in memory.
 */

#include "base/err.h"
#include "base/limits.h"

#include <stdbool.h>
#include <stdint.h>

/* What the user chose; NULL: not given. */
struct pr_kube_choice {
	const char *kubeconfig; /* file; else KUBECONFIG, ~/.kube/config, the pod's own account */
	const char *context;    /* else the current one */
};

struct pr_kube_exec;

/* All texts are owned; those that may be missing are NULL. */
struct pr_kube_cluster {
	char *origin;      /* for messages: "~/.kube/config, context dev" or "the pod's account" */
	char *server;      /* https://host:port, without a slash at the end */
	char *space;       /* namespace of the context */
	char *ca;          /* PEM; NULL: the system's authorities */
	char *server_name; /* name that the certificate must have */
	char *proxy;       /* address */
	bool insecure;     /* the user switched verification off by name */
	char *certificate; /* PEM, with `key` */
	char *key;
	char *token;
	char *token_file; /* read again when it may have changed; wins over token */
	char *username;
	char *password;
	struct pr_kube_exec *exec; /* gave token and key, and can again (kube/exec.h); owned */
	int64_t end_us;            /* wall time at which what it gave ends */
};

/*
 * Finds and reads the settings: PR_ENOTFOUND when there is no cluster configured at all, PR_EINVAL
 * for what cannot be used, with the file, the place and the remedy in one line. Texts that give
 * access are registered as secrets. Release also after a failure.
 */
int pr_kube_cluster_load(struct pr_kube_cluster *cluster, const struct pr_kube_choice *choice,
	const struct pr_limits *limits, struct pr_err *err);

/* Frees the contents. */
void pr_kube_cluster_release(struct pr_kube_cluster *cluster);

#endif
