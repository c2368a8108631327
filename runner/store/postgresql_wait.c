#include "base/clock.h"
#include "base/redact.h"
#include "base/text.h"
#include "store/postgresql_private.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <string.h>

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number
#define PATIENCE_S_TEXT TEXT_OF(PR_DATABASE_PATIENCE_S)

/* The server gives up first, so that its answer says so, and the connection stays of use. */
#define WAIT_US ((PR_DATABASE_PATIENCE_S + 2) * (int64_t)1000000)

static void pr_auto_options(PQconninfoOption **options)
{
	PQconninfoFree(*options);
}

static const char *option(const PQconninfoOption *options, const char *name)
{
	for (; options->keyword; options++) {
		if (pr_text_eq(options->keyword, name))
			return options->val;
	}
	return NULL;
}

/*
 * The password is kept from what is printed. A slash in one that is not written %2F makes a port
 * and a name of its parts, which messages would show: such a URI is refused as malformed.
 */
static int check_uri(const char *uri, struct pr_err *err)
{
	PR_AUTO(options) PQconninfoOption *options = PQconninfoParse(uri, NULL);
	const char *port = options ? option(options, "port") : NULL;
	const char *name = options ? option(options, "dbname") : NULL;

	if (!options || (port && strspn(port, "0123456789,") != strlen(port)) ||
		(name && strchr(name, '@')))
		return pr_fail(err, PR_EINVAL,
			"the URI of the database is malformed: it is "
			"postgresql://user:password@host:port/name, where special characters of a "
			"part are written as %%XX");
	return pr_redact_add(option(options, "password"), err);
}

static void ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

int pr_postgresql_fail_connection(const PGconn *connection, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(4096);
	PR_AUTO(free) char *message = pr_text_dup(PQerrorMessage(connection));
	const char *text;

	if (!message)
		return pr_fail_nomem(err);
	text = pr_text_trim(message);
	if (pr_redact_copy(text, strlen(text), &shown))
		return pr_fail(err, PR_EIO, "PostgreSQL cannot be reached");
	return pr_fail(
		err, PR_EIO, "PostgreSQL: %s", shown.len ? shown.ptr : "the connection was closed");
}

/* What a URI says itself (before "dbname" it can) is left to it, but for the encoding. */
static PGconn *start(const char *uri)
{
	static const char patience_ms[] = PATIENCE_S_TEXT "000";
	static const char *const names[] = {"connect_timeout", "fallback_application_name",
		"tcp_user_timeout", "dbname", "client_encoding", NULL};
	const char *const values[] = {
		PATIENCE_S_TEXT, "plan-deployer", patience_ms, uri, "UTF8", NULL};

	return PQconnectdbParams(names, values, 1);
}

static int prepare_session(PGconn *connection, struct pr_err *err)
{
	static const char settings[] = "SET statement_timeout = '" PATIENCE_S_TEXT "s';"
				       "SET idle_in_transaction_session_timeout = '60s';"
				       "SET default_transaction_isolation = 'read committed';"
				       /* of journals, where the server is built with it */
				       "DO $$BEGIN SET default_toast_compression = 'lz4';"
				       "EXCEPTION WHEN OTHERS THEN NULL; END$$";
	PGresult *result = NULL;
	int rc;

	PQsetNoticeReceiver(connection, ignore_notice, NULL);
	if (PQsetnonblocking(connection, 1) || !PQsendQuery(connection, settings))
		return pr_postgresql_fail_connection(connection, err);
	rc = pr_postgresql_wait(connection, &result, err);
	if (rc)
		return rc;
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		rc = pr_postgresql_fail(result, err);
	PQclear(result);
	return rc;
}

int pr_postgresql_connect(const char *uri, PGconn **ret_connection, struct pr_err *err)
{
	PGconn *connection;
	int rc = check_uri(uri, err);

	if (rc)
		return rc;
	connection = start(uri);
	if (!connection)
		return pr_fail_nomem(err);
	if (PQstatus(connection) != CONNECTION_OK)
		rc = pr_postgresql_fail_connection(connection, err);
	else
		rc = prepare_session(connection, err);
	if (rc) {
		PQfinish(connection);
		return rc;
	}
	*ret_connection = connection;
	return 0;
}

bool pr_postgresql_is_lost(const PGconn *connection)
{
	struct pollfd fd = {.fd = PQsocket(connection), .events = POLLRDHUP};

	return PQstatus(connection) != CONNECTION_OK || fd.fd < 0 || poll(&fd, 1, 0) != 0;
}

/* Until the answer is there as a whole. */
static int await(PGconn *connection, int64_t until_us, struct pr_err *err)
{
	const struct pr_clock *clock = pr_clock_system();
	int flush;

	while ((flush = PQflush(connection)) > 0 || PQisBusy(connection)) {
		struct pollfd fd = {.fd = PQsocket(connection),
			.events = (short)(flush > 0 ? POLLIN | POLLOUT : POLLIN)};
		int64_t left_us = until_us - clock->monotonic_us(clock->ctx);
		int ready = left_us > 0 ? poll(&fd, 1, (int)(left_us / 1000) + 1) : 0;

		if (!ready)
			return pr_fail_errno(err, ETIMEDOUT, "PostgreSQL does not answer");
		if (ready < 0 && errno != EINTR)
			return pr_fail_errno(err, errno, "PostgreSQL");
		if (ready > 0 && (fd.revents & ~POLLOUT) && !PQconsumeInput(connection))
			return pr_postgresql_fail_connection(connection, err);
	}
	return flush < 0 ? pr_postgresql_fail_connection(connection, err) : 0;
}

/* Of several the first failure counts: nothing that follows it is done. */
static void choose(PGresult **chosen, PGresult *next)
{
	ExecStatusType status = *chosen ? PQresultStatus(*chosen) : PGRES_COMMAND_OK;

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
		PQclear(*chosen);
		*chosen = next;
	} else {
		PQclear(next);
	}
}

/*
 * Takes what PQgetResult gave; whether it was the last. In a pipeline a NULL ends each answer, and
 * that of the synchronisation ends all of them.
 */
static bool take(PGconn *connection, PGresult *next, PGresult **chosen, unsigned *gaps)
{
	if (!next)
		return PQpipelineStatus(connection) == PQ_PIPELINE_OFF || ++*gaps > 1;
	*gaps = 0;
	if (PQresultStatus(next) != PGRES_PIPELINE_SYNC) {
		choose(chosen, next);
		return false;
	}
	PQclear(next);
	return PQexitPipelineMode(connection);
}

int pr_postgresql_wait(PGconn *connection, PGresult **ret_result, struct pr_err *err)
{
	const struct pr_clock *clock = pr_clock_system();
	int64_t until_us = clock->monotonic_us(clock->ctx) + WAIT_US;
	PGresult *chosen = NULL;
	unsigned gaps = 0;
	int rc;

	do
		rc = await(connection, until_us, err);
	while (!rc && !take(connection, PQgetResult(connection), &chosen, &gaps));
	if (!rc && (!chosen || PQstatus(connection) != CONNECTION_OK ||
			   PQpipelineStatus(connection) != PQ_PIPELINE_OFF))
		rc = pr_postgresql_fail_connection(connection, err);
	if (rc) {
		PQclear(chosen);
		return rc;
	}
	*ret_result = chosen;
	return 0;
}
