#ifndef PR_CONTROL_WATCHER_H
#define PR_CONTROL_WATCHER_H

/*
 * Looks at the user's state of an execution while it runs (docs/protocol.md 2.8, 2.10), for as long
 * as it runs: after a failure it looks again, each time later.
 */

#include "platform/client.h"

#include <stdbool.h>

enum pr_order_kind {
	PR_ORDER_TERMINATE, /* comes once */
	PR_ORDER_PAUSE,     /* comes at each look that finds it */
	PR_ORDER_RESUME,    /* likewise */
};

/* What the user wants. Borrowed. */
struct pr_order {
	enum pr_order_kind kind;
	bool skip_rollbacks; /* of TERMINATE */
	int64_t duration_s;  /* of PAUSE; 0: until RESUME */
	const char *user;    /* of PAUSE: a name, "" when it is not known */
	const char *user_id;
};

typedef void pr_order_fn(void *arg, const struct pr_order *order);

struct pr_watcher {
	struct pr_loop *loop;
	struct pr_platform *platform;
	struct pr_timer timer;
	struct pr_platform_call *call;
	char *path; /* owned */
	int64_t interval_ms;
	unsigned failures; /* in a row */
	bool outdated;     /* the look under way may find what is no longer so */
	bool terminated;
	pr_order_fn *fn;
	void *arg;
};

/* Looks now, and `interval_ms` after each answer; loop, platform, fn and arg are set by the caller.
 */
int pr_watcher_start(struct pr_watcher *watcher, const char *experiment, const char *execution,
	struct pr_err *err);

/* The state was written by ourselves: of a look that is under way only TERMINATE counts. */
void pr_watcher_outdate(struct pr_watcher *watcher);

/* Stops looking and frees the contents. */
void pr_watcher_stop(struct pr_watcher *watcher);

#endif
