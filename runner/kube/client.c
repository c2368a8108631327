#include "kube/client.h"

#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "kube/answer.h"
#include "kube/authorization.h"
#include "kube/connection.h"
#include "net/retry.h"

#include <string.h>

#define CONNECT_MS 10000
#define SILENCE_MS 60000
#define BODY_MAX ((size_t)32 << 20)
#define US_PER_MS 1000
#define ATTEMPTS 5
#define PATIENCE_US ((int64_t)30 * 1000000) /* for all attempts together */
#define WARNINGS 64                         /* that are told, each once */

struct pr_kube_client {
	struct pr_loop *loop;
	const struct pr_kube_cluster *cluster;
	struct pr_kube_connection *connection;
	struct pr_kube_authorization authorization;
	struct pr_kube_call *calls;
	char *warnings[WARNINGS];
	size_t warning_count;
};

struct pr_kube_call {
	struct pr_kube_client *client;
	struct pr_kube_call *next, *prev;
	struct pr_http_call *http;
	struct pr_kube_connection *connection; /* of http */
	struct pr_timer timer;
	struct pr_task task;
	struct pr_kube_request request; /* numbers, switches and the stream only */
	char *method;
	char *url;
	char *content_type;
	char *body;
	pr_kube_fn *fn;
	void *arg;
	int64_t started_us;
	unsigned attempts;
	unsigned generation; /* of the credentials that were sent */
	bool streamed;       /* a piece was given away */
	bool authorized;     /* what was refused was renewed */
	bool waiting;        /* for new credentials */
};

int pr_kube_client_new(struct pr_loop *loop, const struct pr_kube_cluster *cluster,
	struct pr_kube_client **ret_client, struct pr_err *err)
{
	struct pr_kube_client *client = calloc(1, sizeof *client);
	int rc;

	if (!client)
		return pr_fail_nomem(err);
	client->loop = loop;
	client->cluster = cluster;
	rc = pr_kube_authorization_init(&client->authorization, cluster, err);
	rc = rc ? rc
		: pr_kube_connection_renew(&client->connection, loop, &client->authorization, err);
	if (rc) {
		pr_kube_client_free(client);
		return rc;
	}
	*ret_client = client;
	return 0;
}

static void free_http(struct pr_kube_call *call)
{
	if (!call->http)
		return;
	call->connection->calls--;
	pr_http_call_free(pr_steal(call->http));
}

static void free_call(struct pr_kube_call *call)
{
	free_http(call);
	pr_timer_stop(&call->timer);
	pr_task_cancel(&call->task);
	free(call->method);
	free(call->url);
	free(call->content_type);
	free(call->body);
	free(call);
}

void pr_kube_client_free(struct pr_kube_client *client)
{
	struct pr_kube_call *next;

	if (!client)
		return;
	for (struct pr_kube_call *call = client->calls; call; call = next) {
		next = call->next;
		free_call(call);
	}
	pr_kube_connection_free(client->connection);
	pr_kube_authorization_release(&client->authorization);
	for (size_t i = 0; i < client->warning_count; i++)
		free(client->warnings[i]);
	free(client);
}

void pr_kube_cancel(struct pr_kube_call *call)
{
	if (!call)
		return;
	if (call->next)
		call->next->prev = call->prev;
	if (call->prev)
		call->prev->next = call->next;
	else
		call->client->calls = call->next;
	free_call(call);
}

/* Warnings of the API server: of a deprecated version, an unknown field, a policy. */
static void warn_once(struct pr_kube_client *client, const char *text)
{
	for (size_t i = 0; i < client->warning_count; i++)
		if (pr_text_eq(client->warnings[i], text))
			return;
	if (!*text || client->warning_count == WARNINGS)
		return;
	client->warnings[client->warning_count] = pr_text_dup(text);
	if (!client->warnings[client->warning_count])
		return;
	client->warning_count++;
	pr_warn("the API server warns: %s", text);
}

static void tell_warnings(struct pr_kube_client *client, const struct pr_http_response *response)
{
	char text[400];

	for (size_t i = 0; i < response->field_count; i++) {
		const struct pr_http_field *field = &response->fields[i];
		const char *rest = field->value;

		if (!pr_text_eq_nocase(field->name, "Warning"))
			continue;
		while ((rest = pr_kube_warning_next(rest, text, sizeof text)))
			warn_once(client, text);
	}
}

static void finish(struct pr_kube_call *call, const struct pr_kube_answer *answer)
{
	call->fn(call->arg, answer);
	pr_kube_cancel(call);
}

static void finish_with(struct pr_kube_call *call, const struct pr_err *err)
{
	struct pr_kube_answer answer = {.code = err->code ? err->code : PR_ENOMEM, .reason = ""};

	pr_text_copy(answer.message, sizeof answer.message, err->msg);
	finish(call, &answer);
}

