#include "platform/client.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "net/http.h"

#include <stdint.h>
#include <string.h>

#define CONNECT_MS 5000
#define CALL_MS 30000
#define US_PER_MS 1000
#define ANSWER_MAX ((size_t)64 << 20)

struct pr_platform {
	struct pr_loop *loop;
	struct pr_http_client *http;
	struct pr_platform_call *calls;
	char *base; /* <host>/api/v1/organization/<org> */
	char *authorization;
	int64_t call_ms;
};

struct pr_platform_call {
	struct pr_platform *platform;
	struct pr_platform_call *next, *prev;
	struct pr_http_call *http;
	struct pr_timer timer; /* before the next attempt */
	unsigned attempts;
	bool maybe_acted; /* one of the attempts may have reached the platform */
	char *method;
	char *url;
	char *body;
	size_t body_len;
	enum pr_retry_kind retry;
	int64_t deadline_us;
	pr_platform_fn *fn;
	void *arg;
};

int pr_platform_new(struct pr_loop *loop, const struct pr_service *service,
	struct pr_platform **ret_platform, struct pr_err *err)
{
	struct pr_http_policy policy = {
		.verify_tls = service->verify_tls, .ca_file = service->ca_file, .keep_alive = true};
	struct pr_platform *platform = calloc(1, sizeof *platform);

	if (!platform)
		return pr_fail_nomem(err);
	platform->loop = loop;
	platform->base = pr_text_format("%s/api/v1/organization%s%s", service->host,
		service->organization ? "/" : "",
		service->organization ? service->organization : "");
	platform->call_ms = service->call_ms > 0 ? service->call_ms : CALL_MS;
	platform->authorization = pr_text_format("Bearer %s", service->token ? service->token : "");
	if (!platform->base || !platform->authorization ||
		pr_http_client_new(loop, &policy, &platform->http, err)) {
		pr_platform_free(platform);
		return pr_fail_nomem(err);
	}
	*ret_platform = platform;
	return 0;
}

static void free_call(struct pr_platform_call *call)
{
	pr_timer_stop(&call->timer);
	pr_http_call_free(call->http);
	free(call->method);
	free(call->url);
	free(call->body);
	free(call);
}

void pr_platform_free(struct pr_platform *platform)
{
	struct pr_platform_call *next;

	if (!platform)
		return;
	for (struct pr_platform_call *call = platform->calls; call; call = next) {
		next = call->next;
		free_call(call);
	}
	pr_http_client_free(platform->http);
	free(platform->base);
	free(platform->authorization);
	free(platform);
}

void pr_platform_cancel(struct pr_platform_call *call)
{
	if (!call)
		return;
	if (call->next)
		call->next->prev = call->prev;
	if (call->prev)
		call->prev->next = call->next;
	else
		call->platform->calls = call->next;
	free_call(call);
}

struct pr_loop *pr_platform_loop(const struct pr_platform *platform)
{
	return platform->loop;
}

char *pr_platform_url(const struct pr_platform *platform, const char *path)
{
	return pr_text_format("%s%s", platform->base, path);
}

/* [{"loc": ["path", "plan_id"], "msg": "…"}, …] as one line: what is wrong with which value. */
static char *words_of(const json_t *problems)
{
	PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const json_t *problem;
	size_t i;

	json_array_foreach (problems, i, problem) {
		const json_t *place = json_object_get(problem, "loc");
		const char *words = pr_json_str(problem, "msg");
		const char *name =
			json_string_value(json_array_get(place, json_array_size(place) - 1));

		if (!words)
			return NULL;
		pr_buf_addf(&line, "%s%s%s%s", i ? "; " : "", name ? name : "", name ? ": " : "",
			words);
	}
	return line.len ? pr_text_dup(pr_buf_str(&line)) : NULL;
}

/* A page of a proxy has many lines. */
static void copy_line(char *line, size_t size, const char *text)
{
	pr_text_copy(line, size, text);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
}

