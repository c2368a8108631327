#ifndef PR_CONTROL_CREATION_H
#define PR_CONTROL_CREATION_H

/*
 * Creating the execution, exactly once (docs/design.md, decision 4): a POST is repeated only where
 * the platform cannot have acted; after a doubtful failure the plan's executions are searched for
 * this run's id first.
 */

#include "platform/client.h"

struct pr_creation;

struct pr_creation_request {
	const char *experiment;
	const char *plan;
	const char *run_id;
	const json_t *body;  /* docs/protocol.md 2.7 */
	int64_t deadline_us; /* of the loop's clock */
};

/* `execution` is NULL when none could be created; then `message` says why. Borrowed. */
typedef void pr_creation_fn(void *arg, const char *execution, const char *message);

/* Starts it; `request` is copied. `fn` comes once; caller frees, not from within `fn`. */
int pr_creation_start(struct pr_loop *loop, struct pr_platform *platform,
	const struct pr_creation_request *request, pr_creation_fn *fn, void *arg,
	struct pr_creation **ret_creation, struct pr_err *err);

/* Ends it without a callback. NULL is allowed. */
void pr_creation_free(struct pr_creation *creation);

#endif
