#ifndef PR_STORE_INTEGRATIONS_H
#define PR_STORE_INTEGRATIONS_H

/*
 * Integrations (docs/protocol.md 4.3): {"id","org_id","name","provider","vendor","created_date",
 * "environment_id"}. Each has an environment of its own, which comes and goes with it.
 */

#include "store/rows.h"
#include "store/store.h"

struct pr_integration_id {
	const char *organization;
	const char *id;
};

/* Keeps a new one of {"name","provider","vendor","environment"}. PR_EEXIST: the name is taken; the
 * caller undoes the change. Caller owns *ret_integration. */
int pr_integrations_create(struct pr_store *store, const char *organization, const json_t *body,
	json_t **ret_integration, struct pr_err *err);

/* PR_ENOTFOUND. Caller owns. */
int pr_integrations_get(struct pr_store *store, const struct pr_integration_id *integration,
	json_t **ret_integration, struct pr_err *err);

/* In the order of their names. */
int pr_integrations_list(struct pr_store *store, const char *organization,
	struct pr_rows_page *page, struct pr_err *err);

/* Deletes one with its environment. PR_ENOTFOUND. Whether plans need it is the caller's to ask. */
int pr_integrations_delete(
	struct pr_store *store, const struct pr_integration_id *integration, struct pr_err *err);

#endif
