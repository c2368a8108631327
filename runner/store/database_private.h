#ifndef PR_STORE_DATABASE_PRIVATE_H
#define PR_STORE_DATABASE_PRIVATE_H

/* What the two databases implement, and what database.c does for both. */

#include "base/buf.h"
#include "store/database.h"

/* Most parameters of a statement, and the bytes of one. */
#define PR_DATABASE_VALUES 32
#define PR_DATABASE_VALUE_MAX ((size_t)512 << 20)

/* One kind of database. Calls come with no NUL in a text, and with texts that are valid UTF-8. */
struct pr_database_kind {
	const char *name;
	const char *begin; /* the statement that begins a transaction */
	void (*close)(struct pr_database *database);
	/* As pr_database_run. */
	int (*run)(struct pr_database *database, const struct pr_statement *statement,
		pr_row_fn *fn, void *arg, int64_t *ret_changed, struct pr_err *err);
	/* As pr_database_script, with what is in braces replaced. */
	int (*script)(struct pr_database *database, const char *sql, struct pr_err *err);
	/* Has the savepoint set, after that of before is released where `release` says so, before
	 * the next statement runs, which tells of a failure. NULL: statements do it. */
	void (*mark)(struct pr_database *database, bool release);
};

/* The common beginning of both kinds of connection. */
struct pr_database {
	const struct pr_database_kind *kind;
	bool changing; /* a transaction is open */
	bool failed;   /* a statement of it failed: it can only be undone */
	bool kept;     /* its savepoint is of no use: released with the next one, or the commit */
};

/* How columns of a row are read. */
struct pr_row_kind {
	const char *(*text)(const struct pr_row *row, int column);
	int64_t (*number)(const struct pr_row *row, int column);
	const void *(*blob)(const struct pr_row *row, int column, size_t *ret_n);
	bool (*is_null)(const struct pr_row *row, int column);
};

struct pr_row {
	const struct pr_row_kind *kind;
	void *source; /* the statement or the result that has the row */
	int index;    /* its number in the result */
};

/*
 * Adds `sql` to `out` with `blob` for {blob}, and `mark` (0: none) for the question mark of a
 * parameter. What is between single quotes stays.
 */
int pr_database_translate(
	const char *sql, const char *blob, char mark, struct pr_buf *out, struct pr_err *err);

/* The file of a "sqlite:///" URI, NULL for any other. Borrowed from `uri`. */
const char *pr_sqlite_path(const char *uri);

/* As pr_database_open, for a file. */
int pr_sqlite_open(const char *path, struct pr_database **ret_database, struct pr_err *err);

/* As pr_database_open, for a URI of PostgreSQL. */
int pr_postgresql_open(const char *uri, struct pr_database **ret_database, struct pr_err *err);

#endif
