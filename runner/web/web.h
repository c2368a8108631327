#ifndef PR_WEB_WEB_H
#define PR_WEB_WEB_H

/*
 * An HTTP server on the event loop (libmicrohttpd does the parsing): requests come whole, answers
 * go out whole or as a stream. It knows nothing of what it serves. What is malformed, too large or
 * too slow it refuses itself, as JSON {"detail": …}: 400, 408, 413, 503; what libmicrohttpd cannot
 * even parse, that answers as HTML of its own: 400, 414, 431, 505. It never keeps more than the
 * limits for a client that goes away, stalls, or half-closes.
 */

#include "base/err.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pr_web;
struct pr_web_exchange;

struct pr_web_options {
	const char *address;     /* numeric, IPv4 or IPv6 */
	uint16_t port;           /* 0: a free one */
	const char *certificate; /* PEM text, with `key`: https; NULL: http */
	const char *key;
	size_t body_max;       /* bytes of a request's body; of all at a time four times that */
	size_t connection_max; /* open at a time; the next ones wait */
	unsigned idle_s;       /* silence before a connection is closed */
};

/*
 * Called with each complete request. It must be ended by pr_web_answer or pr_web_stream, at once or
 * later; until then the exchange and all that was borrowed from it stay, also when the client has
 * gone.
 */
typedef void pr_web_fn(void *arg, struct pr_web_exchange *exchange);

/*
 * Called after all requests that were ready in this turn of the loop have been handed out: the time
 * to commit what they share, and to answer them.
 */
typedef void pr_web_turn_fn(void *arg);

struct pr_web_handlers {
	pr_web_fn *request;
	pr_web_turn_fn *turn; /* NULL: none */
	void *arg;
};

/* Listens. PR_EIO with a line that names the address where it cannot. Caller frees. */
int pr_web_new(struct pr_loop *loop, const struct pr_web_options *options,
	const struct pr_web_handlers *handlers, struct pr_web **ret_web, struct pr_err *err);

/* Closes all connections; exchanges not yet answered are gone. Not from a handler. NULL is allowed.
 */
void pr_web_free(struct pr_web *web);

/* Accepts no new connections; requests that are under way may still be answered. */
void pr_web_quiesce(struct pr_web *web);

/* Whether a request has begun to come, or its answer is not sent yet; streams do not count. */
bool pr_web_is_busy(const struct pr_web *web);

/* The port that it listens on. */
uint16_t pr_web_port(const struct pr_web *web);

/* The request. All borrowed until it is answered. */
const char *pr_web_method(const struct pr_web_exchange *exchange);

/* As it came, without query, still percent-encoded; begins with a slash. */
const char *pr_web_path(const struct pr_web_exchange *exchange);

/* Decoded; NULL when there is none of that name, or none that is UTF-8; the last of several; ""
 * without a value. */
const char *pr_web_query(const struct pr_web_exchange *exchange, const char *name);

/* Decodes a name or value of a query or form in place. False where it is no encoding, holds a NUL
 * or is not UTF-8. */
bool pr_web_decode(char *text);

/* Case of the name ignored; NULL: none. */
const char *pr_web_header(const struct pr_web_exchange *exchange, const char *name);

/* *ret_n bytes, NUL-terminated behind them; "" where there is none. */
const char *pr_web_body(const struct pr_web_exchange *exchange, size_t *ret_n);

/* Whether it came over TLS. */
bool pr_web_is_secure(const struct pr_web_exchange *exchange);

struct pr_web_header {
	const char *name;
	const char *value;
};

struct pr_web_answer {
	unsigned status;
	const char *content_type; /* NULL: none, as for an empty body */
	const void *body;         /* copied */
	size_t body_len;
	const struct pr_web_header *headers; /* further ones; copied */
	size_t header_count;
};

/*
 * Ends an exchange, which must not be used any more. A HEAD request gets the headers alone. Where
 * memory is out the connection is closed without an answer.
 */
void pr_web_answer(struct pr_web_exchange *exchange, const struct pr_web_answer *answer);

/* A body that goes on: server-sent events. */
struct pr_web_stream;

/* Called once when the client has gone; the stream must not be used any more. */
typedef void pr_web_closed_fn(void *arg);

/*
 * Ends the exchange by the head of `answer` (its body is the beginning of the stream) and a stream.
 * NULL when memory is out, and for HEAD, which gets the head alone: `closed` does not come. Owned
 * by the server: ended by pr_web_stream_end, or gone after `closed`.
 */
struct pr_web_stream *pr_web_stream(struct pr_web_exchange *exchange,
	const struct pr_web_answer *answer, pr_web_closed_fn *closed, void *arg);

/* Adds bytes. A client that is more than 256 KiB behind is cut off: PR_ELIMIT, and `closed` comes
 * later. */
int pr_web_stream_send(struct pr_web_stream *stream, const void *bytes, size_t n);

/* Ends it; `closed` does not come. */
void pr_web_stream_end(struct pr_web_stream *stream);

#endif
