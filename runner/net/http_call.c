#include "net/http_private.h"

#include "base/text.h"
#include "net/url.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#define US_PER_MS 1000

static void deliver(void *arg)
{
	struct pr_http_call *call = arg;

	pr_timer_stop(&call->idle);
	call->fn(call->arg, &call->response);
}

static void finish(struct pr_http_call *call)
{
	pr_http_client_remove(call);
	pr_timer_stop(&call->idle);
	pr_task_post(call->client->loop, &call->finish, deliver, call);
}

void pr_http_call_fail(struct pr_http_call *call, enum pr_http_failure failure, const char *detail)
{
	size_t n = strnlen(detail, sizeof call->response.detail - 1);

	call->response.failure = failure;
	memcpy(call->response.detail, detail, n);
	call->response.detail[n] = '\0';
	finish(call);
}

static void on_idle(void *arg)
{
	pr_http_call_fail(arg, PR_HTTP_READ_TIMEOUT, "no answer in time");
}

static void restart_idle(struct pr_http_call *call)
{
	if (call->request.idle_ms > 0 && call->connected)
		pr_timer_start(call->client->loop, &call->idle, call->request.idle_ms * US_PER_MS,
			on_idle, call);
}

static void clear_fields(struct pr_http_call *call)
{
	struct pr_http_response *response = &call->response;

	for (size_t i = 0; i < response->field_count; i++) {
		free(response->fields[i].name);
		free(response->fields[i].value);
	}
	response->field_count = 0;
}

static int add_field(struct pr_http_call *call, const char *line, size_t n)
{
	struct pr_http_response *response = &call->response;
	const char *colon = memchr(line, ':', n);
	struct pr_http_field field;

	if (!colon)
		return 0;
	if (response->field_count == call->field_cap) {
		size_t cap = call->field_cap ? call->field_cap * 2 : 16;
		struct pr_http_field *fields = realloc(response->fields, cap * sizeof *fields);

		if (!fields)
			return PR_ENOMEM;
		response->fields = fields;
		call->field_cap = cap;
	}
	field.name = pr_text_format("%.*s", (int)(colon - line), line);
	field.value = pr_text_format("%.*s", (int)(line + n - colon - 1), colon + 1);
	if (!field.name || !field.value) {
		free(field.name);
		free(field.value);
		return PR_ENOMEM;
	}
	memmove(field.value, pr_text_trim(field.value), strlen(pr_text_trim(field.value)) + 1);
	response->fields[response->field_count++] = field;
	return 0;
}

/*
 * Whether this line ends an answer behind which libcurl would wait for more: an interim one that is
 * to be the outcome, or one to a HEAD with a body, which libcurl takes for a request of its own
 * kind.
 */
static bool ends_answer(const struct pr_http_call *call, const char *line)
{
	long status = 0;

	if (*line != '\r' && *line != '\n')
		return false;
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200)
		return call->head_with_body;
	return call->request.interim && status > 100;
}

/* CURLOPT_HEADERFUNCTION: a status line begins a new answer (after a redirect or 100 Continue). */
static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct pr_http_call *call = arg;

	n *= size;
	restart_idle(call);
	if (n >= 5 && memcmp(data, "HTTP/", 5) == 0)
		clear_fields(call);
	call->header_ended = ends_answer(call, data);
	if (call->header_ended)
		return 0;
	return add_field(call, data, n) ? 0 : n;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct pr_http_call *call = arg;
	int rc;

	n *= size;
	restart_idle(call);
	rc = pr_buf_add(&call->response.body, data, n);
	call->too_large = rc == PR_ELIMIT;
	return rc ? 0 : n;
}

/* CURLOPT_WRITEFUNCTION of a call with a stream. */
static size_t on_piece(char *data, size_t size, size_t n, void *arg)
{
	struct pr_http_call *call = arg;
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return on_body(data, size, n, arg);
	n *= size;
	restart_idle(call);
	call->stream_ended = call->request.stream(call->request.stream_arg, data, n) != 0;
	return call->stream_ended ? 0 : n;
}

