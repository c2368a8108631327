#ifndef PR_CLI_EXECUTION_H
#define PR_CLI_EXECUTION_H

/* Running one experiment to its end, with signals, for the commands that do. */

#include "engine/run.h"

struct pr_execution {
	bool crashed;    /* there is no outcome, `error` says why */
	char status[16]; /* of the journal */
	bool deviated;
	struct pr_err error;
	json_t *journal; /* owned; NULL when there is none */
};

/*
 * INT, TERM, USR1 and USR2: before a run they are remembered and stop the loop, during one they
 * interrupt it (docs/engine.md 7.2).
 */
struct pr_signals {
	struct pr_loop *loop;
	struct pr_run *run;        /* NULL while there is none */
	int received;              /* the first signal that came without a run */
	bool term_skips_rollbacks; /* docs/protocol.md 1.8 */
	void (*heard)(void *arg);  /* a signal came during a run; NULL: nobody asks */
	void *arg;
};

/* What the command line asks of a run beside its options. */
struct pr_execution_terms {
	int64_t timeout_ms; /* cli/time_limit.h; 0: none */
	bool progress;      /* cli/progress.h, where standard error is a terminal for it */
};

/* Starts handling them; `signals` must outlive the loop. Writing to a pipe that nobody reads is an
 * error from now on, no longer the end. */
int pr_signals_watch(struct pr_signals *signals, struct pr_loop *loop, struct pr_err *err);

/*
 * Runs; errors are those of making the run, what happens in it is in *execution. `terms` may be
 * NULL: none.
 */
int pr_execution_run(struct pr_signals *signals, const struct pr_run_options *options,
	const struct pr_execution_terms *terms, struct pr_execution *execution, struct pr_err *err);

/* Frees the contents. */
void pr_execution_release(struct pr_execution *execution);

#endif
