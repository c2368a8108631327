#include "net/http_private.h"

#include "base/text.h"
#include "net/url.h"

#include <string.h>

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* What becomes of the method, as python-requests does it (docs/engine.md 4.4). */
static bool becomes_get(const char *method, long status)
{
	if (pr_text_eq(method, "HEAD"))
		return false;
	return status == 302 || status == 303 || (status == 301 && pr_text_eq(method, "POST"));
}

static void drop_header(struct pr_http_call *call, const char *name)
{
	struct pr_http_field *headers = call->headers_out;
	size_t kept = 0;

	for (size_t i = 0; i < call->headers_out_count; i++) {
		if (!pr_text_eq_nocase(headers[i].name, name)) {
			headers[kept++] = headers[i];
			continue;
		}
		free(headers[i].name);
		free(headers[i].value);
	}
	call->headers_out_count = kept;
}

static bool keeps_body(long status)
{
	return status == 307 || status == 308;
}

static void drop_body(struct pr_http_call *call)
{
	pr_http_call_drop_body(call);
	call->request.body_len = 0;
	call->body_dropped = true;
	drop_header(call, "Content-Type");
	drop_header(call, "Content-Length");
	drop_header(call, "Transfer-Encoding");
}

static void drop_credentials(struct pr_http_call *call)
{
	drop_header(call, "Authorization");
	pr_netrc_release(&call->login);
}

/* Where the answer points, as it says it; NULL: nowhere. */
static const char *location_of(const struct pr_http_call *call)
{
	const struct pr_http_response *response = &call->response;

	for (size_t i = 0; i < response->field_count; i++)
		if (pr_text_eq_nocase(response->fields[i].name, "Location"))
			return *response->fields[i].value ? response->fields[i].value : NULL;
	return NULL;
}

static int fail(struct pr_http_call *call, enum pr_http_failure failure, const char *detail)
{
	pr_http_call_fail(call, failure, detail);
	return PR_ENET;
}

int pr_http_call_follow(struct pr_http_call *call)
{
	long status = call->response.status;
	const char *location = location_of(call);
	char *url;

	if (call->request.redirects <= 0 || !is_redirect(status) || !location)
		return 0;
	if (call->redirects_left-- <= 0)
		return fail(call, PR_HTTP_REDIRECTS, "too many redirects");
	url = pr_url_resolve(call->url, location);
	if (!url)
		return fail(call, PR_HTTP_URL, "the answer points to a malformed address");
	if (call->request.secure && pr_url_is_plain_http(url) && !pr_url_is_plain_http(call->url)) {
		free(url);
		return fail(call, PR_HTTP_REDIRECTS, "the answer points from https to http");
	}
	if (becomes_get(call->method, status))
		memcpy(call->method, "GET", sizeof "GET");
	if (!keeps_body(status))
		drop_body(call);
	if (!pr_url_keeps_credentials(call->url, url))
		drop_credentials(call);
	drop_header(call, "Cookie");
	call->redirected = true;
	free(call->url);
	call->url = url;
	return 1;
}