/* CURLOPT_PREREQFUNCTION: connected, the request goes out now. */
static int on_connected(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct pr_http_call *call = arg;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	call->connected = true;
	call->response.sent = true;
	restart_idle(call);
	return CURL_PREREQFUNC_OK;
}

static int on_progress(
	void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
	struct pr_http_call *call = arg;

	(void)down_total, (void)down, (void)up_total;
	if (up != call->uploaded)
		restart_idle(call);
	call->uploaded = up;
	return 0;
}

static const struct {
	CURLcode code;
	enum pr_http_failure failure;
} failures[] = {
	{CURLE_URL_MALFORMAT, PR_HTTP_URL},
	{CURLE_SSL_CONNECT_ERROR, PR_HTTP_TLS},
	{CURLE_PEER_FAILED_VERIFICATION, PR_HTTP_TLS},
	{CURLE_SSL_CACERT_BADFILE, PR_HTTP_TLS},
	{CURLE_SSL_CERTPROBLEM, PR_HTTP_TLS},
	{CURLE_PARTIAL_FILE, PR_HTTP_INCOMPLETE},
	{CURLE_OUT_OF_MEMORY, PR_HTTP_MEMORY},
};

static enum pr_http_failure failure_of(const struct pr_http_call *call, CURLcode code)
{
	if (call->too_large)
		return PR_HTTP_TOO_LARGE;
	if (code == CURLE_OPERATION_TIMEDOUT)
		return call->connected ? PR_HTTP_READ_TIMEOUT : PR_HTTP_CONNECT_TIMEOUT;
	for (size_t i = 0; i < PR_LEN(failures); i++)
		if (failures[i].code == code)
			return failures[i].failure;
	return call->response.field_count ? PR_HTTP_INCOMPLETE : PR_HTTP_CONNECT;
}

/* Whether the peer's certificate is sound, but nobody whom we trust has signed it. */
static bool is_untrusted(const struct pr_http_call *call)
{
	long result = X509_V_OK;

	curl_easy_getinfo(call->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	return result == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       result == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	       result == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
	       result == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
}

/* libcurl's words, and what to do where that is known. */
static void fail_with(struct pr_http_call *call, CURLcode code)
{
	char detail[sizeof call->response.detail];
	bool authority = code == CURLE_SSL_CACERT_BADFILE ||
			 (code == CURLE_PEER_FAILED_VERIFICATION && is_untrusted(call));
	long sys = 0;

	if (code == CURLE_COULDNT_CONNECT) {
		curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &sys);
		call->response.sys = (int)sys;
	}
	if (call->too_large)
		snprintf(detail, sizeof detail, "the answer has more than %zu bytes",
			call->response.body.max);
	else
		snprintf(detail, sizeof detail, "%.190s%s",
			call->error[0] ? call->error : curl_easy_strerror(code),
			authority && !call->client->ca
				? " (PLAN_RUNNER_CA_FILE names the CA certificates to trust)"
				: "");
	pr_http_call_fail(call, failure_of(call, code), detail);
}

static void begin(struct pr_http_call *call)
{
	struct pr_err err = PR_ERR_INIT;

	if (pr_http_call_prepare(call, &err) == 0)
		pr_http_client_add(call->client, call);
	else if (err.code == PR_ENOMEM)
		pr_http_call_fail(call, PR_HTTP_MEMORY, err.msg);
	else
		pr_http_call_fail(
			call, err.code == PR_EUSAGE ? PR_HTTP_HEADER : PR_HTTP_URL, err.msg);
}

static void restart(struct pr_http_call *call)
{
	pr_http_client_remove(call);
	pr_timer_stop(&call->idle);
	call->connected = false;
	call->uploaded = 0;
	call->header_ended = false;
	clear_fields(call);
	pr_buf_clear(&call->response.body);
	call->response.status = 0;
	begin(call);
}

static void succeed(struct pr_http_call *call)
{
	call->content_type = pr_http_field(&call->response, "Content-Type");
	call->response.content_type = call->content_type;
	call->response.url = call->url;
	finish(call);
}

static int64_t time_of(const struct pr_http_call *call, CURLINFO info)
{
	curl_off_t us = 0;

	curl_easy_getinfo(call->easy, info, &us);
	return us;
}

