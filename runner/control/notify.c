#include "control/notify.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "codec/pyvalue.h"
#include "control/credential.h"
#include "net/http.h"
#include "net/url.h"

#include <string.h>

#define CONNECT_MS 2000
#define IDLE_MS 5000
#define TOTAL_MS 30000
#define ANSWER_MAX ((size_t)1 << 20)
#define REDIRECTS_MAX 30
#define HEADERS_MAX 64
#define US_PER_S 1e6

/* One channel being told of one event. */
struct notice {
	struct pr_loop *loop;
	const struct pr_notify_event *event;
	const json_t *channel;
	const char *url;
	const char *ca_file; /* of the command */
	const char *shown;   /* the address without what may be secret in it */
	struct pr_http_header headers[HEADERS_MAX + 1];
	size_t header_count;
	bool answered;
};

/* Of an event list; a text holds the names in any form, and a mapping has them as keys. */
static bool is_wanted(const json_t *events, const char *name)
{
	const json_t *item;
	size_t i;

	if (!pr_value_truthy(events))
		return true;
	if (json_is_string(events))
		return strstr(json_string_value(events), name) != NULL;
	if (json_is_object(events))
		return json_object_get(events, name) != NULL;
	json_array_foreach (events, i, item)
		if (pr_text_eq(json_string_value(item), name))
			return true;
	return false;
}

/* A malformed address, also one that an answer points to, is repeated in the detail. */
static const char *failure_of(const struct pr_http_response *response)
{
	return response->failure == PR_HTTP_URL
		       ? "its address, or the one it points to, cannot be used"
		       : response->detail;
}

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct notice *notice = arg;

	if (response->failure != PR_HTTP_NONE)
		pr_debug("failed calling notification endpoint %s: %s", notice->shown,
			failure_of(response));
	else if (response->status >= 400)
		pr_debug("notification sent to %s failed with: status %ld", notice->shown,
			response->status);
	notice->answered = true;
	pr_loop_stop(notice->loop);
}

static bool add_headers(struct notice *notice)
{
	const json_t *headers = json_object_get(notice->channel, "headers");
	const char *name;
	json_t *value;

	if (pr_value_truthy(headers) && !json_is_object(headers))
		return false;
	json_object_foreach (pr_json_mutable(headers), name, value) {
		const char *text = json_string_value(value);

		if (notice->header_count == HEADERS_MAX || (!text && !json_is_null(value)) ||
			(text && pr_credential_hide(name, text)))
			return false;
		notice->headers[notice->header_count++] = (struct pr_http_header){name, text};
	}
	return true;
}

static bool has_header(const struct notice *notice, const char *name)
{
	for (size_t i = 0; i < notice->header_count; i++)
		if (pr_text_eq_nocase(notice->headers[i].name, name))
			return true;
	return false;
}

/* What the channels get: the redacted form, since a journal holds what activities printed. */
static int write_body(const struct notice *notice, struct pr_buf *out)
{
	static const struct pr_json_style style = {.ascii = true, .redact = true};
	const struct pr_notify_event *event = notice->event;
	double ts = (double)pr_loop_wall_us(notice->loop) / US_PER_S;
	json_auto_t *body = json_pack("{s:s, s:O?, s:s, s:f}", "name", event->name, "payload",
		event->payload, "phase", event->phase, "ts", ts);

	if (!body)
		return PR_ENOMEM;
	if (event->error &&
		pr_json_set(body, "error", pr_json_text(event->error, strlen(event->error)), NULL))
		return PR_ENOMEM;
	return pr_json_write(body, &style, out);
}

/* As python-requests has `verify`: false, or true, or the file of the authorities. */
static struct pr_http_policy policy_of(const struct notice *notice)
{
	const json_t *verify = json_object_get(notice->channel, "verify_tls");

