#ifndef PR_NET_RETRY_H
#define PR_NET_RETRY_H

/*
 * When a failed call is worth another attempt, and after how long: pure functions of attempt and
 * outcome (docs/design.md, decision 4).
 */

#include "net/http.h"

#include <stdbool.h>
#include <stdint.h>

enum pr_retry_kind {
	PR_RETRY_IDEMPOTENT, /* GET, PUT, DELETE: after refusals, resets, time-outs, 429 and 5xx */
	PR_RETRY_ONCE_ONLY,  /* POST: only where the peer cannot have acted: refused, 429, 503 */
};

/* Whether the outcome may be tried again. */
bool pr_retry_worthwhile(enum pr_retry_kind kind, const struct pr_http_response *response);

/*
 * Milliseconds before attempt number `attempt` (1 = the first repetition): 200 ms doubled up to 5
 * s, spread by `jitter` (0…1, half to whole of it), or what a Retry-After header in seconds asks,
 * up to 30 s.
 */
int64_t pr_retry_delay_ms(unsigned attempt, double jitter, const struct pr_http_response *response);

#endif
