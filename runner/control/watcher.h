#ifndef PR_CONTROL_WATCHER_H
#define PR_CONTROL_WATCHER_H

/* Looks at the user's state of an execution while it runs (docs/protocol.md 2.8, 2.10). */

#include "platform/client.h"

#include <stdbool.h>

/* The user asked for the end. Called at most once. */
typedef void pr_watcher_terminate_fn(void *arg, bool skip_rollbacks);

struct pr_watcher {
	struct pr_loop *loop;
	struct pr_platform *platform;
	struct pr_timer timer;
	struct pr_platform_call *call;
	char *path; /* owned */
	int64_t interval_ms;
	bool terminated;
	pr_watcher_terminate_fn *terminate;
	void *arg;
};

/* Looks now, and `interval_ms` after each answer; loop, platform, terminate and arg are set by the
 * caller. */
int pr_watcher_start(struct pr_watcher *watcher, const char *experiment, const char *execution,
	struct pr_err *err);

/* Stops looking and frees the contents. */
void pr_watcher_stop(struct pr_watcher *watcher);

#endif