/* The platform's own words: {"detail": …}. */
static void add_detail(const json_t *body, char *text, size_t size)
{
	const json_t *detail = json_object_get(body, "detail");
	const char *said =
		json_is_string(detail) ? json_string_value(detail) : pr_json_str(detail, "message");
	PR_AUTO(free) char *line = said ? pr_text_dup(said) : words_of(detail);

	if (!line && detail)
		line = pr_json_line(detail);
	copy_line(text, size, line ? line : "");
}

static const struct {
	long status;
	enum pr_code code;
	const char *text;
} refusals[] = {
	{401, PR_EAUTH, "not authorized. please verify your token or org"},
	{404, PR_ENOTFOUND, "not found"},
	{410, PR_ENOTFOUND, "the organization is gone: it was deleted"},
	{429, PR_ELIMIT, "too many requests"},
};

static void refuse(struct pr_platform_answer *answer)
{
	char detail[200];

	add_detail(answer->body, detail, sizeof detail);
	answer->code = PR_EPROTO;
	for (size_t i = 0; i < PR_LEN(refusals); i++) {
		if (refusals[i].status != answer->status)
			continue;
		answer->code = refusals[i].code;
		copy_line(answer->message, sizeof answer->message,
			answer->status == 429 && *detail ? detail : refusals[i].text);
		return;
	}
	if (!*detail)
		copy_line(detail, sizeof detail, answer->text);
	pr_text_print(answer->message, sizeof answer->message, "unexpected error: %ld: %s",
		answer->status, detail);
}

/* The platform sends nobody elsewhere: a gateway does, from http to https or to a page to log in.
 */
static void tell_redirection(
	const struct pr_http_response *response, struct pr_platform_answer *answer)
{
	PR_AUTO(free) char *target = pr_http_field(response, "location");
	char shown[160];

	if (!target || answer->status >= 400)
		return;
	copy_line(shown, sizeof shown, target);
	pr_text_print(answer->message, sizeof answer->message,
		"unexpected error: %ld: it leads to '%s', RELIABLY_SERVICE_HOST must name the "
		"platform itself",
		answer->status, shown);
}

/* A page of something in between, which says yes to everything: the platform answers JSON. */
static void doubt(struct pr_platform_answer *answer)
{
	answer->code = PR_EPROTO;
	answer->ambiguous = true;
	pr_text_print(answer->message, sizeof answer->message,
		"the answer (%ld) is no JSON: something else than the platform answers",
		answer->status);
}

static void judge(const struct pr_platform_call *call, const struct pr_http_response *response,
	struct pr_platform_answer *answer)
{
	static const struct pr_limits limits = {
		.document_bytes = ANSWER_MAX, .depth = 128, .alias_nodes = 0};

	answer->status = response->failure == PR_HTTP_NONE ? response->status : 0;
	answer->text = pr_buf_str(&response->body);
	answer->text_len = response->body.len;
	answer->content_type = response->content_type;
	answer->ambiguous = call->maybe_acted;
	if (response->failure != PR_HTTP_NONE) {
		answer->code = response->failure == PR_HTTP_READ_TIMEOUT ||
					       response->failure == PR_HTTP_CONNECT_TIMEOUT
				       ? PR_ETIMEOUT
				       : PR_ENET;
		pr_text_print(answer->message, sizeof answer->message, "%s: %s", call->url,
			response->detail);
		return;
	}
	pr_json_parse(answer->text, answer->text_len, "the answer", &limits, &answer->body, NULL);
	if (response->status >= 300) {
		refuse(answer);
		tell_redirection(response, answer);
	} else if (!answer->body && !pr_text_eq(call->method, "GET"))
		doubt(answer);
}

static int attempt(struct pr_platform_call *call, struct pr_err *err);

