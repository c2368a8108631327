#ifndef PR_NET_DNS_H
#define PR_NET_DNS_H

/*
 * A question to given servers of the DNS, on the event loop: what the system is configured for is
 * not used. Over UDP, again over TCP where the answer does not fit; one server after the other, two
 * seconds for each attempt, five for all of them, as dnspython does it.
 */

#include "base/err.h"
#include "base/loop.h"

#include <jansson.h>

struct pr_dns_call;

enum pr_dns_failure {
	PR_DNS_OK,
	PR_DNS_NODATA,   /* the name has no record of the type */
	PR_DNS_NXDOMAIN, /* there is no such name */
	PR_DNS_TIMEOUT,
	PR_DNS_SERVERS, /* none gave a usable answer */
};

/* Borrowed by the callback. */
struct pr_dns_result {
	enum pr_dns_failure failure;
	json_t *texts;      /* of OK: the records as texts */
	const char *detail; /* of a failure: one line for a human */
};

typedef void pr_dns_fn(void *arg, const struct pr_dns_result *result);

/* What is asked, and who is told. Borrowed by pr_dns_start only. */
struct pr_dns_request {
	const char *domain;    /* always absolute */
	const char *type;      /* net/dns_message.h */
	const json_t *servers; /* addresses, with a port where it is not 53: "[::1]:5353" */
	pr_dns_fn *fn;
	void *arg;
};

/*
 * Asks. The callback comes once, later, unless the call is freed before. PR_EINVAL for what is no
 * name, type or address.
 */
int pr_dns_start(struct pr_loop *loop, const struct pr_dns_request *request,
	struct pr_dns_call **ret_call, struct pr_err *err);

/* Ends a running call without a callback, or frees a finished one. NULL is allowed. */
void pr_dns_call_free(struct pr_dns_call *call);

#endif
