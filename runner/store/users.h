#ifndef PR_STORE_USERS_H
#define PR_STORE_USERS_H

/* Users: {"username","email","id","created_date"}. They are of no organisation (docs/protocol.md
 * 2.2). */

#include "store/rows.h"
#include "store/store.h"

/* Of "SELECT username, email, id, created". */
extern const struct pr_columns pr_users_columns;

/* Makes one; `email` may be NULL. PR_EEXIST: the name is taken. Caller owns *ret_user. */
int pr_users_create(struct pr_store *store, const char *name, const char *email, json_t **ret_user,
	struct pr_err *err);

/* PR_ENOTFOUND. Caller owns. */
int pr_users_get(struct pr_store *store, const char *id, json_t **ret_user, struct pr_err *err);

/* By the name. PR_ENOTFOUND. Caller owns. */
int pr_users_get_named(
	struct pr_store *store, const char *name, json_t **ret_user, struct pr_err *err);

/* All of the platform, the oldest first. */
int pr_users_list(struct pr_store *store, struct pr_rows_page *page, struct pr_err *err);

#endif
