#ifndef PR_SERVER_SERVER_H
#define PR_SERVER_SERVER_H

/*
 * The embedded platform: the API, the live page, and the scheduler of managed deployments, in one
 * process on one loop.
 */

#include "base/err.h"
#include "base/loop.h"
#include "store/store.h"

#include <stdint.h>

struct pr_events;
struct pr_scheduler;
struct pr_server;

struct pr_server_options {
	const char *address;           /* numeric */
	uint16_t port;                 /* 0: a free one */
	const char *certificate, *key; /* PEM; NULL: http */
	const char *url;               /* how runners reach it; NULL: by address and port */
	const char *runner; /* that managed deployments start; NULL: plan-runner in PATH */
	size_t body_max;    /* bytes of a request's body */
};

/* Serves `store`, which is borrowed. Everything else is copied. Caller frees. */
int pr_server_new(struct pr_loop *loop, struct pr_store *store,
	const struct pr_server_options *options, struct pr_server **ret_server, struct pr_err *err);

/* Closes connections, ends what was launched. NULL is allowed. */
void pr_server_free(struct pr_server *server);

/*
 * Stops: asks managed runs to end (their rollbacks run, and they report), waits for them for
 * `grace_us` at most; then accepts nothing new, waits for requests that have begun, for seconds,
 * and calls `fn`.
 */
void pr_server_stop(struct pr_server *server, int64_t grace_us, pr_loop_fn *fn, void *arg);

/* "http://127.0.0.1:8090": where it listens. Borrowed. */
const char *pr_server_address(const struct pr_server *server);

/* How runners reach it. Borrowed. */
const char *pr_server_url(const struct pr_server *server);

/* The loop that it runs on. Borrowed. */
struct pr_loop *pr_server_loop(const struct pr_server *server);

/* What it serves. Borrowed. */
struct pr_store *pr_server_store(const struct pr_server *server);

/* The connection of the store. Borrowed. */
struct pr_database *pr_server_database(const struct pr_server *server);

/* Who is told of changes. Borrowed. */
struct pr_events *pr_server_events(const struct pr_server *server);

/* What launches managed deployments; there always is one. Borrowed. */
struct pr_scheduler *pr_server_scheduler(const struct pr_server *server);

#endif
