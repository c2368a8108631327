#ifndef PR_NET_HTTP_H
#define PR_NET_HTTP_H

/*
 * One HTTP client on the event loop for everything: activities, the platform, sources of
 * experiments. A client keeps connections alive between its calls; calls of one client may overlap.
 * Nothing blocks.
 *
 * A call is one request and one answer (after redirects, where they are followed). Its callback
 * comes exactly once, unless the call is freed before.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pr_http_client;
struct pr_http_call;

/*
 * How peers are verified and reached. Strings are copied by the client. What is NULL after
 * keep_alive is not used: certificates and keys given here stay in memory.
 */
struct pr_http_policy {
	bool verify_tls;
	const char *ca_file;     /* NULL: net/tls.h chooses */
	const char *user_agent;  /* NULL: plan-runner/<version> */
	bool keep_alive;         /* false: a new connection a call */
	const char *ca;          /* PEM: the only authorities that are trusted, before ca_file */
	const char *certificate; /* PEM, shown to the peer, with `key` */
	const char *key;         /* PEM without a pass phrase */
	const char *server_name; /* asked for and verified in place of the host of the address */
	const char *connect_to;  /* "host:port:to:port", as libcurl's option of that name */
	const char *proxy;       /* address; goes before those of the environment, no_proxy too */
};

struct pr_http_header {
	const char *name;
	const char *value; /* NULL: the client's default of that name is not sent */
};

/*
 * Takes a piece of the body as it comes; non-zero ends the call, which then counts as answered. It
 * must not free the call or the client.
 */
typedef int pr_http_stream_fn(void *arg, const char *bytes, size_t n);

struct pr_http_request {
	const char *method; /* any token, as it is sent */
	const char *url;    /* http or https, already encoded */
	const struct pr_http_header *headers;
	size_t header_count;
	const void *body; /* NULL: none; copied */
	size_t body_len;
	bool body_stays;    /* it is not copied, since it stays until the call is freed */
	int64_t connect_ms; /* time to connect, TLS included; 0: none */
	int64_t idle_ms;    /* longest silence while reading (docs/engine.md 4.4); 0: none */
	int64_t total_ms;   /* whole call; 0: none */
	size_t body_max;    /* bytes of the answer; more is a failure; 0: 16 MiB */
	int redirects;      /* most that are followed; 0: none are */
	bool cookies;       /* kept between the redirects of this call */
	bool compressed;    /* gzip and deflate are accepted and decoded */
	bool fresh;         /* on a new connection: what a kept one loses, libcurl sends again */
	bool interim;       /* an answer of 101 to 199 is taken for the final one */
	bool handshake;     /* of TLS, directly, and nothing else: the certificate is the answer */
	bool secure;        /* no redirect is followed from https to http */
	bool netrc;         /* logins as python-requests has them (net/netrc.h) */
	pr_http_stream_fn *stream; /* gets what comes with status 200, which is not collected */
	void *stream_arg;
};

/* Why there is no answer. */
enum pr_http_failure {
	PR_HTTP_NONE,    /* there is one, of whatever status */
	PR_HTTP_URL,     /* malformed or unsupported address */
	PR_HTTP_CONNECT, /* refused, reset, name, proxy */
	PR_HTTP_TLS,     /* certificate or handshake */
	PR_HTTP_CONNECT_TIMEOUT,
	PR_HTTP_READ_TIMEOUT, /* idle_ms or total_ms is over */
	PR_HTTP_REDIRECTS,    /* more than allowed */
	PR_HTTP_INCOMPLETE,   /* ended before its length */
	PR_HTTP_TOO_LARGE,
	PR_HTTP_HEADER, /* a header of the request cannot be sent */
	PR_HTTP_MEMORY,
};

/* One header line of the final answer. */
struct pr_http_field {
	char *name;
	char *value;
};

/* Borrowed by the callback. */
struct pr_http_response {
	enum pr_http_failure failure;
	char detail[256]; /* why, for a human; "" without failure */
	int sys;          /* errno, where it was no connection; else 0 */
	bool unresolved;  /* no connection, because a name has no address */
	char peer[80]; /* "10.0.0.1:443": whom it was connected to, a proxy where one is used; "" */
	long proxy_status; /* what a proxy answered to being asked for a tunnel; 0: none was */
	bool sent;         /* whether the request may have reached the peer */
	long status;       /* 0 with a failure before it came */
	struct pr_http_field *fields; /* in order, spelling of the server */
	size_t field_count;
	const char *content_type;         /* NULL when absent */
	struct pr_buf body;               /* decoded */
	const char *url;                  /* where the answer came from, after redirects */
	const unsigned char *certificate; /* of the peer, DER, after a mere handshake; else NULL */
	size_t certificate_len;
	int64_t lookup_us, connect_us, first_byte_us; /* since the start of the last transfer */
	bool connected;       /* over a new connection, whose two times are the first two above */
	char tls_version[16]; /* "TLSv1.3", with `certificate` */
};

typedef void pr_http_fn(void *arg, const struct pr_http_response *response);

/*
 * A client on `loop`, which must outlive it. Proxies come from http_proxy, https_proxy, all_proxy
 * and no_proxy in either case; their passwords are registered as secrets. Caller frees. Initialises
 * libcurl at its first use.
 */
int pr_http_client_new(struct pr_loop *loop, const struct pr_http_policy *policy,
	struct pr_http_client **ret_client, struct pr_err *err);

/* Frees it and its calls, whose callbacks do not come. NULL is allowed. */
void pr_http_client_free(struct pr_http_client *client);

/*
 * Starts a call. Problems of the request itself (address, header) also come through the callback,
 * later. A name that cannot be resolved is tried once more over IPv4 only (docs/build.md). Caller
 * frees with pr_http_call_free, in the callback or before it.
 */
int pr_http_start(struct pr_http_client *client, const struct pr_http_request *request,
	pr_http_fn *fn, void *arg, struct pr_http_call **ret_call, struct pr_err *err);

/* Ends a running call without a callback, or frees a finished one. NULL is allowed. */
void pr_http_call_free(struct pr_http_call *call);

/* The value of a header of the answer (case ignored, several joined with ", "): caller frees; NULL:
 * none. */
char *pr_http_field(const struct pr_http_response *response, const char *name) PR_MUST_CHECK;

/* Reads a date as HTTP writes it (RFC 9110, 5.6.7). Returns false for anything else and NULL. */
bool pr_http_date(const char *text, int64_t *ret_wall_us);

/* Versions of libcurl and of its TLS library, for `version --verbose`. Static. */
const char *pr_http_versions(void);

#endif
