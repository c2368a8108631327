#ifndef PR_STORE_DATABASE_H
#define PR_STORE_DATABASE_H

/*
 * One connection to a database, SQLite or PostgreSQL, behind one vtable: statements with
 * parameters, rows, transactions. SQL is written once, in what both understand: parameters are ?1,
 * ?2 …; columns are TEXT, BIGINT and {blob}; upserts by ON CONFLICT, RETURNING is there. Every call
 * blocks until the database has answered, for PR_DATABASE_PATIENCE_S at most: a served request is a
 * handful of statements, which take less than the switch to another thread would.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest wait for a lock, a connection or an answer, in seconds. */
#define PR_DATABASE_PATIENCE_S 10

struct pr_database;

enum pr_value_kind { PR_VALUE_NULL, PR_VALUE_INT, PR_VALUE_TEXT, PR_VALUE_BLOB };

/* A parameter of a statement. Bytes are borrowed for the call. */
struct pr_value {
	enum pr_value_kind kind;
	int64_t number;
	const void *bytes;
	size_t n;
};

/* A text, NULL for a null; for initialisers of parameter lists. */
struct pr_value pr_value_text(const char *text);

/* An integer. */
struct pr_value pr_value_int(int64_t number);

/* `n` bytes, NULL for a null. */
struct pr_value pr_value_blob(const void *bytes, size_t n);

struct pr_statement {
	const char *sql; /* a literal: prepared once for each distinct text, and kept */
	const struct pr_value *values;
	size_t count;
};

/* PR_STATEMENT("…", pr_value_text(a), pr_value_int(b)): a statement with at least one parameter. */
#define PR_STATEMENT(text, ...)                                   \
	((struct pr_statement){.sql = (text),                     \
		.values = (const struct pr_value[]){__VA_ARGS__}, \
		.count =                                          \
			sizeof((const struct pr_value[]){__VA_ARGS__}) / sizeof(struct pr_value)})

/* One row of an answer, borrowed by the callback; columns count from 0. */
struct pr_row;

/* NULL for a null. Borrowed. */
const char *pr_row_text(const struct pr_row *row, int column);

/* 0 for a null. */
int64_t pr_row_int(const struct pr_row *row, int column);

/* NULL for a null; *ret_n bytes. Borrowed. */
const void *pr_row_blob(const struct pr_row *row, int column, size_t *ret_n);

/* Whether the column is a null, which the others cannot tell from 0 or nothing. */
bool pr_row_is_null(const struct pr_row *row, int column);

/* Called for each row; non-zero ends the statement with that code. */
typedef int pr_row_fn(void *arg, const struct pr_row *row, struct pr_err *err);

/*
 * Opens what `uri` names: "sqlite:///relative", "sqlite:////absolute" (created when missing, 0600)
 * or "postgresql://…" as libpq reads it. A database that cannot be reached or read: PR_EIO with a
 * line that never has a password in it, PR_ENOTFOUND where a file's folder is missing; a malformed
 * URI: PR_EINVAL. A connection to PostgreSQL that is lost is made again by the next call outside a
 * transaction. Caller frees.
 */
int pr_database_open(const char *uri, struct pr_database **ret_database, struct pr_err *err);

/* An open transaction is rolled back. NULL is allowed. */
void pr_database_close(struct pr_database *database);

/*
 * Runs a statement; `fn` (NULL: rows are ignored) gets its rows, and must run none of its own.
 * *ret_changed (NULL is allowed) is how many rows it inserted, updated or deleted. PR_EEXIST where
 * a unique constraint refused it, PR_EIO where the database failed; in a transaction nothing but
 * pr_database_undo or _rollback is possible after either. PR_EINVAL for a text that has a NUL or is
 * not UTF-8. PostgreSQL keeps no text of more than 2,700 bytes in an index.
 */
int pr_database_run(struct pr_database *database, const struct pr_statement *statement,
	pr_row_fn *fn, void *arg, int64_t *ret_changed, struct pr_err *err);

/* Runs several statements without parameters, separated by semicolons; for migrations. */
int pr_database_script(struct pr_database *database, const char *sql, struct pr_err *err);

/* Begins a transaction; they do not nest. PostgreSQL: read committed. */
int pr_database_begin(struct pr_database *database, struct pr_err *err);

/* Ends it. One that fails (PR_EIO) has ended the transaction too. */
int pr_database_commit(struct pr_database *database, struct pr_err *err);

/* Ends it with nothing done; without a transaction: nothing. */
void pr_database_rollback(struct pr_database *database);

/*
 * Sets the one savepoint inside a transaction: what one of several requests of a transaction did
 * can be undone alone.
 */
int pr_database_mark(struct pr_database *database, struct pr_err *err);

/* Gives the savepoint up: what was done since stays part of the transaction. */
int pr_database_keep(struct pr_database *database, struct pr_err *err);

/* Undoes what was done since the savepoint, and gives it up. */
void pr_database_undo(struct pr_database *database);

/* "sqlite" or "postgresql". Static. */
const char *pr_database_kind(const struct pr_database *database);

#endif
