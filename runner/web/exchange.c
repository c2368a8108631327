#include "web/web_private.h"

#include "base/text.h"

#include <string.h>

/* A client's body may come as slowly as this after the silence that is allowed. */
#define BYTES_PER_S 4096

/* Bodies of the largest size that may be here at a time. */
#define BODIES_MAX 4

static struct pr_web_peer *peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

/* Path and query of a request target in origin or absolute form (RFC 9112, 3.2). */
static const char *split_target(struct pr_web_exchange *exchange)
{
	char *path = exchange->uri;

	if (strncasecmp(path, "http://", 7) == 0)
		path += 7 + strcspn(path + 7, "/?");
	else if (strncasecmp(path, "https://", 8) == 0)
		path += 8 + strcspn(path + 8, "/?");
	exchange->path = path;
	exchange->query = strchr(path, '?');
	if (exchange->query != NULL)
		*exchange->query++ = '\0';
	return path[0] == '/' ? NULL : "the request's path does not begin with a slash";
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static const char *judge(const char *uri)
{
	for (const char *at = uri; *at != '\0'; at++) {
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			return "the request line holds a control character or a space";
		if ((unsigned char)*at >= 0x80)
			return "the request line holds a byte that must be percent-encoded";
		if (*at != '%')
			continue;
		if (!is_hex(at[1]) || !is_hex(at[2]))
			return "the request line holds a percent sign that begins no encoding";
		if (at[1] == '0' && at[2] == '0')
			return "the request line holds an encoded NUL";
	}
	return NULL;
}

void *pr_web_on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct pr_web_peer *peer = peer_of(connection);
	struct pr_web_exchange *exchange;
	size_t len = strlen(uri);

	if (peer == NULL)
		return NULL;
	exchange = calloc(1, sizeof(*exchange) + len + 1);
	if (exchange == NULL)
		return NULL;
	memcpy(exchange->uri, uri, len + 1);
	exchange->self = exchange;
	exchange->web = cls;
	exchange->uri_len = len;
	exchange->peer = peer;
	exchange->connection = connection;
	pr_buf_init(&exchange->body, exchange->web->body_max);
	exchange->refusal = judge(uri);
	if (exchange->refusal == NULL)
		exchange->refusal = split_target(exchange);
	peer->exchange = exchange;
	peer->asked = true;
	pr_web_allow(peer, exchange->web->idle_us);
	return exchange;
}

/* Gives back what the body has taken of that which all may have. */
static void drop_body(struct pr_web_exchange *exchange)
{
	exchange->web->bodies -= exchange->body.len;
	pr_buf_release(&exchange->body);
}

void pr_web_on_completed(void *cls, struct MHD_Connection *connection, void **slot,
	enum MHD_RequestTerminationCode code)
{
	struct pr_web_exchange *exchange = *slot;

	(void)cls;
	(void)connection;
	(void)code;
	*slot = NULL;
	if (exchange == NULL)
		return;
	exchange->peer->exchange = NULL;
	pr_web_allow(exchange->peer, exchange->web->idle_us);
	pr_web_stream_over(exchange);
	if (exchange->response != NULL)
		MHD_destroy_response(exchange->response);
	drop_body(exchange);
	free(exchange->params);
	free(exchange->param_text);
	free(exchange);
}

/* What the head says of host and body. */
struct head {
	unsigned hosts, lengths, codings;
	const char *length, *coding;
	bool spaced; /* white space between a name and its colon */
};

static enum MHD_Result look(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct head *head = cls;
	size_t len = strlen(name);

	(void)kind;
	head->spaced = head->spaced || len == 0 || name[len - 1] == ' ' || name[len - 1] == '\t';
	if (len == 4 && strcasecmp(name, "Host") == 0) {
		head->hosts++;
	} else if (len == 14 && strcasecmp(name, "Content-Length") == 0) {
		head->lengths++;
		head->length = value;
	} else if (len == 17 && strcasecmp(name, "Transfer-Encoding") == 0) {
		head->codings++;
		head->coding = value;
	}
	return MHD_YES;
}

/* Where two readers could take the head for different things, it is refused (RFC 9112, 6.3). */
static const char *judge_head(const struct head *head, const char *version)
{
	if (head->spaced)
		return "a header's name is empty or ends in white space";
	if (head->hosts > 1 || (head->hosts == 0 && strcmp(version, "HTTP/1.1") == 0))
		return "there must be one Host header";
	if (head->lengths + head->codings > 1)
		return "the length of the request's body is not clear";
	if (head->coding != NULL && !pr_text_eq_nocase(head->coding, "chunked"))
		return "the request's body can only be coded as chunked";
	return NULL;
}

/*
 * libmicrohttpd cuts the request line into strings where it stands, and a NUL in it cuts again:
 * then the next string is further away than the one before is long.
 */
static bool has_gap(const char *from, size_t len, const char *to)
{
	uintptr_t start = (uintptr_t)from, end = (uintptr_t)to;

	return end > start && end - start < PR_WEB_CONNECTION_MEMORY && end - start > len + 1;
}

