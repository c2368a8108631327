#include "net/http_private.h"

#include "base/env.h"
#include "base/text.h"
#include "net/netrc.h"
#include "net/url.h"

#include <ctype.h>
#include <string.h>

static int copy_headers(struct pr_http_call *call, const struct pr_http_request *request)
{
	call->headers_out = calloc(request->header_count + 1, sizeof *call->headers_out);
	if (!call->headers_out)
		return PR_ENOMEM;
	for (size_t i = 0; i < request->header_count; i++) {
		struct pr_http_field *copy = &call->headers_out[i];
		const struct pr_http_header *header = &request->headers[i];

		call->headers_out_count = i + 1;
		copy->name = pr_text_dup(header->name);
		copy->value = pr_text_dup(header->value);
		if (!copy->name || (header->value && !copy->value))
			return PR_ENOMEM;
	}
	return 0;
}

int pr_http_call_copy(struct pr_http_call *call, const struct pr_http_request *request)
{
	call->request = *request;
	call->redirects_left = request->redirects;
	call->method = pr_text_format("%-4s", request->method);
	call->url = pr_text_dup(request->url);
	if (!call->method || !call->url || copy_headers(call, request))
		return PR_ENOMEM;
	memcpy(call->method, request->method, strlen(request->method) + 1);
	call->body = request->body;
	if (!request->body || request->body_stays)
		return 0;
	call->body = call->body_copy = malloc(request->body_len + 1);
	if (!call->body)
		return PR_ENOMEM;
	memcpy(call->body_copy, request->body, request->body_len);
	return 0;
}

void pr_http_call_drop_body(struct pr_http_call *call)
{
	free(pr_steal(call->body_copy));
	call->body = NULL;
}

void pr_http_call_release_copy(struct pr_http_call *call)
{
	for (size_t i = 0; i < call->headers_out_count; i++) {
		free(call->headers_out[i].name);
		free(call->headers_out[i].value);
	}
	free(call->headers_out);
	free(call->method);
	free(call->url);
	pr_http_call_drop_body(call);
}

/* RFC 9110, 5.6.2: what methods and header names are made of. */
static bool is_token(const char *text)
{
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("!#$%&'*+-.^_`|~", *p))
			return false;
	return *text != '\0';
}

/* As python-requests has it: no line ends, and no space in front. */
static bool is_header_value(const char *text)
{
	return !text || (!isspace((unsigned char)*text) && !text[strcspn(text, "\r\n")]);
}

static int append(struct curl_slist **list, char *line)
{
	struct curl_slist *longer = line ? curl_slist_append(*list, line) : NULL;

	free(line);
	if (!longer)
		return PR_ENOMEM;
	*list = longer;
	return 0;
}

static const struct pr_http_field *find_header(const struct pr_http_call *call, const char *name)
{
	for (size_t i = 0; i < call->headers_out_count; i++)
		if (pr_text_eq_nocase(call->headers_out[i].name, name))
			return &call->headers_out[i];
	return NULL;
}

/* libcurl's spelling: "Name:" leaves one out, "Name;" sends it empty. */
static char *header_line(const struct pr_http_field *header)
{
	if (!header->value)
		return pr_text_format("%s:", header->name);
	if (!*header->value)
		return pr_text_format("%s;", header->name);
	return pr_text_format("%s: %s", header->name, header->value);
}

/* libcurl copies the text; a copy that it had no memory for is noticed in pr_http_call_prepare. */
static void set_text(struct pr_http_call *call, CURLoption option, const char *text)
{
	if (curl_easy_setopt(call->easy, option, text) == CURLE_OUT_OF_MEMORY)
		call->short_of_memory = true;
}

/* They go before an Authorization header; libcurl would have it the other way. */
static bool use_login(struct pr_http_call *call)
{
	struct pr_netrc_login login = {0};
	bool found = call->request.netrc && pr_netrc_find(call->url, &login);

	if (call->request.netrc && !call->redirected)
		(void)pr_netrc_of_url(call->url, &call->login);
	set_text(call, CURLOPT_USERNAME, found ? login.user : call->login.user);
	set_text(call, CURLOPT_PASSWORD, found ? login.password : call->login.password);
	pr_netrc_release(&login);
	return found || call->login.user;
}

