#ifndef PR_WEB_WEB_PRIVATE_H
#define PR_WEB_WEB_PRIVATE_H

/*
 * Shared by the files of runner/web alone. A connection is ours from libmicrohttpd's notice that it
 * was accepted to the one that it was closed; an exchange from the request line to the notice that
 * the request is over. A connection waits for us suspended: libmicrohttpd does not look at it, so
 * that nothing of it can vanish before the answer.
 */

#include "base/buf.h"
#include "web/web.h"

#include <microhttpd.h>

/* What a client may be behind with a stream. */
#define PR_WEB_BACKLOG_MAX ((size_t)256 << 10)

/* What a connection has for its request's head and the piece that is being sent. */
#define PR_WEB_CONNECTION_MEMORY ((size_t)32 << 10)

#define PR_WEB_TOO_LARGE "the request's body is too large"

/* An accepted connection; `deadline_us` INT64_MAX while it is we who are waited for. */
struct pr_web_peer {
	struct pr_web_peer *next, *prev;
	struct pr_web *web;
	struct MHD_Connection *connection;
	struct pr_web_exchange *exchange; /* NULL between requests */
	int64_t deadline_us;
	int fd;       /* libmicrohttpd's */
	bool refused; /* part of the request may stay unread: the close lingers */
	bool asked;   /* a request line has been seen, now or before */
};

struct pr_web {
	struct pr_loop *loop;
	struct MHD_Daemon *daemon;
	struct pr_web_handlers handlers;
	struct pr_watch watch;
	struct pr_timer timer; /* what libmicrohttpd wants to be woken for */
	struct pr_timer sweep; /* looks for deadlines while there are connections */
	struct pr_task task;
	struct pr_web_peer *peers;
	struct pr_web_linger *lingering;
	size_t linger_count;
	size_t body_max, bodies; /* bytes: of one; that all have now */
	int64_t idle_us;
	uint16_t port;
	bool running; /* in the course of a batch */
	bool handed;  /* requests were handed out since the last turn */
	bool resumed; /* libmicrohttpd has connections to take up again */
	bool secure, closing;
	char last_line[256]; /* of libmicrohttpd's log, for the error of a failed start */
};

enum pr_web_state {
	PR_WEB_READING,  /* the head is complete or not yet; a body may come */
	PR_WEB_HANDED,   /* it is the handler's */
	PR_WEB_ANSWERED, /* `response` waits for libmicrohttpd; NULL: the connection is closed */
	PR_WEB_QUEUED,   /* libmicrohttpd sends it */
};

struct pr_web_stream {
	struct pr_web_exchange *exchange;
	struct pr_buf backlog;
	struct pr_watch
		watch; /* for the client's end, which libmicrohttpd does not see in silence */
	pr_web_closed_fn *closed;
	void *arg;
	bool suspended, ended, cut;
};

struct pr_web_exchange {
	struct pr_web_exchange *self; /* for what is made by the first look */
	struct pr_web *web;
	struct pr_web_peer *peer;
	struct MHD_Connection *connection;
	struct MHD_Response *response;
	struct pr_web_stream *stream;
	const char *method;
	const char *path;
	struct pr_buf body;
	struct pr_web_param *params; /* made by the first look for a query */
	size_t param_count;
	char *param_text;
	enum pr_web_state state;
	unsigned status;
	bool begun, suspended;
	const char *refusal; /* of a request line that is no good */
	size_t uri_len;      /* as it came */
	char *query;         /* NULL: none; into `uri` */
	char uri[];
};

/* A socket that listens at the address: close-on-exec, not blocking. */
int pr_web_listen(const char *address, uint16_t port, int *ret_fd, struct pr_err *err);

/* The port that a listening socket has. */
uint16_t pr_web_bound_port(int fd);

/* MHD_OPTION_URI_LOG_CALLBACK: makes the exchange. NULL when memory is out. */
void *pr_web_on_uri(void *cls, const char *uri, struct MHD_Connection *connection);

/* The access handler. */
enum MHD_Result pr_web_on_request(void *cls, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *data_len, void **slot);

/* MHD_OPTION_NOTIFY_COMPLETED: the exchange is over. */
void pr_web_on_completed(void *cls, struct MHD_Connection *connection, void **slot,
	enum MHD_RequestTerminationCode code);

/* MHD_OPTION_NOTIFY_CONNECTION: makes and frees the peer. */
void pr_web_on_connection(void *cls, struct MHD_Connection *connection, void **slot,
	enum MHD_ConnectionNotificationCode code);

/* Has libmicrohttpd run in the next turn of the loop, unless it is running. */
void pr_web_wake(struct pr_web *web);

/* Gives the peer `us` from now, or for ever with a negative value. */
void pr_web_allow(struct pr_web_peer *peer, int64_t us);

/* Ends peers that are past their deadline. A pr_loop_fn of the web's `sweep`. */
void pr_web_sweep(void *arg);

/* Closes what lingers. */
void pr_web_linger_release(struct pr_web *web);

/* Makes libmicrohttpd look at the exchange's connection again. */
void pr_web_resume(struct pr_web_exchange *exchange);

/* Refuses the exchange by status and {"detail": `detail`}, which is plain text without quotes. */
void pr_web_refuse(struct pr_web_exchange *exchange, unsigned status, const char *detail);

/* Queues the response of an answered exchange; MHD_NO closes the connection. */
enum MHD_Result pr_web_queue(struct pr_web_exchange *exchange);

/* Frees the stream of an exchange that is over, and tells its owner. */
void pr_web_stream_over(struct pr_web_exchange *exchange);

/* Adds what an answer says of its headers. False when memory is out or one is no header. */
bool pr_web_add_headers(struct MHD_Response *response, const struct pr_web_answer *answer);

#endif
