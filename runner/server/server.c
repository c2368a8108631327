#include "server/server.h"

#include "base/compiler.h"
#include "base/log.h"
#include "base/text.h"
#include "server/api.h"
#include "server/events.h"
#include "server/pages.h"
#include "server/scheduler.h"
#include "server/server_private.h"

#include <string.h>

#define CONNECTION_MAX 1000
#define IDLE_S 60

/* How long a request that has begun to come is waited for at the end, and how often looked for. */
#define LAST_REQUESTS_US (5 * INT64_C(1000000))
#define LOOK_US 10000

struct pr_server {
	struct pr_loop *loop;
	struct pr_store *store;
	struct pr_web *web;
	struct pr_events *events;
	struct pr_scheduler *scheduler;
	struct pr_batch batch;
	struct pr_auth_memory caller;
	struct pr_timer look; /* while it stops */
	bool running;         /* runs of ours have not ended */
	int64_t runs_until_us, stop_until_us;
	pr_loop_fn *stopped;
	void *stopped_arg;
	char *address, *url;
};

static void on_request(void *arg, struct pr_web_exchange *exchange)
{
	struct pr_server *server = arg;

	/* what signs somebody in is in no log */
	if (!pr_text_starts(pr_web_path(exchange), "/enter/"))
		pr_debug("%s %s", pr_web_method(exchange), pr_web_path(exchange));
	if (!pr_pages_serve(server, exchange))
		pr_api_serve(server, exchange);
}

static void on_turn(void *arg)
{
	pr_auth_forget(arg);
	(void)pr_batch_commit(arg, NULL);
}

static int listen_on(
	struct pr_server *server, const struct pr_server_options *options, struct pr_err *err)
{
	struct pr_web_options web = {.address = options->address,
		.port = options->port,
		.certificate = options->certificate,
		.key = options->key,
		.body_max = options->body_max,
		.connection_max = CONNECTION_MAX,
		.idle_s = IDLE_S};
	struct pr_web_handlers handlers = {.request = on_request, .turn = on_turn, .arg = server};

	return pr_web_new(server->loop, &web, &handlers, &server->web, err);
}

/* An address that says "any" is reached by the loopback. */
static const char *reached_by(const char *address)
{
	if (pr_text_eq(address, "0.0.0.0"))
		return "127.0.0.1";
	return pr_text_eq(address, "::") ? "::1" : address;
}

static char *compose_address(const struct pr_server_options *options, uint16_t port)
{
	const char *address = reached_by(options->address);
	bool six = strchr(address, ':');

	return pr_text_format("%s://%s%s%s:%u", options->certificate ? "https" : "http",
		six ? "[" : "", address, six ? "]" : "", (unsigned)port);
}

/* A runner that is not there is told of by the plans that need it. */
static int schedule(
	struct pr_server *server, const struct pr_server_options *options, struct pr_err *err)
{
	struct pr_scheduler_options how = {
		.runner = options->runner ? options->runner : "plan-runner", .url = server->url};

	return pr_scheduler_new(server, &how, &server->scheduler, err);
}

static int start(
	struct pr_server *server, const struct pr_server_options *options, struct pr_err *err)
{
	int rc = pr_events_new(server->loop, &server->events, err);

	if (!rc)
		rc = listen_on(server, options, err);
	if (rc)
		return rc;
	server->address = compose_address(options, pr_web_port(server->web));
	server->url = pr_text_dup(options->url ? options->url : server->address);
	if (!server->address || !server->url)
		return pr_fail_nomem(err);
	return schedule(server, options, err);
}

int pr_server_new(struct pr_loop *loop, struct pr_store *store,
	const struct pr_server_options *options, struct pr_server **ret_server, struct pr_err *err)
{
	struct pr_server *server = calloc(1, sizeof(*server));
	int rc;

	if (!server)
		return pr_fail_nomem(err);
	server->loop = loop;
	server->store = store;
	rc = start(server, options, err);
	if (rc)
		pr_server_free(server);
	else
		*ret_server = server;
	return rc;
}

void pr_server_free(struct pr_server *server)
{
	if (!server)
		return;
	pr_timer_stop(&server->look);
	pr_scheduler_free(server->scheduler);
	pr_events_free(server->events);
	pr_web_free(server->web);
	pr_batch_release(&server->batch);
	free(server->address);
	free(server->url);
	free(server);
}

/* The end, once the last runs and answers are out. */
static void look(void *arg)
{
	struct pr_server *server = arg;
	int64_t now = pr_loop_now_us(server->loop);
	bool waits = server->running ? now < server->runs_until_us
				     : pr_web_is_busy(server->web) && now < server->stop_until_us;

	if (!waits || pr_timer_start(server->loop, &server->look, LOOK_US, look, server))
		server->stopped(server->stopped_arg);
}

/* Runs may have to connect anew to report: until they have ended everybody can. */
static void on_runs_ended(void *arg)
{
	struct pr_server *server = arg;

	pr_web_quiesce(server->web);
	server->running = false;
	server->stop_until_us = pr_loop_now_us(server->loop) + LAST_REQUESTS_US;
}

void pr_server_stop(struct pr_server *server, int64_t grace_us, pr_loop_fn *fn, void *arg)
{
	server->stopped = fn;
	server->stopped_arg = arg;
	server->runs_until_us = pr_loop_now_us(server->loop) + grace_us;
	server->running = true;
	pr_scheduler_stop(server->scheduler, on_runs_ended, server);
	if (pr_timer_start(server->loop, &server->look, 0, look, server))
		fn(arg);
}

const char *pr_server_address(const struct pr_server *server)
{
	return server->address;
}

const char *pr_server_url(const struct pr_server *server)
{
	return server->url;
}

struct pr_loop *pr_server_loop(const struct pr_server *server)
{
	return server->loop;
}

struct pr_store *pr_server_store(const struct pr_server *server)
{
	return server->store;
}

struct pr_database *pr_server_database(const struct pr_server *server)
{
	return pr_store_database(server->store);
}

struct pr_events *pr_server_events(const struct pr_server *server)
{
	return server->events;
}

struct pr_scheduler *pr_server_scheduler(const struct pr_server *server)
{
	return server->scheduler;
}

struct pr_auth_memory *pr_server_auth_memory(struct pr_server *server)
{
	return &server->caller;
}

struct pr_batch *pr_server_batch(struct pr_server *server)
{
	return &server->batch;
}
