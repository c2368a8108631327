#include "activity/http_exchange.h"

#include "activity/http_form.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "codec/pyvalue.h"
#include "net/url.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define URL_MAX ((size_t)1 << 20)
#define REDIRECTS_MAX 30
#define MS_PER_S 1000
#define RETRIES_OF_NULL 3
#define RETRIES_MAX 1e9
#define HOST_LABEL_MAX 63
#define LATIN1_MAX 0xff
#define HEADERS_ADDED 3 /* Connection, Content-Type and traceparent */

static const struct {
	const char *name;
	bool always; /* also when there is nothing to substitute from (docs/engine.md 3.6) */
} fields[] = {{"url", true}, {"headers", true}, {"timeout", true}, {"arguments", false}};

static int substitute_fields(const json_t *provider, const struct pr_scope *scope,
	json_t **ret_values, struct pr_err *err)
{
	json_auto_t *values = json_object();

	for (size_t i = 0; i < PR_LEN(fields); i++) {
		json_t *field = json_object_get(provider, fields[i].name);
		json_t *value = NULL;
		int rc = fields[i].always ? pr_substitute(field, scope, &value, err)
					  : pr_substitute_arguments(field, scope, &value, err);

		if (!rc)
			rc = pr_json_set(values, fields[i].name, value, err);
		if (rc)
			return rc;
	}
	*ret_values = pr_steal(values);
	return 0;
}

static int build_method(
	struct pr_http_exchange *exchange, const json_t *provider, struct pr_err *err)
{
	const json_t *method = json_object_get(provider, "method");

	if (method && !json_is_string(method))
		return pr_fail(err, PR_EINVAL,
			"the method of an http activity must be a text, not %s",
			pr_json_kind(method));
	if (method && !json_string_length(method))
		return pr_fail(err, PR_EINVAL, "the method of an http activity must not be empty");
	exchange->method = pr_text_dup(method ? json_string_value(method) : "GET");
	if (!exchange->method)
		return pr_fail_nomem(err);
	for (char *p = exchange->method; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	exchange->request.method = exchange->method;
	return 0;
}

/* A GET carries its arguments in the query, after what the address has already. */
static int add_query(struct pr_http_exchange *exchange, const json_t *arguments, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf query = PR_BUF_INIT(URL_MAX);
	const char *known;

	if (!pr_value_truthy(arguments))
		return 0;
	if (json_is_string(arguments))
		pr_url_requote(json_string_value(arguments), &query);
	else if (pr_http_form_add(arguments, &query, err))
		return PR_EINVAL;
	if (!query.len)
		return pr_buf_check(&query, "the address", err);
	known = strchr(pr_buf_str(&exchange->url), '?');
	if (!known || known[1])
		pr_buf_addc(&exchange->url, known ? '&' : '?');
	return pr_buf_add(&exchange->url, query.ptr, query.len);
}

/* A '?' with nothing behind it. */
static void drop_empty_query(struct pr_buf *url)
{
	const char *query = strchr(pr_buf_str(url), '?');

	if (query && !query[1])
		pr_buf_truncate(url, url->len - 1);
}

/* Names that python-requests refuses before it asks for their address. */
static int check_host(const char *url, struct pr_err *err)
{
	PR_AUTO(free) char *netloc = pr_url_netloc(url);
	const char *label = netloc ? netloc : "[";
	size_t n;

	if (*label == '[')
		return 0;
	if (*label == '*')
		return pr_fail(err, PR_EINVAL, "the URL has no usable host: '%s'", netloc);
	for (;; label += n + 1) {
		n = strcspn(label, ".:");
		if (n > HOST_LABEL_MAX || (!n && (label == netloc || label[n] == '.')))
			return pr_fail(err, PR_EINVAL, "the URL has no usable host: '%s'", netloc);
		if (label[n] != '.')
			return 0;
	}
}

static int build_url(struct pr_http_exchange *exchange, struct pr_err *err)
{
	static const char space[] = " \t\n\v\f\r";
	const json_t *url = json_object_get(exchange->values, "url");
	PR_AUTO(free) char *text = NULL;
	const char *begin;

	if (!json_is_string(url))
		return pr_fail(err, PR_EINVAL, "the URL of an http activity must be a text, not %s",
			pr_json_kind(url));
	begin = json_string_value(url) + strspn(json_string_value(url), space);
	text = pr_text_format("%.*s", (int)strcspn(begin, "#"), begin);
	if (!text)
		return pr_fail_nomem(err);
	pr_url_requote(text, &exchange->url);
	if (check_host(pr_buf_str(&exchange->url), err))
		return PR_EINVAL;
	if (pr_text_eq(exchange->method, "GET") &&
		add_query(exchange, json_object_get(exchange->values, "arguments"), err))
		return PR_EINVAL;
	drop_empty_query(&exchange->url);
	exchange->request.url = pr_buf_str(&exchange->url);
	return pr_buf_check(&exchange->url, "the address", err);
}

/* Where the values of headers are kept. */
struct room {
	char *at;
	size_t left;
};

/* Header values go out in ISO-8859-1; `room` moves on behind what was written. */
static int write_latin1(const char *text, struct room *room, struct pr_err *err)
{
	size_t left = strlen(text);
	uint32_t point;
	size_t used;

	for (; left && room->left > 1; text += used, left -= used) {
		used = pr_text_decode(text, left, &point);
		if (!used || point > LATIN1_MAX)
			return pr_fail(err, PR_EINVAL,
				"the value of a header can only hold the characters of ISO-8859-1");
		*room->at++ = (char)point;
		room->left--;
	}
	if (left || !room->left)
		return pr_fail(err, PR_ELIMIT, "the headers are too long");
	*room->at++ = '\0';
	room->left--;
	return 0;
}

static int add_header(struct pr_http_exchange *exchange, const char *name, const json_t *value,
	struct room *room, struct pr_err *err)
{
	struct pr_http_header *header = &exchange->headers[exchange->request.header_count];