static void on_delay(void *arg)
{
	struct pr_platform_call *call = arg;
	struct pr_platform_answer answer = {.code = PR_ENOMEM, .message = "out of memory"};

	if (attempt(call, NULL) == 0)
		return;
	answer.ambiguous = call->maybe_acted;
	call->fn(call->arg, &answer);
	pr_platform_cancel(call);
}

/* Whether another attempt was scheduled. */
static bool try_again(struct pr_platform_call *call, const struct pr_http_response *response)
{
	int64_t delay_us;

	if (!call->deadline_us || !pr_retry_worthwhile(call->retry, response))
		return false;
	delay_us = pr_retry_delay_ms(call->attempts, pr_random_fraction(), response) * US_PER_MS;
	if (pr_loop_now_us(call->platform->loop) + delay_us > call->deadline_us)
		return false;
	pr_debug("%s %s is tried again in %lld ms", call->method, call->url,
		(long long)(delay_us / US_PER_MS));
	return pr_timer_start(call->platform->loop, &call->timer, delay_us, on_delay, call) == 0;
}

/* No answer to what was sent, or only that of a gateway. */
static bool is_doubtful(const struct pr_http_response *response)
{
	if (response->failure != PR_HTTP_NONE)
		return response->sent;
	return response->status == 502 || response->status == 504;
}

static void on_response(void *arg, const struct pr_http_response *response)
{
	struct pr_platform_call *call = arg;
	struct pr_platform_answer answer = {.code = PR_OK};

	if (is_doubtful(response))
		call->maybe_acted = true;
	if ((response->failure != PR_HTTP_NONE || response->status >= 300) &&
		try_again(call, response))
		return;
	judge(call, response, &answer);
	call->fn(call->arg, &answer);
	json_decref(answer.body);
	pr_platform_cancel(call);
}

static int attempt(struct pr_platform_call *call, struct pr_err *err)
{
	struct pr_http_header headers[] = {{"Authorization", call->platform->authorization},
		{"Accept", "application/json, application/x-yaml"},
		{"Content-Type", "application/json"}};
	struct pr_http_request request = {.method = call->method,
		.url = call->url,
		.headers = headers,
		.header_count = call->body ? 3 : 2,
		.body = call->body,
		.body_len = call->body_len,
		.body_stays = true,
		.connect_ms = CONNECT_MS,
		.total_ms = call->platform->call_ms,
		.body_max = ANSWER_MAX,
		.fresh = call->retry == PR_RETRY_ONCE_ONLY,
		.compressed = true};

	call->attempts++;
	pr_http_call_free(pr_steal(call->http));
	return pr_http_start(call->platform->http, &request, on_response, call, &call->http, err);
}

static int copy_request(struct pr_platform_call *call, const struct pr_platform_request *request)
{
	call->method = pr_text_dup(request->method);
	call->url = pr_platform_url(call->platform, request->path);
	call->retry = request->retry;
	call->deadline_us = request->deadline_us;
	call->body = request->own_body;
	call->body_len = request->own_body ? request->body_len : 0;
	if (!call->method || !call->url)
		return PR_ENOMEM;
	if (!request->body)
		return 0;
	call->body = malloc(request->body_len + 1);
	if (!call->body)
		return PR_ENOMEM;
	memcpy(call->body, request->body, request->body_len);
	call->body_len = request->body_len;
	return 0;
}

int pr_platform_send(struct pr_platform *platform, const struct pr_platform_request *request,
	pr_platform_fn *fn, void *arg, struct pr_platform_call **ret_call, struct pr_err *err)
{
	struct pr_platform_call *call = calloc(1, sizeof *call);

	if (!call) {
		free(request->own_body);
		return pr_fail_nomem(err);
	}
	call->platform = platform;
	call->fn = fn;
	call->arg = arg;
	call->next = platform->calls;
	if (call->next)
		call->next->prev = call;
	platform->calls = call;
	if (copy_request(call, request) || attempt(call, NULL)) {
		pr_platform_cancel(call);
		return pr_fail_nomem(err);
	}
	if (ret_call)
		*ret_call = call;
	return 0;
}
