#ifndef PR_CONTROL_HONEYCOMB_H
#define PR_CONTROL_HONEYCOMB_H

/*
 * Markers of Honeycomb (docs/protocol.md 4.4): where HONEYCOMB_API_KEY is set, a reported run shows
 * there as one, from its start to its end. No control declares it. PLAN_RUNNER_HONEYCOMB_URL
 * replaces https://api.honeycomb.io. Failures are logged once and change nothing.
 */

#include "engine/hooks.h"

struct pr_honeycomb;

/* Writes NULL where no key is set. The key is registered as a secret. Caller frees. */
int pr_honeycomb_new(struct pr_loop *loop, const char *ca_file, struct pr_honeycomb **ret_honeycomb,
	struct pr_err *err);

/* Ends what is under way. NULL is allowed. */
void pr_honeycomb_free(struct pr_honeycomb *honeycomb);

/* The hook to give to the run, behind the reporter's; valid as long as it. */
struct pr_hook pr_honeycomb_hook(struct pr_honeycomb *honeycomb);

#endif