static int attempt(struct pr_kube_call *call, struct pr_err *err);

static void on_delay(void *arg)
{
	struct pr_err err = PR_ERR_INIT;

	if (attempt(arg, &err))
		finish_with(arg, &err);
}

/* Whether the same may be sent again: for certain not acted upon, or safe to repeat. */
static bool is_passing(const struct pr_kube_call *call, const struct pr_http_response *response)
{
	enum pr_retry_kind kind =
		call->request.repeatable ? PR_RETRY_IDEMPOTENT : PR_RETRY_ONCE_ONLY;

	if (call->streamed)
		return false;
	if (response->failure != PR_HTTP_NONE)
		return pr_retry_worthwhile(kind, response);
	if (response->status == 429)
		return true;
	return call->request.repeatable && response->status >= 500 && response->status != 501;
}

/* Whether another attempt was scheduled. */
static bool try_again(struct pr_kube_call *call, const struct pr_http_response *response)
{
	struct pr_loop *loop = call->client->loop;
	int64_t delay_us =
		pr_retry_delay_ms(call->attempts, pr_random_fraction(), response) * US_PER_MS;

	if (call->attempts >= ATTEMPTS || !is_passing(call, response) ||
		pr_loop_now_us(loop) + delay_us > call->started_us + PATIENCE_US)
		return false;
	pr_debug("%s %s is tried again in %lld ms", call->method, call->url,
		(long long)(delay_us / US_PER_MS));
	return pr_timer_start(loop, &call->timer, delay_us, on_delay, call) == 0;
}

static int send(struct pr_kube_call *call, struct pr_err *err);

static void on_new_credentials(void *arg)
{
	struct pr_kube_call *call = arg;
	struct pr_err err = call->client->authorization.problem;

	call->started_us = pr_loop_now_us(call->client->loop);
	if (err.code || send(call, &err))
		finish_with(call, &err);
}

/* All who wait go on, each in a turn of its own: what they do may end others. */
static void on_renewed(void *arg)
{
	struct pr_kube_client *client = arg;
	struct pr_kube_authorization *authorization = &client->authorization;

	if (!authorization->problem.code && authorization->other_certificate)
		(void)pr_kube_connection_renew(
			&client->connection, client->loop, authorization, &authorization->problem);
	for (struct pr_kube_call *call = client->calls; call; call = call->next) {
		if (!call->waiting)
			continue;
		call->waiting = false;
		pr_task_post(client->loop, &call->task, on_new_credentials, call);
	}
}

/* The call goes on when there are new credentials. */
static int await_credentials(struct pr_kube_call *call, struct pr_err *err)
{
	struct pr_kube_client *client = call->client;
	int rc = pr_kube_authorization_renew(
		&client->authorization, client->loop, on_renewed, client, err);

	if (rc)
		return rc;
	free_http(call);
	call->waiting = true;
	return 0;
}

/* Whether what is refused has been replaced meanwhile, or will be, and is sent once more. */
static bool authorize_again(struct pr_kube_call *call, const struct pr_http_response *response)
{
	struct pr_kube_authorization *authorization = &call->client->authorization;
	struct pr_loop *loop = call->client->loop;

	if (response->status != 401 || call->authorized)
		return false;
	call->authorized = true;
	if (pr_kube_authorization_is_given(authorization) &&
		call->generation == authorization->generation)
		return await_credentials(call, NULL) == 0;
	if (!pr_kube_authorization_is_given(authorization) &&
		!pr_kube_authorization_refused(authorization, pr_loop_now_us(loop)))
		return false;
	return pr_timer_start(loop, &call->timer, 0, on_delay, call) == 0;
}

static void on_response(void *arg, const struct pr_http_response *response)
{
	struct pr_kube_call *call = arg;
	struct pr_kube_answer answer = {.code = PR_OK};
	json_auto_t *body = NULL;

	tell_warnings(call->client, response);
	if (authorize_again(call, response) ||
		((response->failure != PR_HTTP_NONE || response->status >= 300) &&
			try_again(call, response)))
		return;
	pr_kube_answer_fill(
		&answer, call->client->cluster, response, call->request.stream != NULL, &body);
	finish(call, &answer);
}

static int on_stream(void *arg, const char *bytes, size_t n)
{
	struct pr_kube_call *call = arg;

	call->streamed = true;
	return call->request.stream(call->request.stream_arg, bytes, n);
}