/* The true host as Host, where another name stands in the address. */
static int add_host(struct pr_http_call *call)
{
	PR_AUTO(free) char *netloc = NULL;

	if (!call->client->server_name || find_header(call, "Host"))
		return 0;
	netloc = pr_url_netloc(call->url);
	return append(&call->headers, netloc ? pr_text_format("Host: %s", netloc) : NULL);
}

static int build_headers(struct pr_http_call *call, struct pr_err *err)
{
	bool login = use_login(call);
	int rc = append(&call->headers, pr_text_dup("Expect:"));

	for (size_t i = 0; i < call->headers_out_count && !rc; i++) {
		const struct pr_http_field *header = &call->headers_out[i];

		if (!is_token(header->name) || !is_header_value(header->value))
			return pr_fail(err, PR_EUSAGE, "header '%s' cannot be sent", header->name);
		if ((login && pr_text_eq_nocase(header->name, "Authorization")) ||
			(call->body && pr_text_eq_nocase(header->name, "Content-Length")))
			continue;
		rc = append(&call->headers, header_line(header));
	}
	if (!rc && !find_header(call, "Content-Type"))
		rc = append(&call->headers, pr_text_dup("Content-Type:"));
	rc = rc ? rc : add_host(call);
	return rc ? pr_fail_nomem(err) : 0;
}

/* Without a body, other methods than these say that it has no length, as Python's client has it. */
static bool expects_no_body(const char *method)
{
	static const char *const methods[] = {
		"GET", "HEAD", "DELETE", "TRACE", "OPTIONS", "CONNECT"};

	return pr_text_index(method, methods, PR_LEN(methods)) >= 0;
}

static void set_method(struct pr_http_call *call)
{
	CURL *easy = call->easy;
	bool is_get = pr_text_eq(call->method, "GET");
	bool is_head = pr_text_eq(call->method, "HEAD");
	bool chunked = find_header(call, "Transfer-Encoding") != NULL;

	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
	curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(easy, CURLOPT_NOBODY, 0L);
	call->head_with_body = is_head && (call->body || chunked);
	if (is_head && !call->head_with_body) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	/* Who announces chunks sends the last one, even where there is no other. */
	if (is_get && !call->body && !chunked)
		return;
	if (call->body_dropped && expects_no_body(call->method)) {
		set_text(call, CURLOPT_CUSTOMREQUEST, call->method);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->request.body_len);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body ? call->body : "");
	set_text(call, CURLOPT_CUSTOMREQUEST, call->method);
}

/* What is left for libcurl of the time for the whole call; 0: no limit. */
static long left_ms(const struct pr_http_call *call)
{
	int64_t total = call->request.total_ms;
	int64_t gone = (pr_loop_now_us(call->client->loop) - call->started_us) / 1000;

	if (total <= 0)
		return 0;
	return total - gone > 1 ? (long)(total - gone) : 1;
}

/*
 * libcurl reads the proxies of the environment, but not HTTP_PROXY, which a web server may have
 * made of a header "Proxy:"; as Python does, it is read where no web server has started us.
 */
static const char *upper_case_proxy(const char *url)
{
	if (!pr_url_is_plain_http(url) || pr_env_get("http_proxy") || pr_env_get("REQUEST_METHOD"))
		return NULL;
	return pr_env_get_set("HTTP_PROXY");
}

static void set_connection(struct pr_http_call *call)
{
	const struct pr_http_client *client = call->client;
	const struct pr_http_request *request = &call->request;
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, client->verify_tls ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, client->verify_tls ? 2L : 0L);
	if (client->ca_file)
		set_text(call, CURLOPT_CAINFO, client->ca_file);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left_ms(call));
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, client->keep_alive ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request->fresh ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, request->stream ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_IPRESOLVE,
		(long)(call->ipv4_only ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_WHATEVER));
	if (request->cookies)
		set_text(call, CURLOPT_COOKIEFILE, "");
	if (request->compressed)
		set_text(call, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	set_text(call, CURLOPT_PROXY, upper_case_proxy(call->url));
	set_text(call, CURLOPT_USERAGENT, client->user_agent);
}

