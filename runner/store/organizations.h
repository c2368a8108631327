#ifndef PR_STORE_ORGANIZATIONS_H
#define PR_STORE_ORGANIZATIONS_H

/*
 * Organisations and their members (docs/protocol.md 2.2). An organisation is
 * {"id","name","created_date"}; a deleted one stays, so that its id answers 410 for ever.
 */

#include "store/rows.h"
#include "store/store.h"

/*
 * Makes an organisation that `user` owns and is a member of. A name that is taken gets five random
 * digits appended, as upstream does. Caller owns *ret_organization.
 */
int pr_organizations_create(struct pr_store *store, const char *user, const char *name,
	json_t **ret_organization, struct pr_err *err);

/* One that is not deleted. PR_ENOTFOUND. Caller owns. */
int pr_organizations_get(
	struct pr_store *store, const char *id, json_t **ret_organization, struct pr_err *err);

/* One that is not deleted, by its name. PR_ENOTFOUND. Caller owns. */
int pr_organizations_get_named(
	struct pr_store *store, const char *name, json_t **ret_organization, struct pr_err *err);

/* Whether no organisation has or had the name. */
int pr_organizations_is_free(
	struct pr_store *store, const char *name, bool *ret_free, struct pr_err *err);

/* Those that `user` is a member of and that are not deleted, the oldest first. */
int pr_organizations_list(
	struct pr_store *store, const char *user, struct pr_rows_page *page, struct pr_err *err);

/* Marks one as deleted. PR_EAUTH: `user` does not own it. */
int pr_organizations_delete(
	struct pr_store *store, const char *user, const char *id, struct pr_err *err);

/* Adds a member; one who is already there stays. PR_ENOTFOUND: no such user. */
int pr_members_add(
	struct pr_store *store, const char *organization, const char *user, struct pr_err *err);

/* Removes a member; their tokens of this organisation go too. PR_ENOTFOUND: they are none.
 * PR_EAUTH: it is the owner. */
int pr_members_remove(
	struct pr_store *store, const char *organization, const char *user, struct pr_err *err);

/* The members, as users, in the order of their names. */
int pr_members_list(struct pr_store *store, const char *organization, struct pr_rows_page *page,
	struct pr_err *err);

#endif