static void note_times(struct pr_http_call *call)
{
	struct pr_http_response *response = &call->response;
	int64_t shaken_us = time_of(call, CURLINFO_APPCONNECT_TIME_T);
	long connections = 0;

	curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connections);
	response->connected = connections > 0;
	response->lookup_us = time_of(call, CURLINFO_NAMELOOKUP_TIME_T);
	response->connect_us = shaken_us ? shaken_us : time_of(call, CURLINFO_CONNECT_TIME_T);
	response->first_byte_us = time_of(call, CURLINFO_STARTTRANSFER_TIME_T);
}

/* Whom it spoke to, for people who look for a fault. */
static void note_route(struct pr_http_call *call, CURLcode code)
{
	struct pr_http_response *response = &call->response;
	const char *address = NULL;
	long port = 0;

	response->unresolved =
		code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY;
	curl_easy_getinfo(call->easy, CURLINFO_HTTP_CONNECTCODE, &response->proxy_status);
	curl_easy_getinfo(call->easy, CURLINFO_PRIMARY_IP, &address);
	curl_easy_getinfo(call->easy, CURLINFO_PRIMARY_PORT, &port);
	response->peer[0] = '\0';
	if (address && *address)
		pr_text_print(response->peer, sizeof response->peer,
			strchr(address, ':') ? "[%s]:%ld" : "%s:%ld", address, port);
}

void pr_http_call_done(struct pr_http_call *call, CURLcode code)
{
	long status = 0;

	if (code == CURLE_COULDNT_RESOLVE_HOST && !call->ipv4_only) {
		call->ipv4_only = true;
		restart(call);
		return;
	}
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	call->response.status = status;
	note_route(call, code);
	note_times(call);
	if (code != CURLE_OK && !call->stream_ended && !call->header_ended) {
		fail_with(call, code);
		return;
	}
	switch (pr_http_call_follow(call)) {
	case 0:
		succeed(call);
		break;
	case 1:
		restart(call);
	}
}

static void set_callbacks(struct pr_http_call *call)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call->request.stream ? on_piece : on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, call);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

static void link_call(struct pr_http_client *client, struct pr_http_call *call)
{
	call->next = client->calls;
	if (call->next)
		call->next->prev = call;
	client->calls = call;
}

static void unlink_call(struct pr_http_call *call)
{
	if (call->next)
		call->next->prev = call->prev;
	if (call->prev)
		call->prev->next = call->next;
	else
		call->client->calls = call->next;
}

int pr_http_start(struct pr_http_client *client, const struct pr_http_request *request,
	pr_http_fn *fn, void *arg, struct pr_http_call **ret_call, struct pr_err *err)
{
	struct pr_http_call *call = calloc(1, sizeof *call);

	if (!call)
		return pr_fail_nomem(err);
	call->client = client;
	call->fn = fn;
	call->arg = arg;
	call->started_us = pr_loop_now_us(client->loop);
	link_call(client, call);
	pr_buf_init(&call->response.body, request->body_max ? request->body_max : (size_t)16 << 20);
	call->easy = curl_easy_init();
	if (!call->easy || pr_http_call_copy(call, request)) {
		pr_http_call_free(call);
		return pr_fail_nomem(err);
	}
	set_callbacks(call);
	*ret_call = call;
	begin(call);
	return 0;
}

void pr_http_call_free(struct pr_http_call *call)
{
	if (!call)
		return;
	pr_http_client_remove(call);
	unlink_call(call);
	pr_timer_stop(&call->idle);
	pr_task_cancel(&call->finish);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	curl_slist_free_all(call->connect_to);
	clear_fields(call);
	free(call->response.fields);
	pr_buf_release(&call->response.body);
	pr_http_call_release_copy(call);
	pr_netrc_release(&call->login);
	pr_http_call_release_handshake(call);
	free(call->content_type);
	free(call);
}

bool pr_http_date(const char *text, int64_t *ret_wall_us)
{
	time_t seconds = text ? curl_getdate(text, NULL) : -1;

	if (seconds < 0)
		return false;
	*ret_wall_us = (int64_t)seconds * 1000000;
	return true;
}
