#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/database_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>

#define BUSY_STEP_MS 10

struct cached {
	const char *sql;
	sqlite3_stmt *statement;
	UT_hash_handle hh;
};

struct sqlite {
	struct pr_database database;
	sqlite3 *handle;
	struct cached *statements; /* by their text */
	char *path;
};

/*
 * A write-ahead log: readers and the writer do not wait for each other, and a commit is one
 * sequential write. With synchronous=NORMAL a commit is in the kernel's hands when it returns,
 * which survives the end of this process in any manner; with FULL it is on the disk, which survives
 * a power failure also. Requests share transactions, so that the flush is paid once for many.
 */
static const char settings[] = "PRAGMA journal_mode=WAL;"
			       "PRAGMA synchronous=FULL;"
			       "PRAGMA foreign_keys=ON;"
			       "PRAGMA journal_size_limit=67108864;";

static struct sqlite *of(struct pr_database *database)
{
	return pr_container_of(database, struct sqlite, database);
}

static int fail(const struct sqlite *sqlite, int code, struct pr_err *err)
{
	if (code == SQLITE_NOMEM)
		return pr_fail_nomem(err);
	if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
		return pr_fail(err, PR_EEXIST, "database '%s': %s", sqlite->path,
			sqlite3_errmsg(sqlite->handle));
	return pr_fail(
		err, PR_EIO, "database '%s': %s", sqlite->path, sqlite3_errmsg(sqlite->handle));
}

static const char *row_text(const struct pr_row *row, int column)
{
	return (const char *)sqlite3_column_text(row->source, column);
}

static int64_t row_number(const struct pr_row *row, int column)
{
	return sqlite3_column_int64(row->source, column);
}

static bool row_is_null(const struct pr_row *row, int column)
{
	return sqlite3_column_type(row->source, column) == SQLITE_NULL;
}

static const void *row_blob(const struct pr_row *row, int column, size_t *ret_n)
{
	const void *bytes = sqlite3_column_blob(row->source, column);

	*ret_n = (size_t)sqlite3_column_bytes(row->source, column);
	/* SQLite has NULL for what is empty too. */
	return bytes || row_is_null(row, column) ? bytes : "";
}

static const struct pr_row_kind row_kind = {
	.text = row_text, .number = row_number, .blob = row_blob, .is_null = row_is_null};

static int prepare(struct sqlite *sqlite, const char *sql, sqlite3_stmt **ret, struct pr_err *err)
{
	struct cached *cached = NULL;
	struct cached *added = NULL;
	int code;

	HASH_FIND_STR(sqlite->statements, sql, cached);
	if (cached) {
		*ret = cached->statement;
		return 0;
	}
	cached = calloc(1, sizeof(*cached));
	if (!cached)
		return pr_fail_nomem(err);
	code = sqlite3_prepare_v3(
		sqlite->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &cached->statement, NULL);
	if (code != SQLITE_OK) {
		free(cached);
		return fail(sqlite, code, err);
	}
	cached->sql = sqlite3_sql(cached->statement);
	HASH_ADD_KEYPTR(hh, sqlite->statements, cached->sql, strlen(cached->sql), cached);
	HASH_FIND_STR(sqlite->statements, sql, added);
	if (added != cached) {
		sqlite3_finalize(cached->statement);
		free(cached);
		return pr_fail_nomem(err);
	}
	*ret = cached->statement;
	return 0;
}

static int bind_value(sqlite3_stmt *statement, int index, const struct pr_value *value)
{
	switch (value->kind) {
	case PR_VALUE_INT:
		return sqlite3_bind_int64(statement, index, value->number);
	case PR_VALUE_TEXT:
		return sqlite3_bind_text64(
			statement, index, value->bytes, value->n, SQLITE_STATIC, SQLITE_UTF8);
	case PR_VALUE_BLOB:
		return sqlite3_bind_blob64(statement, index, value->bytes, value->n, SQLITE_STATIC);
	case PR_VALUE_NULL:
		break;
	}
	return sqlite3_bind_null(statement, index);
}

static int step(struct sqlite *sqlite, sqlite3_stmt *statement, pr_row_fn *fn, void *arg,
	struct pr_err *err)
{
	const struct pr_row row = {.kind = &row_kind, .source = statement};
	int code;
	int rc;

	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		rc = fn ? fn(arg, &row, err) : 0;
		if (rc)
			return rc;
	}
	return code == SQLITE_DONE ? 0 : fail(sqlite, code, err);
}

