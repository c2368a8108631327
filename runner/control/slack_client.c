#include "control/slack_client.h"

#include "base/env.h"
#include "base/limits.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "net/http.h"
#include "net/retry.h"
#include "net/url.h"

#include <string.h>

#define DEFAULT_URL "https://slack.com/api"
#define US_PER_MS INT64_C(1000)
#define CONNECT_MS 5000
#define ANSWER_MAX ((size_t)4 << 20)
#define BODY_MAX ((size_t)4 << 20)
#define DEPTH_MAX 64
#define HALF 0.5

struct pr_slack_client {
	struct pr_loop *loop;
	struct pr_http_client *http;
	char *authorization;
};

struct pr_slack_call {
	struct pr_slack_client *client;
	struct pr_http_call *http;
	struct pr_http_header headers[2];
	struct pr_http_request request;
	char *url;
	struct pr_buf body;
	struct pr_timer timer;
	int64_t until_us;
	unsigned attempt;
	bool upload;
	pr_slack_fn *fn;
	void *arg;
};

int pr_slack_client_new(struct pr_loop *loop, const char *token, const char *ca_file,
	struct pr_slack_client **ret_client, struct pr_err *err)
{
	struct pr_http_policy policy = {.verify_tls = true, .keep_alive = true, .ca_file = ca_file};
	struct pr_slack_client *client = calloc(1, sizeof *client);
	int rc;

	if (!client || pr_redact_add(token, NULL)) {
		free(client);
		return pr_fail_nomem(err);
	}
	client->loop = loop;
	client->authorization = pr_text_format("Bearer %s", token);
	rc = client->authorization ? pr_http_client_new(loop, &policy, &client->http, err)
				   : pr_fail_nomem(err);
	if (rc) {
		pr_slack_client_free(client);
		return rc;
	}
	*ret_client = client;
	return 0;
}

void pr_slack_client_free(struct pr_slack_client *client)
{
	if (!client)
		return;
	pr_http_client_free(client->http);
	free(client->authorization);
	free(client);
}

/* "a=b&c=d" of the arguments, without the secrets in them. */
static void write_form(const json_t *arguments, struct pr_buf *out)
{
	const char *key;
	json_t *value;
	const char *joint = "";

	json_object_foreach (pr_json_mutable(arguments), key, value) {
		PR_AUTO(buf) struct pr_buf clean = PR_BUF_INIT(BODY_MAX);

		pr_redact_copy(json_string_value(value), json_string_length(value), &clean);
		pr_buf_adds(out, joint);
		pr_url_encode_form(key, strlen(key), out);
		pr_buf_addc(out, '=');
		pr_url_encode_form(pr_buf_str(&clean), clean.len, out);
		joint = "&";
	}
}

static int build_url(struct pr_slack_call *call, const struct pr_slack_request *request)
{
	const char *base = pr_env_get_set("PLAN_RUNNER_SLACK_URL");
	PR_AUTO(buf) struct pr_buf url = PR_BUF_INIT(BODY_MAX);

	if (request->url) {
		call->url = pr_text_dup(request->url);
		return call->url ? 0 : PR_ENOMEM;
	}
	pr_buf_addf(&url, "%s/%s", base ? base : DEFAULT_URL, request->method);
	if (request->form == PR_SLACK_GET) {
		pr_buf_addc(&url, '?');
		write_form(request->arguments, &url);
	}
	call->url = pr_buf_take(&url);
	return call->url ? 0 : PR_ENOMEM;
}

static int build_body(struct pr_slack_call *call, const struct pr_slack_request *request)
{
	static const struct pr_json_style style = {.redact = true, .compact = true};

	pr_buf_init(&call->body, BODY_MAX);
	if (request->url)
		pr_redact_copy(pr_buf_str(request->content), request->content->len, &call->body);
	else if (request->form == PR_SLACK_JSON)
		pr_json_write(request->arguments, &style, &call->body);
	else if (request->form == PR_SLACK_POST)
		write_form(request->arguments, &call->body);
	return call->body.status;
}

