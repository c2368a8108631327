#ifndef PR_STORE_STORE_H
#define PR_STORE_STORE_H

/*
 * What the platform keeps: a database with the schema of this version, and the key that secrets are
 * sealed with. The files beside this one have what is kept of each resource (organizations, tokens,
 * plans …), as the JSON values that docs/protocol.md 2 describes.
 *
 * Requests that change something share transactions: the first one of a turn of the loop begins
 * one, all run in it one after the other, each in a savepoint of its own, and it is committed
 * before any of them is answered.
 */

#include "base/err.h"
#include "crypto/seal.h"
#include "store/database.h"

#include <jansson.h>

struct pr_store;

struct pr_store_options {
	const char *database; /* URI as of pr_database_open */
	const char *key_file; /* NULL: PLAN_DEPLOYER_KEY_FILE, else beside the SQLite file */
	bool create;          /* key and tables are made where there are none */
	bool exclusive;       /* an SQLite file: refused where another server has it */
};

/*
 * Opens the database, brings its schema to this version, and reads the key. The key is that of
 * PLAN_DEPLOYER_KEY (64 hexadecimal digits) where set, else of the file, which `create` makes
 * (0600). PR_EIO where another server uses the SQLite file; PR_EINVAL where the database is of a
 * newer version, was sealed with another key, or no key is given; PR_ENOTFOUND where the key file
 * of a database that has one is missing. Caller closes.
 */
int pr_store_open(
	const struct pr_store_options *options, struct pr_store **ret_store, struct pr_err *err);

/* NULL is allowed. */
void pr_store_close(struct pr_store *store);

/* The connection, for the statements of this layer. Borrowed. */
struct pr_database *pr_store_database(const struct pr_store *store);

/* What seals secrets. Borrowed. */
const struct pr_seal *pr_store_seal(const struct pr_store *store);

/*
 * Begins the change of one request: a transaction where none is open, then a savepoint. Ended by
 * pr_store_keep, or by pr_store_undo when the request failed. Then pr_store_commit, once for all.
 */
int pr_store_change(struct pr_store *store, struct pr_err *err);

/* The change stays part of the transaction. */
int pr_store_keep(struct pr_store *store, struct pr_err *err);

/* The change is undone, those of other requests of the transaction stay. */
void pr_store_undo(struct pr_store *store);

/* Whether a transaction is open, which pr_store_commit has to end. */
bool pr_store_is_changing(const struct pr_store *store);

/* Commits; after a failure nothing of the transaction is kept. Nothing when none is open. */
int pr_store_commit(struct pr_store *store, struct pr_err *err);

/* Microseconds since 1970, of the system: what dates of rows are. */
int64_t pr_store_now(void);

/* "2026-11-20T16:04:29.111883Z" as a JSON string (docs/protocol.md 2.1); NULL: no memory. */
json_t *pr_store_date(int64_t wall_us) PR_MUST_CHECK;

#endif
