#ifndef PR_ENGINE_RUN_H
#define PR_ENGINE_RUN_H

/*
 * One run of one experiment, from its configuration to the finished journal (docs/engine.md 7.1). A
 * state machine on the event loop: it is started, and calls back when all is over, the hooks'
 * closing work included.
 */

#include "activity/provider.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/loop.h"
#include "engine/hooks.h"
#include "experiment/strategy.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_run;
struct pr_recovery;

/* How an activity is started: pr_activity_start, or another one in tests. */
typedef int pr_activity_start_fn(const struct pr_activity_env *env, const json_t *activity,
	pr_activity_fn *fn, void *arg, struct pr_activity_call **ret_call, struct pr_err *err);

struct pr_run_options {
	json_t *document;                /* an object; the run takes a reference and changes it */
	json_t *settings;                /* NULL: none */
	const json_t *var_configuration; /* overrides, NULL: none */
	const json_t *var_secrets;
	struct pr_strategies strategies;
	/*
	 * The journal's `experiment` says "dry" only of a dry run, as reliably's does; otherwise
	 * always, null when it is none, as chaos' does (docs/engine.md 8).
	 */
	bool dry_when_set;
	struct pr_limits limits;
	const char *journal_path;    /* NULL: the journal stays in memory */
	const char *ca_file;         /* NULL: net/tls.h chooses */
	const struct pr_hook *hooks; /* copied */
	size_t hook_count;
	pr_activity_start_fn *start; /* NULL: pr_activity_start */
	/*
	 * Plays what this recovery owes instead of the experiment, and ends its journal, which is
	 * at journal_path; `document` and the strategies are the recovery's. Hooks see its
	 * activities only. Where it was interrupted, the journal has no end afterwards. NULL: none.
	 * Borrowed.
	 */
	struct pr_recovery *recovery;
};

/* How the run ended. Borrowed by the callback. */
struct pr_run_result {
	const char *status; /* "completed", "failed", "aborted", "interrupted"; NULL: it crashed,
			       see error */
	bool deviated;
	json_t *journal; /* NULL when it crashed before there was one */
	/*
	 * One line for a human of a crash (docs/engine.md 7.1), or, with a status, of a journal
	 * that could not be written at the end; NULL: neither.
	 */
	const struct pr_err *error;
};

typedef void pr_run_fn(void *arg, const struct pr_run_result *result);

/*
 * Makes a run; nothing happens yet, except that a journal_path that cannot be written is refused.
 * Strings and tables are copied. Caller frees.
 */
int pr_run_new(struct pr_loop *loop, const struct pr_run_options *options, struct pr_run **ret_run,
	struct pr_err *err);

/* Starts it; `fn` comes once, from the loop. */
int pr_run_start(struct pr_run *run, pr_run_fn *fn, void *arg, struct pr_err *err);

/* Who asks for the end. */
enum pr_interrupt_kind {
	PR_INTERRUPT_SIGINT,  /* rollbacks by strategy */
	PR_INTERRUPT_SIGTERM, /* likewise, other words in the log */
	PR_INTERRUPT_USR1,    /* "exit gracefully": rollbacks by strategy */
	PR_INTERRUPT_USR2,    /* "exit ungracefully": no rollbacks; background activities are not
				 awaited, rollbacks are */
	PR_INTERRUPT_ORDER,   /* a control: `reason` says which; rollbacks by strategy */
	PR_INTERRUPT_TIMEOUT, /* a time limit: likewise, and background activities are ended, too */
};

/*
 * Interrupts the run (docs/engine.md 7.2): the present activity is ended, then rollbacks by
 * strategy. The first interruption decides; one during rollbacks ends those. `reason` (NULL: by
 * kind) is logged.
 */
void pr_run_interrupt(struct pr_run *run, enum pr_interrupt_kind kind, const char *reason);

/* Frees it and ends everything it started. NULL is allowed. */
void pr_run_free(struct pr_run *run);

#endif
