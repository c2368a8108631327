#ifndef PR_KUBE_ACCESS_H
#define PR_KUBE_ACCESS_H

/* What an experiment may do in the cluster: the role of a plan and its binding. */

#include "kube/objects.h"

/*
 * Adds what `text` allows to an array of RBAC rules: RESOURCE[.GROUP][/SUBRESOURCE][,…]:VERB[,…],
 * resources as kubectl writes them: "pods,services:get,list", "deployments.apps/scale:patch". One
 * rule for each API group. PR_EINVAL.
 */
int pr_kube_rules_add(json_t *rules, const char *text, struct pr_err *err);

/*
 * A Role of the namespace with `rules` (of which a copy is taken), or a ClusterRole, whose name
 * begins with the namespace. Caller owns. Errors as in kube/objects.h.
 */
int pr_kube_role(const struct pr_kube_run *run, bool cluster, json_t *rules, json_t **ret_object,
	struct pr_err *err);

/* The binding of that role to the service account of the run. */
int pr_kube_role_binding(
	const struct pr_kube_run *run, bool cluster, json_t **ret_object, struct pr_err *err);

#endif