	if (!json_is_string(value) && !json_is_null(value))
		return pr_fail(err, PR_EINVAL, "the value of header '%s' must be a text, not %s",
			name, pr_json_kind(value));
	*header = (struct pr_http_header){.name = name};
	if (json_is_string(value)) {
		header->value = room->at;
		if (write_latin1(json_string_value(value), room, err))
			return PR_EINVAL;
	} else if (pr_text_eq_nocase(name, "Accept-Encoding")) {
		header->value = "identity";
	}
	exchange->request.header_count++;
	return 0;
}

static struct pr_http_header *find_header(struct pr_http_exchange *exchange, const char *name)
{
	for (size_t i = 0; i < exchange->request.header_count; i++)
		if (pr_text_eq_nocase(exchange->headers[i].name, name))
			return &exchange->headers[i];
	return NULL;
}

/* Unless the experiment has that header. There is room for HEADERS_ADDED of them. */
static void add_default(struct pr_http_exchange *exchange, const char *name, const char *value)
{
	if (!find_header(exchange, name))
		exchange->headers[exchange->request.header_count++] =
			(struct pr_http_header){.name = name, .value = value};
}

static int build_headers(struct pr_http_exchange *exchange, struct pr_err *err)
{
	const json_t *headers = json_object_get(exchange->values, "headers");
	size_t bytes = 1;
	const char *name;
	json_t *value;
	struct room room;

	if (pr_value_truthy(headers) && !json_is_object(headers))
		return pr_fail(err, PR_EINVAL,
			"the headers of an http activity must be a mapping, not %s",
			pr_json_kind(headers));
	json_object_foreach (pr_json_mutable(headers), name, value) {
		bytes += json_string_length(value) + 1;
	}
	exchange->headers =
		calloc(json_object_size(headers) + HEADERS_ADDED, sizeof *exchange->headers);
	exchange->header_bytes = malloc(bytes);
	if (!exchange->headers || !exchange->header_bytes)
		return pr_fail_nomem(err);
	room = (struct room){.at = exchange->header_bytes, .left = bytes};
	json_object_foreach (pr_json_mutable(headers), name, value) {
		if (add_header(exchange, name, value, &room, err))
			return PR_EINVAL;
	}
	add_default(exchange, "Connection", "keep-alive");
	exchange->request.headers = exchange->headers;
	return 0;
}

/* A null of the experiment takes a default away, but not what the body needs. */
static void add_content_type(struct pr_http_exchange *exchange, const char *type)
{
	struct pr_http_header *known = find_header(exchange, "Content-Type");

	if (known && !known->value)
		known->value = type;
	else
		add_default(exchange, "Content-Type", type);
}

static int fill_body(struct pr_http_exchange *exchange, const json_t *arguments, struct pr_err *err)
{
	static const struct pr_json_style json_body = {.ascii = true};
	const char *type =
		pr_json_str(json_object_get(exchange->values, "headers"), "Content-Type");

	if (pr_text_eq(type, "application/json"))
		return pr_json_write(arguments, &json_body, &exchange->body);
	if (json_is_string(arguments))
		return pr_buf_add(&exchange->body, json_string_value(arguments),
			json_string_length(arguments));
	if (!pr_value_truthy(arguments))
		return 0;
	add_content_type(exchange, "application/x-www-form-urlencoded");
	return pr_http_form_add(arguments, &exchange->body, err);
}

static int build_body(struct pr_http_exchange *exchange, struct pr_err *err)
{
	const json_t *arguments = json_object_get(exchange->values, "arguments");

	if (pr_text_eq(exchange->method, "GET") || json_is_null(arguments))
		return 0;
	if (fill_body(exchange, arguments, err))
		return err && err->code ? (int)err->code
					: pr_buf_check(&exchange->body, "the body", err);
	if (exchange->body.len) {
		exchange->request.body = exchange->body.ptr;
		exchange->request.body_len = exchange->body.len;
	}
	return 0;
}

static int read_seconds(const json_t *value, int64_t *ret_ms, struct pr_err *err)
{
	double seconds;

	*ret_ms = 0;
	if (json_is_null(value))
		return 0;
	if (json_is_boolean(value) || !pr_value_number(value, &seconds) || !(seconds > 0) ||
		seconds > 1e9)
		return pr_fail(err, PR_EINVAL,
			"the timeout of an http activity must be a number of seconds above 0");
	*ret_ms = (int64_t)ceil(seconds * MS_PER_S);
	return 0;
}

/* A number for both, or [connect, read]. */
static int build_timeout(struct pr_http_exchange *exchange, struct pr_err *err)
{
	const json_t *timeout = json_object_get(exchange->values, "timeout");
	const json_t *connect = timeout;
	const json_t *read = timeout;

	if (json_is_array(timeout)) {
		if (json_array_size(timeout) != 2)
			return pr_fail(err, PR_EINVAL,
				"the timeout of an http activity must be a number or [connect, "
				"read]");
		connect = json_array_get(timeout, 0);
		read = json_array_get(timeout, 1);
	}
	if (read_seconds(connect, &exchange->request.connect_ms, err))
		return PR_EINVAL;
	return read_seconds(read, &exchange->request.idle_ms, err);
}

/* urllib3 takes any number, of which it counts whole ones, and has a default of its own for null.
 */
static int64_t retries_of(const json_t *retries)
{
	double count = 0;

	if (json_is_null(retries))
		count = RETRIES_OF_NULL;
	else if (json_is_boolean(retries))
		count = json_is_true(retries);
	else if (!pr_value_number(retries, &count))
		count = 0;
	return (int64_t)fmin(fmax(floor(count), 0), RETRIES_MAX);
}

static void build_policy(struct pr_http_exchange *exchange, const json_t *provider)
{
	const json_t *verify = json_object_get(provider, "verify_tls");

	exchange->policy.verify_tls = !verify || pr_value_truthy(verify);
	exchange->policy.ca_file = json_string_value(verify);
	exchange->retries = retries_of(json_object_get(provider, "max_retries"));
	exchange->request.redirects = REDIRECTS_MAX;
	exchange->request.cookies = true;
	exchange->request.compressed = true;
	exchange->request.netrc = true;
	exchange->request.interim = true;
}

int pr_http_exchange_build(const json_t *provider, const struct pr_scope *scope,
	struct pr_http_exchange *exchange, struct pr_err *err)
{
	static int (*const steps[])(struct pr_http_exchange *, struct pr_err *) = {
		build_url, build_headers, build_body, build_timeout};
	struct pr_err problem = PR_ERR_INIT;
	int rc;

