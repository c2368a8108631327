#ifndef PR_ACTIVITY_HTTP_EXCHANGE_H
#define PR_ACTIVITY_HTTP_EXCHANGE_H

/*
 * The two ends of an http activity: from its fields to a request, from the answer to its output
 * (docs/engine.md 4.4).
 */

#include "base/buf.h"
#include "base/err.h"
#include "experiment/substitute.h"
#include "net/http.h"

#include <jansson.h>

/* A request with everything it points to. */
struct pr_http_exchange {
	struct pr_http_request request;
	struct pr_http_policy policy;
	int64_t retries;
	char *method;
	struct pr_buf url;
	struct pr_buf body;
	json_t *values; /* substituted url, headers, timeout, arguments, verify_tls: kept alive */
	struct pr_http_header *headers;
	char *header_bytes; /* the values of the headers, in ISO-8859-1 */
	char *traceparent;  /* NULL: none is sent */
};

/* Builds it from `provider`. PR_EINVAL, with one line, where upstream raises (bad header, time,
 * list). */
int pr_http_exchange_build(const json_t *provider, const struct pr_scope *scope,
	struct pr_http_exchange *exchange, struct pr_err *err);

/* Sends a `traceparent` unless the experiment has one of its own; at most once. PR_ENOMEM. */
int pr_http_exchange_trace(
	struct pr_http_exchange *exchange, const char *traceparent, struct pr_err *err);

/* Frees the contents. */
void pr_http_exchange_release(struct pr_http_exchange *exchange);

/* {"status", "headers", "body"} of an answer. PR_EINVAL when it says JSON and is none. Caller owns.
 */
int pr_http_exchange_output(
	const struct pr_http_response *response, json_t **ret_output, struct pr_err *err);

#endif