	return (struct pr_http_policy){
		.verify_tls = !verify || json_is_null(verify) || pr_value_truthy(verify),
		.ca_file =
			json_string_length(verify) ? json_string_value(verify) : notice->ca_file};
}

static int call(struct notice *notice, const struct pr_http_request *request, struct pr_err *err)
{
	struct pr_http_policy policy = policy_of(notice);
	struct pr_http_client *client = NULL;
	struct pr_http_call *http = NULL;
	int rc = pr_http_client_new(notice->loop, &policy, &client, err);

	if (!rc)
		rc = pr_http_start(client, request, on_answer, notice, &http, err);
	if (!rc)
		rc = pr_loop_run(notice->loop, err);
	if (!rc && !notice->answered)
		rc = PR_ECANCELED;
	pr_http_client_free(client);
	return rc;
}

static int send(struct notice *notice, struct pr_err *err)
{
	const json_t *forward = json_object_get(notice->channel, "forward_event_payload");
	PR_AUTO(buf) struct pr_buf body = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_http_request request = {.method = "GET",
		.url = notice->url,
		.headers = notice->headers,
		.connect_ms = CONNECT_MS,
		.idle_ms = IDLE_MS,
		.total_ms = TOTAL_MS,
		.body_max = ANSWER_MAX,
		.redirects = REDIRECTS_MAX,
		.cookies = true,
		.compressed = true,
		.netrc = true};

	if (!forward || pr_value_truthy(forward)) {
		if (write_body(notice, &body))
			return pr_fail(err, PR_ELIMIT, "the event is too large");
		if (!has_header(notice, "Content-Type"))
			notice->headers[notice->header_count++] =
				(struct pr_http_header){"Content-Type", "application/json"};
		request.method = "POST";
		request.body = pr_buf_str(&body);
		request.body_len = body.len;
	}
	request.header_count = notice->header_count;
	return call(notice, &request, err);
}

/* An address may hold a secret, as those of chat hooks do: the log has its host only. */
static int tell_http(struct notice *notice)
{
	PR_AUTO(free) char *host = NULL;
	struct pr_err err = PR_ERR_INIT;
	int rc;

	notice->url = pr_json_str(notice->channel, "url");
	if (!notice->url || !*notice->url) {
		pr_debug("missing url in notification channel");
		return 0;
	}
	host = pr_url_netloc(notice->url);
	notice->shown = host ? host : "an address without a host";
	if (!add_headers(notice)) {
		pr_debug("failed calling notification endpoint %s: its headers must be a mapping "
			 "of names to texts",
			notice->shown);
		return 0;
	}
	rc = send(notice, &err);
	if (rc && rc != PR_ECANCELED)
		pr_debug("failed calling notification endpoint %s: %s", notice->shown, err.msg);
	return rc == PR_ECANCELED ? rc : 0;
}

/* Said once a command, that nobody waits for a notice in vain. */
static void refuse_plugin(const json_t *channel, const struct pr_notify_event *event)
{
	const char *module = pr_json_str(channel, "module");

	if (pr_text_ends(event->name, "-started"))
		pr_warn("The notification plugin '%s' is left out: this version runs no Python",
			module ? module : "");
}

int pr_notify(struct pr_loop *loop, const json_t *settings, const char *ca_file,
	const struct pr_notify_event *event)
{
	const json_t *channels = json_object_get(settings, "notifications");
	const json_t *channel;
	size_t i;

	json_array_foreach (channels, i, channel) {
		const char *type = pr_json_str(channel, "type");
		struct notice notice = {
			.loop = loop, .event = event, .channel = channel, .ca_file = ca_file};

		if (pr_text_eq(type, "plugin"))
			refuse_plugin(channel, event);
		if (!pr_text_eq(type, "http") ||
			!is_wanted(json_object_get(channel, "events"), event->name))
			continue;
		if (tell_http(&notice) == PR_ECANCELED)
			return PR_ECANCELED;
	}
	return 0;
}
