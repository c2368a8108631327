#include "store/database.h"

#include "base/text.h"
#include "store/database_private.h"

#include <string.h>

static const char sqlite_prefix[] = "sqlite:///";
static const char *const postgresql_prefixes[] = {"postgresql://", "postgres://"};

struct pr_value pr_value_text(const char *text)
{
	if (!text)
		return (struct pr_value){.kind = PR_VALUE_NULL};
	return (struct pr_value){.kind = PR_VALUE_TEXT, .bytes = text, .n = strlen(text)};
}

struct pr_value pr_value_int(int64_t number)
{
	return (struct pr_value){.kind = PR_VALUE_INT, .number = number};
}

struct pr_value pr_value_blob(const void *bytes, size_t n)
{
	if (!bytes)
		return (struct pr_value){.kind = PR_VALUE_NULL};
	return (struct pr_value){.kind = PR_VALUE_BLOB, .bytes = bytes, .n = n};
}

const char *pr_row_text(const struct pr_row *row, int column)
{
	return row->kind->text(row, column);
}

int64_t pr_row_int(const struct pr_row *row, int column)
{
	return row->kind->number(row, column);
}

const void *pr_row_blob(const struct pr_row *row, int column, size_t *ret_n)
{
	return row->kind->blob(row, column, ret_n);
}

bool pr_row_is_null(const struct pr_row *row, int column)
{
	return row->kind->is_null(row, column);
}

int pr_database_translate(
	const char *sql, const char *blob, char mark, struct pr_buf *out, struct pr_err *err)
{
	static const char placeholder[] = "{blob}";
	bool quoted = false;

	while (*sql) {
		if (!quoted && pr_text_starts(sql, placeholder)) {
			pr_buf_adds(out, blob);
			sql += sizeof placeholder - 1;
			continue;
		}
		quoted = quoted != (*sql == '\'');
		pr_buf_addc(out, !quoted && mark && *sql == '?' ? mark : *sql);
		sql++;
	}
	return pr_buf_check(out, "a statement", err);
}

const char *pr_sqlite_path(const char *uri)
{
	return pr_text_starts(uri, sqlite_prefix) ? uri + sizeof sqlite_prefix - 1 : NULL;
}

int pr_database_open(const char *uri, struct pr_database **ret_database, struct pr_err *err)
{
	const char *path = pr_sqlite_path(uri);

	if (path && *path)
		return pr_sqlite_open(path, ret_database, err);
	for (size_t i = 0; i < PR_LEN(postgresql_prefixes); i++) {
		if (pr_text_starts(uri, postgresql_prefixes[i]))
			return pr_postgresql_open(uri, ret_database, err);
	}
	/* What was given is not shown: it may be a URI with a password, misspelt. */
	return pr_fail(err, PR_EINVAL,
		"the database is not one of sqlite:///relative, sqlite:////absolute and "
		"postgresql://user@host/name");
}

void pr_database_close(struct pr_database *database)
{
	if (!database)
		return;
	pr_database_rollback(database);
	database->kind->close(database);
}

const char *pr_database_kind(const struct pr_database *database)
{
	return database->kind->name;
}

/* One of the databases would keep these and the other refuse them. */
static int check_values(const struct pr_statement *statement, struct pr_err *err)
{
	if (statement->count > PR_DATABASE_VALUES)
		return pr_fail(err, PR_ELIMIT, "a statement has too many parameters");
	for (size_t i = 0; i < statement->count; i++) {
		const struct pr_value *value = &statement->values[i];

		if (value->n > PR_DATABASE_VALUE_MAX)
			return pr_fail(
				err, PR_ELIMIT, "%zu bytes are too many for a database", value->n);
		if (value->kind != PR_VALUE_TEXT)
			continue;
		if (memchr(value->bytes, '\0', value->n))
			return pr_fail(err, PR_EINVAL, "a text with a NUL in it cannot be stored");
		if (!pr_text_is_utf8(value->bytes, value->n))
			return pr_fail(
				err, PR_EINVAL, "a text that is not valid UTF-8 cannot be stored");
	}
	return 0;
}

/* Both behave as PostgreSQL does: what follows a failure in a transaction fails too. */
static int check_transaction(const struct pr_database *database, struct pr_err *err)
{
	if (!database->failed)
		return 0;
	return pr_fail(
		err, PR_EIO, "the transaction failed before: nothing but undoing it is possible");
}

/* Rows are handed on by this, so that a code of the callback is told from one of the database. */
struct reading {
	pr_row_fn *fn;
	void *arg;
	int rc;
};

static int read_row(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct reading *reading = arg;

	reading->rc = reading->fn(reading->arg, row, err);
	return reading->rc;
}

int pr_database_run(struct pr_database *database, const struct pr_statement *statement,
	pr_row_fn *fn, void *arg, int64_t *ret_changed, struct pr_err *err)
{
	struct reading reading = {.fn = fn, .arg = arg};
	int64_t changed = 0;
	int rc = check_transaction(database, err);

	if (!rc)
		rc = check_values(statement, err);
	if (rc)
		return rc;
	rc = database->kind->run(
		database, statement, fn ? read_row : NULL, &reading, &changed, err);
	if (rc && !reading.rc)
		database->failed = database->changing;
	if (!rc && ret_changed)
		*ret_changed = changed;
	return rc;
}

static int run_plain(struct pr_database *database, const char *sql, struct pr_err *err)
{
	return database->kind->run(
		database, &(struct pr_statement){.sql = sql}, NULL, NULL, &(int64_t){0}, err);
}

int pr_database_script(struct pr_database *database, const char *sql, struct pr_err *err)
{
	int rc = check_transaction(database, err);

	if (rc)
		return rc;
	rc = database->kind->script(database, sql, err);
	if (rc)
		database->failed = database->changing;
	return rc;
}

int pr_database_begin(struct pr_database *database, struct pr_err *err)
{
	int rc;

	if (database->changing)
		return pr_fail(err, PR_EIO, "a transaction is open already");
	rc = run_plain(database, database->kind->begin, err);
	database->changing = !rc;
	return rc;
}

int pr_database_commit(struct pr_database *database, struct pr_err *err)
{
	int rc = check_transaction(database, err);

	if (!rc)
		rc = run_plain(database, "COMMIT", err);
	if (rc)
		pr_database_rollback(database);
	database->changing = false;
	database->kept = false;
	return rc;
}

void pr_database_rollback(struct pr_database *database)
{
	if (database->changing)
		run_plain(database, "ROLLBACK", NULL);
	database->changing = false;
	database->failed = false;
	database->kept = false;
}

int pr_database_mark(struct pr_database *database, struct pr_err *err)
{
	bool kept = database->kept;
	int rc = check_transaction(database, err);

	if (rc)
		return rc;
	database->kept = false;
	if (database->kind->mark) {
		database->kind->mark(database, kept);
		return 0;
	}
	if (kept)
		rc = run_plain(database, "RELEASE SAVEPOINT request", err);
	return rc ? rc : run_plain(database, "SAVEPOINT request", err);
}

int pr_database_keep(struct pr_database *database, struct pr_err *err)
{
	int rc = check_transaction(database, err);

	database->kept = !rc;
	return rc;
}

void pr_database_undo(struct pr_database *database)
{
	/* Where this fails, so does all of the transaction. */
	database->failed = run_plain(database, "ROLLBACK TO SAVEPOINT request", NULL) ||
			   run_plain(database, "RELEASE SAVEPOINT request", NULL);
}
