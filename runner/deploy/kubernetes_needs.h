#ifndef PR_DEPLOY_KUBERNETES_NEEDS_H
#define PR_DEPLOY_KUBERNETES_NEEDS_H

/*
 * What the pod of a deployment needs beside the objects that are made for it, looked for before
 * anything is applied: a pod that can never start would only be noticed much later.
 */

#include "base/err.h"
#include "deploy/kubernetes.h"
#include "kube/client.h"

/* Told what could not be looked for, since the user may not read it: one line each. */
typedef void pr_kubernetes_note_fn(void *arg, const char *line);

/*
 * The namespace, the token's Secret with its key, the pull secrets, and the service account unless
 * it is to be created. PR_ENOTFOUND with what is missing and how to make it, codes of pr_kube_call.
 */
int pr_kubernetes_check_needs(struct pr_kube_client *client, const struct pr_kubernetes *settings,
	pr_kubernetes_note_fn *note, void *arg, struct pr_err *err);

#endif