/* The head is complete: what can be refused by it is. */
static void begin(struct pr_web_exchange *exchange, const char *url, const char *version)
{
	struct head head = {0};
	int64_t n = 0;

	MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, look, &head);
	if (exchange->refusal == NULL &&
		(has_gap(exchange->method, strlen(exchange->method), url) ||
			has_gap(url, exchange->uri_len, version)))
		exchange->refusal = "the request line is malformed";
	if (exchange->refusal == NULL)
		exchange->refusal = judge_head(&head, version);
	if (exchange->refusal == NULL && head.length != NULL &&
		(pr_text_int64(head.length, &n, NULL) < 0 || n < 0))
		exchange->refusal = "the length of the request's body is not clear";
	exchange->peer->refused = n > 0 || head.coding != NULL;
	if (exchange->refusal != NULL)
		pr_web_refuse(exchange, 400, exchange->refusal);
	else if ((uint64_t)n > exchange->web->body_max)
		pr_web_refuse(exchange, 413, PR_WEB_TOO_LARGE);
	else
		exchange->peer->refused = false;
}

/* Whoever sends is not known before the body is complete: many must not take all memory. */
static bool keep_piece(struct pr_web_exchange *exchange, const char *data, size_t n)
{
	struct pr_web *web = exchange->web;

	if (pr_buf_add(&exchange->body, data, n) != 0)
		return false;
	web->bodies += n;
	return web->bodies / BODIES_MAX <= web->body_max;
}

/* What came is paid for with time, so that a body may be long but not slow. */
static void collect(struct pr_web_exchange *exchange, const char *data, size_t n)
{
	struct pr_buf *body = &exchange->body;
	int64_t us = exchange->web->idle_us;

	if (exchange->state != PR_WEB_READING)
		return;
	if (keep_piece(exchange, data, n)) {
		exchange->peer->deadline_us += (int64_t)n * 1000000 / BYTES_PER_S;
		return;
	}
	/* a response may not be queued until the body is over: the rest is thrown away */
	if (body->status == PR_ELIMIT)
		pr_web_refuse(exchange, 413, PR_WEB_TOO_LARGE);
	else
		pr_web_refuse(exchange, 503, "the server has no memory for the request now");
	drop_body(exchange);
	exchange->peer->refused = true;
	pr_web_allow(exchange->peer, us);
}

/* Complete: handed to whoever serves, and suspended unless that has answered at once. */
static enum MHD_Result hand(struct pr_web_exchange *exchange)
{
	struct pr_web *web = exchange->web;

	if (exchange->state == PR_WEB_READING) {
		exchange->state = PR_WEB_HANDED;
		web->handed = true;
		pr_web_allow(exchange->peer, -1);
		web->handlers.request(web->handlers.arg, exchange);
	}
	if (exchange->state == PR_WEB_ANSWERED)
		return pr_web_queue(exchange);
	if (exchange->state == PR_WEB_HANDED) {
		exchange->suspended = true;
		MHD_suspend_connection(exchange->connection);
	}
	return MHD_YES;
}

/* NOLINTNEXTLINE(readability-function-size): the signature is libmicrohttpd's */
enum MHD_Result pr_web_on_request(void *cls, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *data_len, void **slot)
{
	struct pr_web_exchange *exchange = *slot;

	(void)cls;
	(void)connection;
	if (exchange == NULL || exchange->web->closing)
		return MHD_NO;
	if (!exchange->begun) {
		exchange->begun = true;
		exchange->method = method;
		begin(exchange, url, version);
		return exchange->state == PR_WEB_ANSWERED ? pr_web_queue(exchange) : MHD_YES;
	}
	if (*data_len > 0) {
		collect(exchange, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	return hand(exchange);
}

void pr_web_resume(struct pr_web_exchange *exchange)
{
	struct pr_web_stream *stream = exchange->stream;

	if (exchange->suspended || (stream != NULL && stream->suspended)) {
		exchange->suspended = false;
		if (stream != NULL)
			stream->suspended = false;
		MHD_resume_connection(exchange->connection);
		pr_web_wake(exchange->web);
	}
}

const char *pr_web_method(const struct pr_web_exchange *exchange)
{
	return exchange->method;
}

const char *pr_web_path(const struct pr_web_exchange *exchange)
{
	return exchange->path;
}

const char *pr_web_header(const struct pr_web_exchange *exchange, const char *name)
{
	const char *value = NULL;
	size_t len = 0;

	if (MHD_lookup_connection_value_n(exchange->connection, MHD_HEADER_KIND, name, strlen(name),
		    &value, &len) != MHD_YES ||
		value == NULL || strlen(value) != len)
		return NULL;
	return value;
}

const char *pr_web_body(const struct pr_web_exchange *exchange, size_t *ret_n)
{
	*ret_n = exchange->body.len;
	return pr_buf_str(&exchange->body);
}

bool pr_web_is_secure(const struct pr_web_exchange *exchange)
{
	return exchange->web->secure;
}
