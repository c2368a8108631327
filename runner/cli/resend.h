#ifndef PR_CLI_RESEND_H
#define PR_CLI_RESEND_H

/*
 * Delivering what the spool holds for one host and organisation (docs/design.md, decision 5): all
 * of it by `report resend`, what a few seconds allow after each run.
 */

#include "cli/execution.h"
#include "platform/client.h"

/* What became of an entry, for a human: "delivered", "kept: <why>". `execution` may be NULL. */
typedef void pr_resend_fn(void *arg, const char *execution, const char *outcome, bool delivered);

struct pr_resend {
	struct pr_signals *signals; /* one that comes ends it */
	const struct pr_service *service;
	struct pr_platform *platform;
	int64_t entry_ms;  /* for one entry */
	int64_t until_us;  /* of the loop's clock: no entry starts after it; 0: all are tried */
	pr_resend_fn *say; /* called for each entry, except those of others when `quiet` */
	void *arg;
	bool quiet;
	size_t delivered; /* counted */
	size_t kept;
};

/*
 * Visits the spool and runs the loop meanwhile. What the platform has refused for a week is
 * removed. Failures of an entry are counted and told, those of the spool itself are the error.
 */
int pr_resend_all(struct pr_resend *resend, struct pr_err *err);

#endif
