#ifndef PR_CONTROL_SETTLING_H
#define PR_CONTROL_SETTLING_H

/*
 * The plan's last status against the platform's own (docs/protocol.md 2.6): a plan that we read as
 * `creating` is written once more by the platform, after it has launched us, and that may replace
 * what we reported. We look for up to 5 s until that was seen, and put our status again.
 */

#include "platform/client.h"

/* All zero is an idle one. */
struct pr_settling {
	struct pr_platform *platform; /* NULL while idle */
	const char *plan;
	struct pr_platform_call *call;
	struct pr_timer timer;
	int64_t until_us;
	pr_loop_fn *fn;
	void *arg;
};

/* Starts, after the closing calls; `fn` comes once, perhaps at once. `plan` is borrowed. */
void pr_settling_start(struct pr_settling *settling, struct pr_platform *platform, const char *plan,
	pr_loop_fn *fn, void *arg);

/* Whether it has been started and has not called back. */
bool pr_settling_active(const struct pr_settling *settling);

/* Ends it without a callback. Nothing when idle. */
void pr_settling_stop(struct pr_settling *settling);

#endif
