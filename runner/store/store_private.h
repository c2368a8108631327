#ifndef PR_STORE_STORE_PRIVATE_H
#define PR_STORE_STORE_PRIVATE_H

/* What opening a store does once the database is connected. */

#include "store/store.h"

/*
 * Brings the schema of the database to this version and makes what seals secrets, in one
 * transaction, so that servers that start together do it one after the other. As pr_store_open.
 * Caller frees *ret_seal.
 */
int pr_store_set_up(struct pr_database *database, const struct pr_store_options *options,
	struct pr_seal **ret_seal, struct pr_err *err);

/*
 * Makes the seal of the key that store.h describes. `makes`: a key file that is not there is made.
 * Caller frees *ret_seal.
 */
int pr_store_read_key(const struct pr_store_options *options, bool makes, struct pr_seal **ret_seal,
	struct pr_err *err);

#endif
