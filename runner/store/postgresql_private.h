#ifndef PR_STORE_POSTGRESQL_PRIVATE_H
#define PR_STORE_POSTGRESQL_PRIVATE_H

/* One connection of libpq, waited for with a limit, and rows of its answers. */

#include "base/err.h"
#include "store/database_private.h"

/* PGconn and PGresult of libpq-fe.h. */
struct pg_conn;
struct pg_result;

/*
 * Connects as `uri` says; what a session needs is set. PR_EINVAL: a malformed URI; PR_EIO: it
 * cannot be reached. No message has a password. Caller ends it with PQfinish.
 */
int pr_postgresql_connect(const char *uri, struct pg_conn **ret_connection, struct pr_err *err);

/* Whether the other side has closed the connection, or it is not usable for another reason. */
bool pr_postgresql_is_lost(const struct pg_conn *connection);

/*
 * Waits for the answer to what was sent, which is the last one of several. PR_EIO where there is
 * none within PR_DATABASE_PATIENCE_S and a little (ETIMEDOUT in err->sys), or the connection is
 * lost; it is of no use then. Caller ends *ret_result with PQclear.
 */
int pr_postgresql_wait(
	struct pg_conn *connection, struct pg_result **ret_result, struct pr_err *err);

/* PR_EIO, with what libpq says of the connection, in which no password is. */
int pr_postgresql_fail_connection(const struct pg_conn *connection, struct pr_err *err);

/* The failure that an answer tells of; PR_EEXIST for a unique constraint, else PR_EIO. */
int pr_postgresql_fail(const struct pg_result *result, struct pr_err *err);

/*
 * Hands the rows of an answer to `fn`. PR_EINVAL for a column of a type that rows have no accessor
 * for (the sum of BIGINT is NUMERIC: it has to be cast).
 */
int pr_postgresql_rows(struct pg_result *result, pr_row_fn *fn, void *arg, struct pr_err *err);

#endif
