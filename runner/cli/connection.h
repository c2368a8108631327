#ifndef PR_CLI_CONNECTION_H
#define PR_CLI_CONNECTION_H

/* What a command needs that asks the platform something and ends: settings, loop, client. */

#include "cli/ask.h"
#include "cli/context.h"

/* All zero, but for `token`, is a closed one. */
struct pr_connection {
	struct pr_loop *loop;
	struct pr_signals signals;
	struct pr_service service;
	struct pr_platform *platform;
	const char *token; /* to be used instead of the configured one; NULL: none. Borrowed */
};

/*
 * Reads the settings, with --config and --ca-file of `args`, and makes the client; connects to
 * nothing yet. Without `organization` none is needed, and paths are those of pr_platform_new
 * without one. Errors of pr_service_load and pr_service_require. Close in any case.
 */
int pr_connection_open(struct pr_connection *connection, const struct pr_args *args,
	bool organization, struct pr_err *err);

/* Frees the contents. */
void pr_connection_close(struct pr_connection *connection);

/* PR_AUTO(connection) */
static inline void pr_auto_connection(struct pr_connection *connection)
{
	pr_connection_close(connection);
}

/* What a script may look for where the platform refused something (docs/protocol.md 1.4). */
struct pr_refusals {
	const char *missing; /* for 404; NULL: as any other status */
	const char *unauthorized;
};

extern const struct pr_refusals pr_refusals_of_plans;

/*
 * Adds the line, without a line break, that upstream prints on standard output for this answer.
 * Nothing when there was no answer, or one that is no refusal: reply->message tells then.
 */
void pr_refusal_add(
	const struct pr_reply *reply, const struct pr_refusals *refusals, struct pr_buf *out);

/*
 * Asks for `path`. A refusal is told on standard output and leaves `err` alone; what else fails is
 * in `err`. The code in any case. Caller owns *ret_answer.
 */
int pr_connection_get(struct pr_connection *connection, const char *path,
	const struct pr_refusals *refusals, json_t **ret_answer, struct pr_err *err);

/*
 * Tells that token or organisation are missing in upstream's words, on standard error: `err` is
 * that of pr_service_require. With no such error it is told as any other.
 */
void pr_connection_complain(const struct pr_context *context, const struct pr_service *service,
	const struct pr_err *err);

#endif
