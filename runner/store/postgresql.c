#include "base/hash.h"
#include "base/text.h"
#include "store/postgresql_private.h"

#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <string.h>

#define BINARY 1

enum { OID_BYTES = 17, OID_INT8 = 20, OID_TEXT = 25 };

/* A statement that this connection has prepared. */
struct cached {
	char *sql;
	char name[16];
	UT_hash_handle hh;
};

struct postgresql {
	struct pr_database database;
	PGconn *connection; /* NULL: lost */
	char *uri;
	struct cached *statements; /* by their text */
	unsigned int serial;       /* of the last one */
	bool mark_due;             /* the savepoint is set with the next statement */
	bool release_due;          /* after that of before is released */
};

/* The values of a statement as libpq takes them. */
struct parameters {
	Oid types[PR_DATABASE_VALUES];
	const char *values[PR_DATABASE_VALUES];
	int lengths[PR_DATABASE_VALUES];
	int formats[PR_DATABASE_VALUES];
	char numbers[PR_DATABASE_VALUES][24];
};

static struct postgresql *of(struct pr_database *database)
{
	return pr_container_of(database, struct postgresql, database);
}

static void forget_statements(struct postgresql *postgresql)
{
	struct cached *cached = postgresql->statements;

	HASH_CLEAR(hh, postgresql->statements);
	while (cached) {
		struct cached *next = cached->hh.next;

		free(cached->sql);
		free(cached);
		cached = next;
	}
}

static void disconnect(struct postgresql *postgresql)
{
	forget_statements(postgresql);
	postgresql->mark_due = false;
	PQfinish(pr_steal(postgresql->connection));
}

/* Also where the server was started again since the last statement. */
static int ensure_connection(struct postgresql *postgresql, struct pr_err *err)
{
	if (postgresql->database.changing)
		return postgresql->connection ? 0
					      : pr_fail(err, PR_EIO,
							"PostgreSQL: the connection was lost "
							"during a transaction");
	if (postgresql->connection && !pr_postgresql_is_lost(postgresql->connection))
		return 0;
	disconnect(postgresql);
	return pr_postgresql_connect(postgresql->uri, &postgresql->connection, err);
}

/* `sent` is what libpq said of handing it to the connection. A connection that fails is ended. */
static int answer(
	struct postgresql *postgresql, int sent, PGresult **ret_result, struct pr_err *err)
{
	PGresult *result = NULL;
	ExecStatusType status;
	int rc = sent ? pr_postgresql_wait(postgresql->connection, &result, err)
		      : pr_postgresql_fail_connection(postgresql->connection, err);

	if (rc) {
		disconnect(postgresql);
		return rc;
	}
	status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		rc = pr_postgresql_fail(result, err);
		PQclear(result);
		return rc;
	}
	*ret_result = result;
	return 0;
}

static void take_value(struct parameters *to, size_t i, const struct pr_value *value)
{
	static const Oid types[] = {[PR_VALUE_NULL] = 0,
		[PR_VALUE_INT] = OID_INT8,
		[PR_VALUE_TEXT] = OID_TEXT,
		[PR_VALUE_BLOB] = OID_BYTES};

	to->types[i] = types[value->kind];
	to->values[i] = NULL;
	to->lengths[i] = 0;
	to->formats[i] = value->kind == PR_VALUE_INT ? 0 : BINARY;
	if (value->kind == PR_VALUE_INT) {
		pr_text_print(to->numbers[i], sizeof to->numbers[i], "%" PRId64, value->number);
		to->values[i] = to->numbers[i];
	} else if (value->kind != PR_VALUE_NULL) {
		to->values[i] = value->bytes;
		to->lengths[i] = (int)value->n;
	}
}

/* Keeps it under its text. */
static int keep_statement(struct postgresql *postgresql, struct cached *cached, struct pr_err *err)
{
	struct cached *added = NULL;

	if (cached->sql) {
		HASH_ADD_KEYPTR(
			hh, postgresql->statements, cached->sql, strlen(cached->sql), cached);
		HASH_FIND_STR(postgresql->statements, cached->sql, added);
	}
	if (added == cached)
		return 0;
	free(cached->sql);
	free(cached);
	return pr_fail_nomem(err);
}

static int prepare_new(struct postgresql *postgresql, const struct pr_statement *statement,
	const struct parameters *parameters, struct cached **ret_cached, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct cached *cached;
	PGresult *result = NULL;
	char name[sizeof cached->name];
	int rc = pr_database_translate(statement->sql, "BYTEA", '$', &text, err);

	if (rc)
		return rc;
	pr_text_print(name, sizeof name, "s%u", ++postgresql->serial);
	rc = answer(postgresql,
		PQsendPrepare(postgresql->connection, name, pr_buf_str(&text),
			(int)statement->count, parameters->types),
		&result, err);
	PQclear(result);
	if (rc)
		return rc;
	cached = calloc(1, sizeof(*cached));
	if (!cached)
		return pr_fail_nomem(err);
	memcpy(cached->name, name, sizeof name);
	cached->sql = pr_text_dup(statement->sql);
	rc = keep_statement(postgresql, cached, err);
	if (!rc)
		*ret_cached = cached;
	return rc;
}

static int send_statement(struct postgresql *postgresql, const struct cached *cached,
	const struct parameters *parameters, size_t count)
{
	return PQsendQueryPrepared(postgresql->connection, cached->name, (int)count,
		parameters->values, parameters->lengths, parameters->formats, BINARY);
}

