#ifndef PR_NET_URL_H
#define PR_NET_URL_H

/* Addresses: taken apart, put together, encoded. */

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/*
 * An absolute http or https address with a host. PR_EINVAL with a message that says what is missing
 * ("has no scheme: add https://…").
 */
int pr_url_check(const char *url, struct pr_err *err);

/* Whether the scheme is http (so that links to it begin the same). */
bool pr_url_is_plain_http(const char *url);

/* Host and port as written ("example.com:8443"), without userinfo. Caller frees; NULL: no address.
 */
char *pr_url_netloc(const char *url) PR_MUST_CHECK;

/* Whether the host is this machine: localhost, [::1] or an IPv4 address of 127.0.0.0/8. */
bool pr_url_is_loopback(const char *url);

/* Whether a user name or a password stands before the host. The scheme may be missing. */
bool pr_url_has_login(const char *url);

/*
 * Registers the password before the host with base/redact, as written and decoded. The scheme may
 * be missing, as in a proxy's address. PR_ENOMEM.
 */
int pr_url_hide_password(const char *url, struct pr_err *err);

/* The same address with another host, the port stays. Caller frees; NULL: no address, no memory. */
char *pr_url_replace_host(const char *url, const char *host) PR_MUST_CHECK;

/*
 * Whether credentials meant for `from` may also go to `to`, by the rule of python-requests: the
 * same host, and the same scheme and port or a step from http to https on the usual ports.
 */
bool pr_url_keeps_credentials(const char *from, const char *to);

/*
 * Adds an address with what may not stand in one percent-encoded, as python-requests and urllib3 do
 * it. What is encoded already stays, in capitals, or decoded where it needed no code; where there
 * is a percent sign without one, none of its part counts as encoded. Brackets are encoded
 * everywhere but in the host of an absolute address. A host with characters beyond ASCII gets its
 * form in the DNS (net/idn.h).
 */
int pr_url_requote(const char *url, struct pr_buf *out);

/* The same address without the login before its host. Caller frees; NULL: no memory. */
char *pr_url_without_login(const char *url) PR_MUST_CHECK;

/*
 * Where an answer from `base` points to with `location`, resolved and requoted. Caller frees; NULL:
 * no address comes of it, or no memory.
 */
char *pr_url_resolve(const char *base, const char *location) PR_MUST_CHECK;

/* Percent-encodes for a path segment or a query value: everything but unreserved characters. */
int pr_url_encode(const char *text, size_t n, struct pr_buf *out);

/* As Python's quote_plus, the form encoding of query strings and bodies: space becomes '+'. */
int pr_url_encode_form(const char *text, size_t n, struct pr_buf *out);

#endif
