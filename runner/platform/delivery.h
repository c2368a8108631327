#ifndef PR_PLATFORM_DELIVERY_H
#define PR_PLATFORM_DELIVERY_H

/*
 * The closing calls of an execution, in their order: results, plan status, state
 * (docs/protocol.md 2.9). What an entry of the spool holds is what is sent, so a delivery after an
 * outage is the same code.
 */

#include "platform/client.h"

struct pr_delivery;

struct pr_delivery_result {
	bool delivered;    /* the platform took all three */
	bool refused;      /* it will never take them (4xx, but for what a token or time mends) */
	char message[300]; /* why not; "" when delivered */
};

typedef void pr_delivery_fn(void *arg, const struct pr_delivery_result *result);

/*
 * Starts the three calls of `document` (an entry of the spool, borrowed until the end); no attempt
 * starts after `deadline_us` of the loop's clock, and one under way is given up a second later.
 * `fn` comes once. Caller frees, not from within `fn`. PR_EPROTO: the document is no such entry.
 */
int pr_delivery_start(struct pr_platform *platform, const json_t *document, int64_t deadline_us,
	pr_delivery_fn *fn, void *arg, struct pr_delivery **ret_delivery, struct pr_err *err);

/* An earlier deadline for what is left; a later one changes nothing. */
void pr_delivery_hasten(struct pr_delivery *delivery, int64_t deadline_us);

/* Ends it without its callback. NULL is allowed. */
void pr_delivery_free(struct pr_delivery *delivery);

#endif
