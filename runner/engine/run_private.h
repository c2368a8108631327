#ifndef PR_ENGINE_RUN_PRIVATE_H
#define PR_ENGINE_RUN_PRIVATE_H

/*
 * The inside of a run. Its stages follow one another (docs/engine.md 7.1); each is one function
 * that starts it and one file, and goes on to the next when it is over, from a callback. Private to
 * the engine.
 */

#include "activity/dynamic.h"
#include "activity/vault.h"
#include "engine/continuous.h"
#include "engine/core.h"
#include "engine/hypothesis.h"
#include "engine/recovery.h"
#include "engine/sequence.h"

enum pr_stage {
	PR_STAGE_NEW,
	PR_STAGE_LOADING, /* configuration, secrets, title: there is no journal yet */
	PR_STAGE_GATE,    /* the beginning and the hypothesis before */
	PR_STAGE_METHOD,
	PR_STAGE_AFTER, /* the hypothesis after, and the end of the continuous one */
	PR_STAGE_ROLLBACKS,
	PR_STAGE_CLOSING, /* nothing more is executed */
};

struct pr_run {
	struct pr_core core;
	enum pr_stage stage;
	char *journal_path;        /* NULL: in memory */
	bool dry_when_set;         /* as in the options */
	json_t *var_configuration; /* NULL: none; owned, as all below */
	json_t *var_secrets;
	struct pr_vault *vault; /* while it fetches secrets */
	struct pr_dynamic *dynamic;
	struct pr_hypothesis hypothesis; /* before, then after */
	struct pr_continuous continuous;
	struct pr_sequence sequence;  /* the method, then the rollbacks */
	bool joining;                 /* only the continuous hypothesis is waited for */
	unsigned unwound;             /* interruptions that have been put into effect, of
					 core.interruption.count */
	struct pr_recovery *recovery; /* NULL: an ordinary run; borrowed */
	size_t recovered;             /* of its rollbacks, before those of the sequence */
	bool crashed;                 /* `error` says why */
	struct pr_err error;
	struct pr_ask ask;
	struct pr_task task;
	pr_run_fn *fn;
	void *arg;
};

/* First stage: configuration, secrets, dynamic configuration, title. */
void pr_run_load(struct pr_run *run);

/* Makes the journal; hooks may refuse the run; announces the strategies. */
void pr_run_begin(struct pr_run *run);

/* The hypothesis before the method, where the strategy has one. */
void pr_run_gate(struct pr_run *run);

/* The method, with the continuous hypothesis beside it. */
void pr_run_method(struct pr_run *run);

/* The hypothesis after the method, and the end of the continuous one. */
void pr_run_after(struct pr_run *run);

/* The rollbacks, where the strategy plays them. */
void pr_run_rollbacks(struct pr_run *run);

/* Last stage: status, journal, closing hooks, callback. */
void pr_run_finish(struct pr_run *run);

/* Instead of all stages after the first: plays what a recovery owes, and ends its journal. */
void pr_run_recover(struct pr_run *run);

/* Calls back: all is over. */
void pr_run_over(struct pr_run *run);

/* Ends a run that has no journal yet; run->error says why. */
void pr_run_refuse(struct pr_run *run);

/* Remembers what upstream ends in a traceback. The caller goes to pr_run_finish: no rollbacks. */
void pr_run_crash(struct pr_run *run, const struct pr_err *err);

/* A pr_continuous_fn: goes on where the run waits for nothing else. */
void pr_run_continuous_over(void *arg);

/*
 * Puts an interruption that came since the last call into effect: its line in the log, the status.
 * Returns whether there was one.
 */
bool pr_run_unwind(struct pr_run *run);

/* Asks at a point whose state is `state` (NULL: none) and whose context is the document. */
void pr_run_ask(struct pr_run *run, enum pr_hook_point point, json_t *state, pr_ask_fn *fn);

#endif
