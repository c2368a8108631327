#ifndef PR_STORE_ENVIRONMENTS_H
#define PR_STORE_ENVIRONMENTS_H

/*
 * Environments (docs/protocol.md 4.1): {"name","used_for","envvars","secrets","id","org_id",
 * "created_date"}. Secrets are sealed at "environments/<id>"; unless asked for in clear, their
 * values are masked. They are not registered for redaction, which only grows: nothing prints them.
 */

#include "store/rows.h"
#include "store/store.h"

#include <stdbool.h>

struct pr_environment_id {
	const char *organization;
	const char *id;
};

/*
 * Keeps a new one of {"name","used_for","envvars","secrets"}; names need not be unique. Caller owns
 * *ret_environment, which is masked.
 */
int pr_environments_create(struct pr_store *store, const char *organization, const json_t *body,
	json_t **ret_environment, struct pr_err *err);

/* PR_ENOTFOUND. `clear`: with the values of its secrets. Caller owns. */
int pr_environments_get(struct pr_store *store, const struct pr_environment_id *environment,
	bool clear, json_t **ret_environment, struct pr_err *err);

/* Those for plans, in the order of their names; masked. */
int pr_environments_list(struct pr_store *store, const char *organization,
	struct pr_rows_page *page, struct pr_err *err);

/* Those with `pattern` in their name, in any case (ASCII), the newest first; masked. */
int pr_environments_search(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err);

/* All, as {"id","name"}, in the order of their names. Caller owns. */
int pr_environments_simple(struct pr_store *store, const char *organization,
	json_t **ret_environments, struct pr_err *err);

/*
 * Puts one secret ({"key",…}) in the place of those of its key, or one variable ({"var_name",
 * "value"}) in that of those of its name; where there is none it is added. PR_ENOTFOUND.
 */
int pr_environments_set(struct pr_store *store, const struct pr_environment_id *environment,
	const json_t *item, struct pr_err *err);

/* Removes the variables of a name and the secrets of a key, where there are any. PR_ENOTFOUND: no
 * such environment. */
int pr_environments_remove(struct pr_store *store, const struct pr_environment_id *environment,
	const char *name, struct pr_err *err);

/* Keeps a copy under another name. PR_ENOTFOUND. Caller owns; masked. */
int pr_environments_clone(struct pr_store *store, const struct pr_environment_id *environment,
	const char *name, json_t **ret_environment, struct pr_err *err);

/* Whether an integration has it. */
int pr_environments_is_integrated(struct pr_store *store,
	const struct pr_environment_id *environment, bool *ret_integrated, struct pr_err *err);

/* PR_ENOTFOUND. Whether something needs it is the caller's to ask. */
int pr_environments_delete(
	struct pr_store *store, const struct pr_environment_id *environment, struct pr_err *err);

#endif
