#ifndef PR_NET_HTTP_PRIVATE_H
#define PR_NET_HTTP_PRIVATE_H

/* What the parts of the HTTP client share: http_client.c drives libcurl on the loop, http_call.c is
 * one call. */

#include "net/http.h"
#include "net/netrc.h"

#include <curl/curl.h>

struct pr_http_client {
	struct pr_loop *loop;
	CURLM *multi;
	struct pr_timer timer;        /* libcurl's */
	struct socket_watch *sockets; /* those that libcurl waits for */
	struct pr_http_call *calls;
	char *ca_file;
	char *user_agent;
	char *ca; /* PEM, as the next two */
	char *certificate;
	char *key;
	char *server_name;
	char *proxy;
	char *redirection; /* policy's connect_to */
	bool verify_tls;
	bool keep_alive;
	bool broken; /* libcurl, or what it calls in us, had no memory: calls may never end */
};

struct pr_http_call {
	struct pr_http_client *client;
	struct pr_http_call *next, *prev;
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist *connect_to;
	struct pr_http_request request;    /* numbers, switches and the stream only */
	struct pr_http_field *headers_out; /* owned; a value may be NULL */
	size_t headers_out_count;
	char *method; /* owned, with room for "GET" at least */
	char *url;
	const char *body; /* body_copy, or the caller's with request.body_stays */
	char *body_copy;
	char error[CURL_ERROR_SIZE];
	struct pr_timer idle;
	struct pr_task finish; /* calls back outside of libcurl */
	pr_http_fn *fn;
	void *arg;
	struct pr_http_response response;
	char *content_type;
	unsigned char *certificate; /* OpenSSL's */
	size_t field_cap;
	curl_off_t uploaded;
	int64_t started_us;
	int redirects_left;
	bool in_multi; /* libcurl is working on it */
	bool connected;
	bool ipv4_only;
	bool too_large;
	bool short_of_memory; /* while the next transfer was built, or a header was kept */
	bool stream_ended;    /* by who takes it */
	bool header_ended;    /* what comes behind the header is not waited for */
	bool head_with_body;  /* libcurl does not know that nothing comes behind the header */
	bool redirected;
	bool body_dropped;           /* by a redirect */
	struct pr_netrc_login login; /* of the first address; NULLs: none */
};

/* Gives the call's handle to libcurl; a failure is delivered as the call's outcome. */
void pr_http_client_add(struct pr_http_client *client, struct pr_http_call *call);

/* Takes it back; nothing when libcurl does not have it. */
void pr_http_client_remove(struct pr_http_call *call);

/* libcurl has ended the transfer: redirects, second attempts, or the outcome. */
void pr_http_call_done(struct pr_http_call *call, CURLcode code);

/*
 * Points the call to where its answer sends it. Returns 1: its next transfer can begin; 0: the
 * answer is the final one; PR_ENET: the call has failed.
 */
int pr_http_call_follow(struct pr_http_call *call);

/* The outcome is decided: the callback comes in the next turn of the loop. */
void pr_http_call_fail(struct pr_http_call *call, enum pr_http_failure failure, const char *detail);

/* Copies what the caller of pr_http_start gave. PR_ENOMEM. */
int pr_http_call_copy(struct pr_http_call *call, const struct pr_http_request *request);

/* Frees the copy of the body, when there is one: the call has no body any more. */
void pr_http_call_drop_body(struct pr_http_call *call);

/* Frees the copies. */
void pr_http_call_release_copy(struct pr_http_call *call);

/* Builds url, method, headers and body of the next transfer into the call's handle. */
int pr_http_call_prepare(struct pr_http_call *call, struct pr_err *err);

/* Makes the next transfer end after the handshake, with the peer's certificate kept. */
void pr_http_call_only_shake_hands(struct pr_http_call *call);

/* Frees what a handshake has left. */
void pr_http_call_release_handshake(struct pr_http_call *call);

#endif