	*exchange = (struct pr_http_exchange){
		.url = PR_BUF_INIT(URL_MAX), .body = PR_BUF_INIT(PR_BUF_TEXT_MAX)};
	build_policy(exchange, provider);
	rc = substitute_fields(provider, scope, &exchange->values, &problem);
	if (!rc)
		rc = build_method(exchange, provider, &problem);
	for (size_t i = 0; i < PR_LEN(steps) && !rc; i++)
		rc = steps[i](exchange, &problem);
	if (!rc)
		return 0;
	pr_http_exchange_release(exchange);
	return pr_fail(err, problem.code ? problem.code : PR_ENOMEM, "%s", problem.msg);
}

int pr_http_exchange_trace(
	struct pr_http_exchange *exchange, const char *traceparent, struct pr_err *err)
{
	exchange->traceparent = pr_text_dup(traceparent);
	if (!exchange->traceparent)
		return pr_fail_nomem(err);
	add_default(exchange, "traceparent", exchange->traceparent);
	return 0;
}

void pr_http_exchange_release(struct pr_http_exchange *exchange)
{
	free(exchange->method);
	pr_buf_release(&exchange->url);
	pr_buf_release(&exchange->body);
	json_decref(exchange->values);
	free(exchange->headers);
	free(exchange->header_bytes);
	free(exchange->traceparent);
	*exchange = (struct pr_http_exchange){0};
}
