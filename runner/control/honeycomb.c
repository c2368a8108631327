#include "control/honeycomb.h"

#include "base/env.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "control/extension.h"
#include "net/http.h"
#include "net/url.h"

#include <string.h>

#define DEFAULT_URL "https://api.honeycomb.io"
#define MARKERS "/1/markers/__all__"
#define US_PER_S INT64_C(1000000)
#define CALL_MS 10000
#define CLOSE_US (2 * US_PER_S)
#define BODY_MAX ((size_t)1 << 16)
#define ID_MAX 128

struct pr_honeycomb {
	struct pr_loop *loop;
	struct pr_http_client *client;
	struct pr_http_call *call;
	char *key;
	json_t *marker; /* as it was sent last; NULL: there is none */
	char *id;       /* Honeycomb's of it */
	int64_t start_us;
	bool ending; /* its end is still to be told */
	struct pr_timer timer;
	struct pr_hook_ticket *ticket;
};

int pr_honeycomb_new(struct pr_loop *loop, const char *ca_file, struct pr_honeycomb **ret_honeycomb,
	struct pr_err *err)
{
	const char *key = pr_env_get_set("HONEYCOMB_API_KEY");
	struct pr_http_policy policy = {.verify_tls = true, .keep_alive = true, .ca_file = ca_file};
	struct pr_honeycomb *honeycomb;
	int rc;

	*ret_honeycomb = NULL;
	if (!key)
		return 0;
	honeycomb = calloc(1, sizeof *honeycomb);
	if (!honeycomb)
		return pr_fail_nomem(err);
	honeycomb->loop = loop;
	honeycomb->key = pr_text_dup(key);
	rc = honeycomb->key ? pr_redact_add(key, err) : pr_fail_nomem(err);
	if (!rc)
		rc = pr_http_client_new(loop, &policy, &honeycomb->client, err);
	if (rc)
		pr_honeycomb_free(honeycomb);
	else
		*ret_honeycomb = honeycomb;
	return rc;
}

void pr_honeycomb_free(struct pr_honeycomb *honeycomb)
{
	if (!honeycomb)
		return;
	pr_timer_stop(&honeycomb->timer);
	pr_http_call_free(honeycomb->call);
	pr_http_client_free(honeycomb->client);
	json_decref(honeycomb->marker);
	free(honeycomb->id);
	free(honeycomb->key);
	free(honeycomb);
}

static void go_on(struct pr_honeycomb *honeycomb)
{
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};
	struct pr_hook_ticket *ticket = pr_steal(honeycomb->ticket);

	pr_timer_stop(&honeycomb->timer);
	if (ticket)
		pr_hook_resume(ticket, &answer);
}

/* Honeycomb had its time. */
static void on_late(void *arg)
{
	struct pr_honeycomb *honeycomb = arg;

	pr_warn("Honeycomb does not answer in time: the marker is left as it is");
	pr_http_call_free(pr_steal(honeycomb->call));
	go_on(honeycomb);
}

static void put_end(struct pr_honeycomb *honeycomb);

static char *id_of(const struct pr_http_response *response)
{
	static const struct pr_limits limits = {.document_bytes = BODY_MAX, .depth = 16};
	json_auto_t *answer = NULL;
	const char *id;

	if (pr_json_parse(pr_buf_str(&response->body), response->body.len, "the answer", &limits,
		    &answer, NULL))
		return NULL;
	id = pr_json_str(answer, "id");
	return id && strlen(id) <= ID_MAX ? pr_text_dup(id) : NULL;
}

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct pr_honeycomb *honeycomb = arg;
	bool taken = response->failure == PR_HTTP_NONE && response->status / 100 == 2;

	if (response->failure != PR_HTTP_NONE)
		pr_warn("The Honeycomb marker could not be set: %s", response->detail);
	else if (!taken)
		pr_warn("The Honeycomb marker could not be set: status %ld", response->status);
	if (taken && !honeycomb->id)
		honeycomb->id = id_of(response);
	pr_http_call_free(pr_steal(honeycomb->call));
	if (honeycomb->ending && honeycomb->id)
		put_end(honeycomb);
	if (!honeycomb->call)
		go_on(honeycomb);
}

