#ifndef PR_CLI_TIME_LIMIT_H
#define PR_CLI_TIME_LIMIT_H

/*
 * The time that a whole run may take (`--timeout`). When it is over, what runs is ended, activities
 * in the background too, and the rollbacks are played by their strategy: the journal says
 * `interrupted`. The rollbacks themselves are not under that limit, since what they do not undo
 * stays: from it on they have as long again, and at least a minute. Then they are ended, too.
 */

#include "engine/run.h"

#include <stdint.h>

/* Least time for the rollbacks after the limit. */
#define PR_TIME_LIMIT_UNDO_MS 60000

/* All zero is one that does nothing. */
struct pr_time_limit {
	struct pr_loop *loop;      /* borrowed, as `run` */
	struct pr_run *const *run; /* NULL in there: no run any more */
	int64_t ms;
	struct pr_timer timer;
	bool undoing; /* the rollbacks are being played */
};

/*
 * Starts counting: the run that is at `run` then is interrupted after `ms`. `limit` must outlive
 * the run. PR_ENOMEM.
 */
int pr_time_limit_start(struct pr_time_limit *limit, struct pr_loop *loop,
	struct pr_run *const *run, int64_t ms, struct pr_err *err);

/* What tells it how far the run is; to be among the run's hooks. */
struct pr_hook pr_time_limit_hook(struct pr_time_limit *limit);

/* Stops counting. */
void pr_time_limit_release(struct pr_time_limit *limit);

/* Reads the value of `--timeout` (NULL: none, 0 in *ret_ms), a duration above zero. PR_EUSAGE. */
int pr_time_limit_read(const char *text, int64_t *ret_ms, struct pr_err *err);

#endif