static int run(struct pr_database *database, const struct pr_statement *statement, pr_row_fn *fn,
	void *arg, int64_t *ret_changed, struct pr_err *err)
{
	struct sqlite *sqlite = of(database);
	sqlite3_stmt *prepared;
	int code = SQLITE_OK;
	int rc = prepare(sqlite, statement->sql, &prepared, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < statement->count && code == SQLITE_OK; i++)
		code = bind_value(prepared, (int)i + 1, &statement->values[i]);
	rc = code == SQLITE_OK ? step(sqlite, prepared, fn, arg, err) : fail(sqlite, code, err);
	if (!rc && !sqlite3_stmt_readonly(prepared))
		*ret_changed = sqlite3_changes64(sqlite->handle);
	sqlite3_reset(prepared);
	sqlite3_clear_bindings(prepared);
	return rc;
}

static int script(struct pr_database *database, const char *sql, struct pr_err *err)
{
	struct sqlite *sqlite = of(database);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = pr_database_translate(sql, "BLOB", 0, &text, err);
	int code;

	if (rc)
		return rc;
	code = sqlite3_exec(sqlite->handle, pr_buf_str(&text), NULL, NULL, NULL);
	return code == SQLITE_OK ? 0 : fail(sqlite, code, err);
}

static void close_sqlite(struct pr_database *database)
{
	struct sqlite *sqlite = of(database);
	struct cached *cached = sqlite->statements;

	HASH_CLEAR(hh, sqlite->statements);
	while (cached) {
		struct cached *next = cached->hh.next;

		sqlite3_finalize(cached->statement);
		free(cached);
		cached = next;
	}
	sqlite3_close(sqlite->handle);
	free(sqlite->path);
	free(sqlite);
}

static const struct pr_database_kind kind = {.name = "sqlite",
	.begin = "BEGIN IMMEDIATE",
	.close = close_sqlite,
	.run = run,
	.script = script};

/*
 * SQLite would make the file readable by all. The log beside it gets the mode of the file. Only a
 * file that is made here is opened here: closing one that is in use would end SQLite's locks on it.
 */
static int create_file(const char *path, struct pr_err *err)
{
	PR_AUTO(close) int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST)
		return pr_fail_errno(err, errno, "cannot create the database '%s'", path);
	return 0;
}

/* Another that makes the log at this moment is not waited for by SQLite itself. */
static int apply_settings(sqlite3 *handle)
{
	int waited_ms = 0;
	int code;

	while ((code = sqlite3_exec(handle, settings, NULL, NULL, NULL)) != SQLITE_OK &&
		(code & 0xff) == SQLITE_BUSY && waited_ms < PR_DATABASE_PATIENCE_S * 1000) {
		sqlite3_sleep(BUSY_STEP_MS);
		waited_ms += BUSY_STEP_MS;
	}
	return code;
}

/* A relative name must not be one of those that SQLite takes for something else (":memory:"). */
static int connect_file(struct sqlite *sqlite, struct pr_err *err)
{
	PR_AUTO(free) char *name =
		pr_text_format("%s%s", *sqlite->path == '/' ? "" : "./", sqlite->path);
	int code;

	if (!name)
		return pr_fail_nomem(err);
	code = sqlite3_open_v2(name, &sqlite->handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (code != SQLITE_OK)
		return fail(sqlite, code, err);
	sqlite3_busy_timeout(sqlite->handle, PR_DATABASE_PATIENCE_S * 1000);
	code = apply_settings(sqlite->handle);
	return code == SQLITE_OK ? 0 : fail(sqlite, code, err);
}

int pr_sqlite_open(const char *path, struct pr_database **ret_database, struct pr_err *err)
{
	struct sqlite *sqlite;
	int rc = create_file(path, err);

	if (rc)
		return rc;
	sqlite = calloc(1, sizeof(*sqlite));
	if (!sqlite)
		return pr_fail_nomem(err);
	sqlite->database.kind = &kind;
	sqlite->path = pr_text_dup(path);
	rc = sqlite->path ? connect_file(sqlite, err) : pr_fail_nomem(err);
	if (rc) {
		close_sqlite(&sqlite->database);
		return rc;
	}
	*ret_database = &sqlite->database;
	return 0;
}
