#ifndef PR_SERVER_MANAGED_H
#define PR_SERVER_MANAGED_H

/*
 * One run of a managed deployment: plan-runner, started in a folder of its own, told by its
 * environment where the platform is and whose plan it executes (docs/protocol.md 5 and 5.2), and
 * watched until it has ended. What it prints goes into our debug log.
 */

#include "base/err.h"
#include "base/loop.h"

#include <sys/types.h>

struct pr_managed;

struct pr_managed_order {
	const char *runner; /* the program: a path, or searched in PATH */
	const char *url;    /* of the platform */
	const char *token;
	const char *organization;
	const char *user;
	const char *plan;
	const char
		*folder; /* it works in, and takes for its home; NULL: one that is removed again */
};

/* How it ended. Borrowed by the callback. */
struct pr_managed_end {
	pid_t pid;
	int status;       /* as of waitpid */
	const char *said; /* the last line that it printed, of errors if there were any; else "" */
};

typedef void pr_managed_fn(void *arg, const struct pr_managed_end *end);

/*
 * Starts it; the order is copied. `fn` is called once when it has ended, and may free it.
 * PR_ENOTFOUND where the program or the folder is missing. When we die, it is asked to end by
 * SIGTERM, as by pr_managed_end: its rollbacks run. Caller frees.
 */
int pr_managed_start(struct pr_loop *loop, const struct pr_managed_order *order, pr_managed_fn *fn,
	void *arg, struct pr_managed **ret_managed, struct pr_err *err);

/* Asks it to end; `fn` comes when it has. */
void pr_managed_stop(struct pr_managed *managed);

/* Kills it where it still lives; `fn` is not called. NULL is allowed. */
void pr_managed_free(struct pr_managed *managed);

#endif