static bool send_plain(PGconn *connection, const char *sql)
{
	return PQsendQueryParams(connection, sql, 0, NULL, NULL, NULL, NULL, BINARY);
}

/* In one go with the savepoint that is due: a way to the server and back is most of what a small
 * statement takes. */
static int send_marked(struct postgresql *postgresql, const struct cached *cached,
	const struct parameters *parameters, size_t count)
{
	PGconn *connection = postgresql->connection;

	postgresql->mark_due = false;
	return PQenterPipelineMode(connection) &&
	       (!postgresql->release_due || send_plain(connection, "RELEASE SAVEPOINT request")) &&
	       send_plain(connection, "SAVEPOINT request") &&
	       send_statement(postgresql, cached, parameters, count) && PQpipelineSync(connection);
}

static int execute(struct postgresql *postgresql, const struct pr_statement *statement,
	PGresult **ret_result, struct pr_err *err)
{
	struct parameters parameters;
	struct cached *cached = NULL;
	int rc = ensure_connection(postgresql, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < statement->count; i++)
		take_value(&parameters, i, &statement->values[i]);
	HASH_FIND_STR(postgresql->statements, statement->sql, cached);
	if (!cached)
		rc = prepare_new(postgresql, statement, &parameters, &cached, err);
	if (rc)
		return rc;
	return answer(postgresql,
		(postgresql->mark_due ? send_marked : send_statement)(
			postgresql, cached, &parameters, statement->count),
		ret_result, err);
}

/*
 * What can be sent again after a connection was lost while it ran: nobody knows whether a change
 * that got no answer was made.
 */
static bool is_repeatable(const struct postgresql *postgresql, const char *sql)
{
	return !postgresql->database.changing &&
	       (pr_text_starts(sql, "SELECT") || pr_text_eq(sql, "BEGIN"));
}

static int64_t changed_rows(PGresult *result)
{
	int64_t changed = 0;

	if (!pr_text_starts(PQcmdStatus(result), "SELECT"))
		pr_text_int64(PQcmdTuples(result), &changed, NULL);
	return changed;
}

static int run(struct pr_database *database, const struct pr_statement *statement, pr_row_fn *fn,
	void *arg, int64_t *ret_changed, struct pr_err *err)
{
	struct postgresql *postgresql = of(database);
	struct pr_err why = PR_ERR_INIT;
	PGresult *result = NULL;
	bool connected = postgresql->connection != NULL;
	int rc = execute(postgresql, statement, &result, &why);

	if (rc && connected && !postgresql->connection && why.sys != ETIMEDOUT &&
		is_repeatable(postgresql, statement->sql)) {
		pr_err_clear(&why);
		rc = execute(postgresql, statement, &result, &why);
	}
	if (rc) {
		pr_fail(err, why.code, "%s", why.msg);
		return rc;
	}
	*ret_changed = changed_rows(result);
	rc = fn ? pr_postgresql_rows(result, fn, arg, err) : 0;
	PQclear(result);
	return rc;
}

static int script(struct pr_database *database, const char *sql, struct pr_err *err)
{
	struct postgresql *postgresql = of(database);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PGresult *result = NULL;
	int rc = 0;

	if (postgresql->mark_due && postgresql->release_due)
		rc = pr_buf_adds(&text, "RELEASE SAVEPOINT request;");
	if (postgresql->mark_due && !rc)
		rc = pr_buf_adds(&text, "SAVEPOINT request;");
	postgresql->mark_due = false;
	rc = rc ? pr_fail_nomem(err) : pr_database_translate(sql, "BYTEA", 0, &text, err);
	if (!rc)
		rc = ensure_connection(postgresql, err);
	if (rc)
		return rc;
	rc = answer(
		postgresql, PQsendQuery(postgresql->connection, pr_buf_str(&text)), &result, err);
	PQclear(result);
	return rc;
}

/* Where nothing came after the one before, that is still to be set, and is this one. */
static void mark(struct pr_database *database, bool release)
{
	struct postgresql *postgresql = of(database);

	if (postgresql->mark_due)
		return;
	postgresql->mark_due = true;
	postgresql->release_due = release;
}

static void close_postgresql(struct pr_database *database)
{
	struct postgresql *postgresql = of(database);

	disconnect(postgresql);
	if (postgresql->uri)
		explicit_bzero(postgresql->uri, strlen(postgresql->uri));
	free(postgresql->uri);
	free(postgresql);
}

static const struct pr_database_kind kind = {.name = "postgresql",
	.begin = "BEGIN",
	.close = close_postgresql,
	.run = run,
	.script = script,
	.mark = mark};

int pr_postgresql_open(const char *uri, struct pr_database **ret_database, struct pr_err *err)
{
	struct postgresql *postgresql = calloc(1, sizeof(*postgresql));
	int rc;

	if (!postgresql)
		return pr_fail_nomem(err);
	postgresql->database.kind = &kind;
	postgresql->uri = pr_text_dup(uri);
	rc = postgresql->uri ? pr_postgresql_connect(uri, &postgresql->connection, err)
			     : pr_fail_nomem(err);
	if (rc) {
		close_postgresql(&postgresql->database);
		return rc;
	}
	*ret_database = &postgresql->database;
	return 0;
}
