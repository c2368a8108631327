#ifndef PR_ACTIVITY_NATIVE_GH_PULLS_H
#define PR_ACTIVITY_NATIVE_GH_PULLS_H

/* The probes of pull requests, over all pages of their list (docs/protocol.md 6.1). */

#include "activity/native_github.h"

/* The state of such a call. */
struct pr_github_pulls {
	struct pr_github github;
	int64_t start_us; /* of the window */
	bool has_window;
	bool done; /* the pages that follow are not asked for */
	unsigned page;
	size_t open, opened, closed; /* still open; opened, closed in the window */
	json_t *durations;
	/* Takes one pull request; PR_ECANCELED: the rest of the page is not looked at. */
	int (*take)(struct pr_native_call *call, const json_t *pull, struct pr_err *err);
	json_t *(*conclude)(struct pr_native_call *call);
};

/* `start` of closed_pr_ratio. */
int pr_github_ratio_start(struct pr_native_call *call, struct pr_err *err);

/* `start` of pr_duration. */
int pr_github_durations_start(struct pr_native_call *call, struct pr_err *err);

/* `release` of both. */
void pr_github_pulls_release(struct pr_native_call *call);

#endif