static void set_blob(CURL *easy, CURLoption option, char *pem)
{
	struct curl_blob blob = {.data = pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY};

	curl_easy_setopt(easy, option, &blob);
}

/* A key with a pass phrase is refused: without the empty one OpenSSL would ask the terminal. */
static void set_identity(struct pr_http_call *call)
{
	const struct pr_http_client *client = call->client;
	CURL *easy = call->easy;

	if (client->ca) {
		set_blob(easy, CURLOPT_CAINFO_BLOB, client->ca);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (client->certificate && client->key) {
		set_blob(easy, CURLOPT_SSLCERT_BLOB, client->certificate);
		set_blob(easy, CURLOPT_SSLKEY_BLOB, client->key);
		set_text(call, CURLOPT_KEYPASSWD, "");
	}
	if (client->proxy) {
		set_text(call, CURLOPT_PROXY, client->proxy);
		set_text(call, CURLOPT_NOPROXY, "");
	}
}

/* "::HOST:PORT": from any address to this one; an empty port stays as it is. */
static char *connect_to(const char *url)
{
	PR_AUTO(free) char *netloc = pr_url_netloc(url);
	const char *bracket = netloc ? strrchr(netloc, ']') : NULL;

	if (!netloc)
		return NULL;
	return pr_text_format("::%s%s", netloc, strchr(bracket ? bracket : netloc, ':') ? "" : ":");
}

/*
 * The name to verify takes the place of the host in the address that libcurl sees, which
 * connects to that host all the same.
 */
static int set_address(struct pr_http_call *call, const char *address)
{
	const char *name = call->client->server_name;
	PR_AUTO(free) char *url = NULL;

	curl_slist_free_all(call->connect_to);
	call->connect_to = NULL;
	if (call->client->redirection) {
		if (append(&call->connect_to, pr_text_dup(call->client->redirection)))
			return PR_ENOMEM;
		curl_easy_setopt(call->easy, CURLOPT_CONNECT_TO, call->connect_to);
	}
	if (!name)
		return curl_easy_setopt(call->easy, CURLOPT_URL, address) ? PR_ENOMEM : 0;
	url = pr_url_replace_host(address, name);
	if (!url || append(&call->connect_to, connect_to(address)))
		return PR_ENOMEM;
	curl_easy_setopt(call->easy, CURLOPT_CONNECT_TO, call->connect_to);
	return curl_easy_setopt(call->easy, CURLOPT_URL, url) ? PR_ENOMEM : 0;
}

int pr_http_call_prepare(struct pr_http_call *call, struct pr_err *err)
{
	PR_AUTO(free) char *address =
		call->request.netrc ? pr_url_without_login(call->url) : pr_text_dup(call->url);
	int rc = address ? pr_url_check(address, err) : pr_fail_nomem(err);

	if (rc)
		return rc;
	if (!is_token(call->method))
		return pr_fail(err, PR_EUSAGE, "'%s' cannot be an HTTP method", call->method);
	curl_slist_free_all(call->headers);
	call->headers = NULL;
	call->short_of_memory = false;
	if (build_headers(call, err))
		return err ? (int)err->code : PR_ENOMEM;
	set_connection(call);
	set_method(call);
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	set_identity(call);
	if (call->request.handshake)
		pr_http_call_only_shake_hands(call);
	return set_address(call, address) || call->short_of_memory ? pr_fail_nomem(err) : 0;
}

char *pr_http_field(const struct pr_http_response *response, const char *name)
{
	PR_AUTO(buf) struct pr_buf value = PR_BUF_INIT(1 << 20);
	bool found = false;

	for (size_t i = 0; i < response->field_count; i++) {
		const struct pr_http_field *field = &response->fields[i];

		if (!pr_text_eq_nocase(field->name, name))
			continue;
		pr_buf_addf(&value, "%s%s", found ? ", " : "", field->value);
		found = true;
	}
	return found ? pr_buf_take(&value) : NULL;
}
