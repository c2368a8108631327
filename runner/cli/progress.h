#ifndef PR_CLI_PROGRESS_H
#define PR_CLI_PROGRESS_H

/*
 * Where a run is, for who sits before a terminal: one line at the bottom of it, which is redrawn in
 * place, stays below the lines of the log, and is gone when the run is over. It says which activity
 * of how many runs, for how long, and what comes next. It is drawn by a timer, so a run of many
 * short activities is not slowed down by it.
 */

#include "base/buf.h"
#include "engine/hooks.h"

struct pr_progress;

struct pr_progress_options {
	struct pr_loop *loop;
	int fd;       /* the terminal */
	size_t width; /* of it, in columns; 0: it is asked each time */
};

/* Whether `fd` is a terminal that can redraw a line: by TERM, one that says `dumb` cannot. */
bool pr_progress_is_for(int fd);

/*
 * Takes over the log lines that go to the terminal until it is freed, and starts drawing. Caller
 * frees, before the loop.
 */
int pr_progress_new(const struct pr_progress_options *options, struct pr_progress **ret_progress,
	struct pr_err *err);

/* What tells it how far the run is; to be among the run's hooks. */
struct pr_hook pr_progress_hook(struct pr_progress *progress);

/* The line as it would be drawn now, without control sequences; "" before the run has begun. */
int pr_progress_text(const struct pr_progress *progress, struct pr_buf *out);

/* Takes the line away and gives the log lines back. NULL is allowed. */
void pr_progress_free(struct pr_progress *progress);

#endif