static void build_request(struct pr_slack_call *call, const struct pr_slack_request *request)
{
	static const char *const types[] = {
		[PR_SLACK_JSON] = "application/json; charset=utf-8",
		[PR_SLACK_POST] = "application/x-www-form-urlencoded",
	};
	size_t count = 0;
	bool get = !request->url && request->form == PR_SLACK_GET;

	if (!request->url)
		call->headers[count++] =
			(struct pr_http_header){"Authorization", call->client->authorization};
	if (!get)
		call->headers[count++] = (struct pr_http_header){"Content-Type",
			request->url ? "application/octet-stream" : types[request->form]};
	call->request = (struct pr_http_request){.method = get ? "GET" : "POST",
		.url = call->url,
		.headers = call->headers,
		.header_count = count,
		.body = get ? NULL : pr_buf_str(&call->body),
		.body_len = call->body.len,
		.connect_ms = CONNECT_MS,
		.body_max = ANSWER_MAX,
		.compressed = true};
}

static void fail(struct pr_slack_call *call, const char *error, bool refused)
{
	call->fn(call->arg, NULL, error, refused);
}

static const char *error_of(const json_t *answer)
{
	const char *error = pr_json_str(answer, "error");

	return error ? error : "refused";
}

static void read_answer(struct pr_slack_call *call, const struct pr_http_response *response)
{
	static const struct pr_limits limits = {.document_bytes = ANSWER_MAX, .depth = DEPTH_MAX};
	json_auto_t *answer = call->upload ? json_object() : NULL;
	char status[64];

	pr_text_print(status, sizeof status, "Slack answered %ld", response->status);
	if (response->status != 200)
		fail(call, status, response->status >= 400 && response->status < 500);
	else if (!call->upload && pr_json_parse(pr_buf_str(&response->body), response->body.len,
					  "Slack's answer", &limits, &answer, NULL))
		fail(call, "Slack's answer is no JSON", false);
	else if (call->upload || json_is_true(json_object_get(answer, "ok")))
		call->fn(call->arg, answer, NULL, false);
	else
		fail(call, error_of(answer), true);
}

static void send_call(void *arg);

static int64_t rest_ms(const struct pr_slack_call *call)
{
	return (call->until_us - pr_loop_now_us(call->client->loop)) / US_PER_MS;
}

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct pr_slack_call *call = arg;
	int64_t delay;

	if (pr_retry_worthwhile(PR_RETRY_ONCE_ONLY, response) &&
		response->failure == PR_HTTP_NONE) {
		delay = pr_retry_delay_ms(++call->attempt, HALF, response);
		if (delay < rest_ms(call) && !pr_timer_start(call->client->loop, &call->timer,
						     delay * US_PER_MS, send_call, call))
			return;
	}
	if (response->failure != PR_HTTP_NONE)
		fail(call, response->detail, false);
	else
		read_answer(call, response);
}

static void send_call(void *arg)
{
	struct pr_slack_call *call = arg;
	int64_t rest = rest_ms(call);
	struct pr_err err = PR_ERR_INIT;

	pr_http_call_free(pr_steal(call->http));
	call->request.total_ms = rest > 1 ? rest : 1;
	if (pr_http_start(call->client->http, &call->request, on_answer, call, &call->http, &err))
		fail(call, err.msg, false);
}

int pr_slack_call_start(struct pr_slack_client *client, const struct pr_slack_request *request,
	pr_slack_fn *fn, void *arg, struct pr_slack_call **ret_call, struct pr_err *err)
{
	struct pr_slack_call *call = calloc(1, sizeof *call);

	if (!call)
		return pr_fail_nomem(err);
	call->client = client;
	call->until_us = request->until_us;
	call->upload = request->url != NULL;
	call->fn = fn;
	call->arg = arg;
	if (build_url(call, request) || build_body(call, request)) {
		pr_slack_call_free(call);
		return pr_fail(err, PR_ELIMIT, "the message for Slack is too large");
	}
	build_request(call, request);
	if (pr_timer_start(client->loop, &call->timer, 0, send_call, call)) {
		pr_slack_call_free(call);
		return pr_fail_nomem(err);
	}
	*ret_call = call;
	return 0;
}

void pr_slack_call_free(struct pr_slack_call *call)
{
	if (!call)
		return;
	pr_timer_stop(&call->timer);
	pr_http_call_free(call->http);
	pr_buf_release(&call->body);
	free(call->url);
	free(call);
}