/* Sends the marker: a new one, or, behind its id, in place of the one that is there. */
static void send_marker(struct pr_honeycomb *honeycomb, const char *method, const char *id)
{
	static const struct pr_json_style style = {.compact = true, .redact = true};
	const char *base = pr_env_get_set("PLAN_RUNNER_HONEYCOMB_URL");
	PR_AUTO(buf) struct pr_buf body = PR_BUF_INIT(BODY_MAX);
	PR_AUTO(buf) struct pr_buf url = PR_BUF_INIT(BODY_MAX);
	struct pr_http_header headers[] = {
		{"X-Honeycomb-Team", honeycomb->key}, {"Content-Type", "application/json"}};
	struct pr_http_request request = {.method = method,
		.headers = headers,
		.header_count = PR_LEN(headers),
		.connect_ms = CALL_MS,
		.total_ms = CALL_MS,
		.body_max = BODY_MAX};
	struct pr_err err = PR_ERR_INIT;

	pr_buf_addf(&url, "%s" MARKERS "%s", base ? base : DEFAULT_URL, *id ? "/" : "");
	pr_url_encode(id, strlen(id), &url);
	pr_json_write(honeycomb->marker, &style, &body);
	request.url = pr_buf_str(&url);
	request.body = pr_buf_str(&body);
	request.body_len = body.len;
	if (url.status || body.status ||
		pr_http_start(
			honeycomb->client, &request, on_answer, honeycomb, &honeycomb->call, &err))
		pr_warn("The Honeycomb marker could not be set: %s", err.msg);
}

static void put_end(struct pr_honeycomb *honeycomb)
{
	honeycomb->ending = false;
	send_marker(honeycomb, "PUT", honeycomb->id);
}

/* Only of a run that the platform shows: the marker leads there. */
static void begin(struct pr_honeycomb *honeycomb, const struct pr_hook_event *event)
{
	const char *url = pr_json_str(pr_extension_find(event->run->document), "execution_url");
	const char *title = pr_json_str(event->run->document, "title");

	if (!url || honeycomb->marker)
		return;
	honeycomb->start_us = pr_loop_wall_us(honeycomb->loop);
	honeycomb->marker = json_pack("{s:s, s:s, s:s}", "message", title ? title : "", "type",
		"reliably-plan", "url", url);
	if (honeycomb->marker)
		send_marker(honeycomb, "POST", "");
}

static void end(struct pr_honeycomb *honeycomb)
{
	int64_t start = honeycomb->start_us / US_PER_S;
	int64_t now = pr_loop_wall_us(honeycomb->loop) / US_PER_S;

	if (pr_json_set(honeycomb->marker, "start_time", json_integer(start), NULL) ||
		pr_json_set(honeycomb->marker, "end_time", json_integer(now), NULL))
		return;
	honeycomb->ending = true;
	if (!honeycomb->call && honeycomb->id)
		put_end(honeycomb);
}

static void on_event(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct pr_honeycomb *honeycomb = self;

	if (event->point == PR_HOOK_BEFORE_EXPERIMENT)
		begin(honeycomb, event);
	else if (event->point == PR_HOOK_AFTER_EXPERIMENT && honeycomb->marker)
		end(honeycomb);
	if (event->point != PR_HOOK_FINISHED || !honeycomb->call ||
		pr_timer_start(honeycomb->loop, &honeycomb->timer, CLOSE_US, on_late, honeycomb))
		return;
	honeycomb->ticket = ticket;
	answer->verdict = PR_HOOK_WAIT;
}

struct pr_hook pr_honeycomb_hook(struct pr_honeycomb *honeycomb)
{
	return (struct pr_hook){.name = "honeycomb", .on = on_event, .self = honeycomb};
}