static int send(struct pr_kube_call *call, struct pr_err *err)
{
	struct pr_kube_client *client = call->client;
	struct pr_http_header headers[3] = {{"Accept", "application/json"}};
	struct pr_http_request request = {.method = call->method,
		.url = call->url,
		.headers = headers,
		.header_count = 1,
		.body = call->body,
		.body_len = call->body ? strlen(call->body) : 0,
		.connect_ms = CONNECT_MS,
		.idle_ms = call->request.silence_ms > 0 ? call->request.silence_ms : SILENCE_MS,
		.body_max = BODY_MAX,
		.compressed = !call->request.stream,
		.fresh = !call->request.repeatable,
		.stream = call->request.stream ? on_stream : NULL,
		.stream_arg = call};
	const char *value = NULL;
	int rc = pr_kube_authorization_value(
		&client->authorization, pr_loop_now_us(client->loop), &value, err);

	if (rc)
		return rc;
	if (call->body)
		headers[request.header_count++] =
			(struct pr_http_header){"Content-Type", call->content_type};
	if (value)
		headers[request.header_count++] = (struct pr_http_header){"Authorization", value};
	call->attempts++;
	call->generation = client->authorization.generation;
	free_http(call);
	rc = pr_http_start(client->connection->http, &request, on_response, call, &call->http, err);
	if (rc)
		return rc;
	call->connection = client->connection;
	call->connection->calls++;
	return 0;
}

static int attempt(struct pr_kube_call *call, struct pr_err *err)
{
	struct pr_kube_client *client = call->client;

	if (pr_kube_authorization_is_over(&client->authorization, pr_loop_wall_us(client->loop)))
		return await_credentials(call, err);
	return send(call, err);
}

static int copy_request(struct pr_kube_call *call, const struct pr_kube_request *request)
{
	call->request = *request;
	call->method = pr_text_dup(request->method);
	call->url = pr_text_format("%s%s", call->client->cluster->server, request->path);
	call->content_type =
		pr_text_dup(request->content_type ? request->content_type : "application/json");
	call->body = request->body ? pr_json_line(request->body) : NULL;
	call->started_us = pr_loop_now_us(call->client->loop);
	if (!call->method || !call->url || !call->content_type || (request->body && !call->body))
		return PR_ENOMEM;
	return 0;
}

int pr_kube_send(struct pr_kube_client *client, const struct pr_kube_request *request,
	pr_kube_fn *fn, void *arg, struct pr_kube_call **ret_call, struct pr_err *err)
{
	struct pr_kube_call *call = calloc(1, sizeof *call);
	int rc;

	if (!call)
		return pr_fail_nomem(err);
	call->client = client;
	call->fn = fn;
	call->arg = arg;
	call->next = client->calls;
	if (call->next)
		call->next->prev = call;
	client->calls = call;
	rc = copy_request(call, request) ? pr_fail_nomem(err) : attempt(call, err);
	if (rc) {
		pr_kube_cancel(call);
		return rc;
	}
	if (ret_call)
		*ret_call = call;
	return 0;
}

/* A call that is waited for. */
struct wait {
	struct pr_loop *loop;
	struct pr_kube_result *result;
	struct pr_err *err;
	bool done;
	int code;
};

static void on_answer(void *arg, const struct pr_kube_answer *answer)
{
	struct wait *wait = arg;

	wait->done = true;
	wait->result->status = answer->status;
	wait->result->body = json_incref(pr_json_mutable(answer->body));
	pr_text_copy(wait->result->reason, sizeof wait->result->reason, answer->reason);
	if (answer->code != PR_OK) {
		wait->code = pr_fail(wait->err, answer->code, "%s", answer->message);
		if (wait->err)
			wait->err->sys = (int)answer->status;
	}
	pr_loop_stop(wait->loop);
}

int pr_kube_call(struct pr_kube_client *client, const struct pr_kube_request *request,
	struct pr_kube_result *result, struct pr_err *err)
{
	struct wait wait = {.loop = client->loop, .result = result, .err = err};
	struct pr_kube_call *call = NULL;
	int rc;

	memset(result, 0, sizeof *result);
	rc = pr_kube_send(client, request, on_answer, &wait, &call, err);
	if (rc)
		return rc;
	rc = pr_loop_run(client->loop, err);
	if (wait.done)
		return wait.code;
	pr_kube_cancel(call);
	return rc ? rc : pr_fail(err, PR_ECANCELED, "interrupted");
}

static void on_pause_end(void *arg)
{
	pr_loop_stop(arg);
}

int pr_kube_pause(struct pr_kube_client *client, int64_t us, struct pr_err *err)
{
	struct pr_timer timer = {.loop = NULL};
	bool cut;
	int rc;

	if (pr_timer_start(client->loop, &timer, us, on_pause_end, client->loop))
		return pr_fail_nomem(err);
	rc = pr_loop_run(client->loop, err);
	cut = pr_timer_active(&timer);
	pr_timer_stop(&timer);
	return !rc && cut ? pr_fail(err, PR_ECANCELED, "interrupted") : rc;
}

void pr_kube_result_release(struct pr_kube_result *result)
{
	json_decref(result->body);
	memset(result, 0, sizeof *result);
}
