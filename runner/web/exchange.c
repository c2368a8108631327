#include "web/web_private.h"

#include "base/text.h"

#include <string.h>

/* A client's body may come as slowly as this after the silence that is allowed. */
#define BYTES_PER_S 4096

/* A body of known length gets its memory at once up to this. */
#define RESERVE_MAX ((size_t)64 << 10)

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
	exchange->peer = peer;
	exchange->connection = connection;
	pr_buf_init(&exchange->body, exchange->web->body_max);
	exchange->refusal = judge(uri);
	if (exchange->refusal == NULL)
		exchange->refusal = split_target(exchange);
	peer->exchange = exchange;
	pr_web_allow(peer, exchange->web->idle_us);
	return exchange;
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
	pr_buf_release(&exchange->body);
	free(exchange->params);
	free(exchange->param_text);
	free(exchange);
}

static const char *first_header(struct pr_web_exchange *exchange, const char *name)
{
	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

/* The head is complete: what can be refused by it is. */
static void begin(struct pr_web_exchange *exchange)
{
	const char *length = first_header(exchange, "Content-Length");
	int64_t n = 0;

	if (exchange->refusal != NULL) {
		pr_web_refuse(exchange, 400, exchange->refusal);
		return;
	}
	if (length == NULL)
		return;
	if (first_header(exchange, "Transfer-Encoding") != NULL ||
		pr_text_int64(length, &n, NULL) < 0 || n < 0) {
		pr_web_refuse(exchange, 400, "the length of the request's body is not clear");
		return;
	}
	if ((uint64_t)n > exchange->web->body_max)
		pr_web_refuse(exchange, 413, "the request's body is too large");
}

static void collect(struct pr_web_exchange *exchange, const char *data, size_t *len)
{
	size_t n = *len;
	int64_t more = exchange->web->idle_us;

	*len = 0;
	if (exchange->state != PR_WEB_READING)
		return;
	if (pr_buf_add(&exchange->body, data, n) < 0) {
		pr_web_refuse(exchange, exchange->body.status == PR_ELIMIT ? 413 : 503,
			exchange->body.status == PR_ELIMIT ? "the request's body is too large"
							   : "the server is out of memory");
		return;
	}
	(void)more;
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

enum MHD_Result pr_web_on_request(void *cls, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *data_len, void **slot)
{
	struct pr_web_exchange *exchange = *slot;

	(void)cls;
	(void)connection;
	(void)url;
	(void)version;
	if (exchange == NULL || exchange->web->closing)
		return MHD_NO;
	if (!exchange->begun) {
		exchange->begun = true;
		exchange->method = method;
		begin(exchange);
		return exchange->state == PR_WEB_ANSWERED ? pr_web_queue(exchange) : MHD_YES;
	}
	if (*data_len > 0) {
		collect(exchange, data, data_len);
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
