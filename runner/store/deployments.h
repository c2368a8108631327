#ifndef PR_STORE_DEPLOYMENTS_H
#define PR_STORE_DEPLOYMENTS_H

/*
 * Deployments (docs/protocol.md 2.4): {"name","definition","id","org_id","created_date"}. What is
 * secret in a definition (`token`, `credentials`) is sealed at "deployments/<id>", and shown as
 * PR_REDACTED; a definition that comes back with that in its place keeps what was sealed.
 */

#include "store/rows.h"
#include "store/store.h"

/* A deployment that is there. */
struct pr_deployment_id {
	const char *organization;
	const char *id;
};

/* What users give of one. `definition` has its secrets in clear. */
struct pr_deployment_body {
	const char *name; /* of which the organisation has no other */
	const json_t *definition;
};

/* PR_EEXIST: the name is taken. Caller owns *ret_deployment, which shows no secret. */
int pr_deployments_create(struct pr_store *store, const char *organization,
	const struct pr_deployment_body *body, json_t **ret_deployment, struct pr_err *err);

/* PR_ENOTFOUND. Caller owns. */
int pr_deployments_get(struct pr_store *store, const struct pr_deployment_id *deployment,
	json_t **ret_deployment, struct pr_err *err);

/* As pr_deployments_get, with its secrets in clear, which nothing must print. */
int pr_deployments_get_clear(struct pr_store *store, const struct pr_deployment_id *deployment,
	json_t **ret_deployment, struct pr_err *err);

/* By name; or those whose name has `pattern` in it, in any case (ASCII), the newest first. NULL:
 * all. */
int pr_deployments_list(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err);

/* Puts another name and definition in place. PR_ENOTFOUND; PR_EEXIST: the name is taken. */
int pr_deployments_replace(struct pr_store *store, const struct pr_deployment_id *deployment,
	const struct pr_deployment_body *body, struct pr_err *err);

/* PR_ENOTFOUND. Whether plans need it is the caller's to ask. */
int pr_deployments_delete(
	struct pr_store *store, const struct pr_deployment_id *deployment, struct pr_err *err);

#endif
