#include "server/api.h"

#include "base/log.h"
#include "codec/json_write.h"
#include "server/auth.h"
#include "server/parameters.h"
#include "server/server_private.h"

#include <string.h>

static const struct pr_routes *const tables[] = {
	&pr_routes_service,
	&pr_routes_organizations,
	&pr_routes_users,
	&pr_routes_tokens,
	&pr_routes_experiments,
	&pr_routes_environments,
	&pr_routes_deployments,
	&pr_routes_integrations,
	&pr_routes_plans,
	&pr_routes_executions,
	&pr_routes_links,
	NULL,
};

const struct pr_routes *const *pr_api_tables(void)
{
	return tables;
}

static int run_changing(struct pr_call *call, struct pr_err *err)
{
	struct pr_store *store = pr_server_store(call->server);
	int rc = pr_store_change(store, err);

	if (rc)
		return rc;
	rc = call->route->fn(call, err);
	if (!rc && call->status < 400)
		rc = pr_store_keep(store, err);
	else
		pr_store_undo(store);
	return rc;
}

static int run(struct pr_call *call, const struct pr_route_match *match, struct pr_err *err)
{
	int rc = pr_auth_check(call, match, err);

	if (!rc && !call->status)
		rc = pr_parameters_read(call, match, err);
	if (rc || call->status)
		return rc;
	if (!(call->route->flags & PR_ROUTE_CHANGES))
		return call->route->fn(call, err);
	if (!(call->route->flags & PR_ROUTE_REPORTS))
		pr_auth_forget(call->server);
	return run_changing(call, err);
}

/* The text of the answer; NULL: no memory. */
static char *take_text(struct pr_call *call)
{
	static const struct pr_json_style style = {.compact = true};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_ANSWER_MAX);

	if (call->text || call->content_type)
		return call->text ? pr_steal(call->text) : strdup("");
	(void)pr_json_write(call->answer, &style, &out);
	return pr_buf_take(&out);
}

static void answer(struct pr_call *call, struct pr_web_exchange *exchange)
{
	const char *content_type = call->content_type ? call->content_type : "application/json";
	char *text = take_text(call);

	if (!text) {
		pr_error("%s %s: there is no memory for the answer", call->route->method,
			call->route->path);
		call->status = 500;
		content_type = NULL;
	}
	pr_batch_answer(
		call->server, exchange, call->status, content_type, text, text ? strlen(text) : 0);
}

static void release(struct pr_call *call)
{
	json_decref(call->body);
	json_decref(call->answer);
	free(call->text);
}

/*
 * What went wrong here is told to who runs the server; the client learns no more than whether it is
 * worth asking again: when the database does not answer.
 */
static void fail(struct pr_call *call, int rc, const struct pr_err *err)
{
	bool again = rc == PR_EIO || rc == PR_ETIMEOUT;

	pr_error("%s %s: %s", call->route->method, call->route->path, err->msg);
	json_decref(call->answer);
	free(call->text);
	call->text = NULL;
	call->content_type = NULL;
	call->status = again ? 503 : 500;
	call->answer = json_pack(
		"{s:s}", "detail", again ? "Service Unavailable" : "Internal Server Error");
}

static void answer_unrouted(struct pr_web_exchange *exchange, const char *allow)
{
	const struct pr_web_header header = {"allow", allow};
	const char *body =
		*allow ? "{\"detail\":\"Method Not Allowed\"}" : "{\"detail\":\"Not Found\"}";
	struct pr_web_answer head = {.status = *allow ? 405 : 404,
		.content_type = "application/json",
		.body = body,
		.body_len = strlen(body),
		.headers = &header,
		.header_count = *allow ? 1 : 0};

	pr_web_answer(exchange, &head);
}

void pr_api_serve(struct pr_server *server, struct pr_web_exchange *exchange)
{
	struct pr_call call = {.server = server, .exchange = exchange};
	struct pr_route_match match;
	struct pr_err err = PR_ERR_INIT;
	int rc;

	pr_route_find(pr_api_tables(), pr_web_method(exchange), pr_web_path(exchange), &match);
	if (!match.route) {
		answer_unrouted(exchange, match.allow);
		return;
	}
	call.route = match.route;
	rc = run(&call, &match, &err);
	if (rc)
		fail(&call, rc, &err);
	answer(&call, exchange);
	release(&call);
}
