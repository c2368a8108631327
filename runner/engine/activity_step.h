#ifndef PR_ENGINE_ACTIVITY_STEP_H
#define PR_ENGINE_ACTIVITY_STEP_H

/*
 * One execution of one activity, with everything around it: hooks, dry mode, pauses, run entry,
 * provider (docs/engine.md 4.1). Its gate is asked before, by whoever has the list that it stands
 * in. Private to the engine.
 */

#include "base/loop.h"
#include "engine/ask.h"
#include "engine/core.h"

/* How it ended for the sequence that it belongs to. A failed activity is an ordinary end. */
enum pr_step_end {
	PR_STEP_DONE,
	PR_STEP_INTERRUPTED,
	PR_STEP_CRASHED, /* what upstream does not catch; see `error` */
};

enum pr_step_state {
	PR_STEP_IDLE,
	PR_STEP_ASKING, /* hooks, before it starts */
	PR_STEP_PAUSE_BEFORE,
	PR_STEP_RUNNING,
	PR_STEP_PAUSE_AFTER,
	PR_STEP_CLOSING, /* hooks, after it */
	PR_STEP_ENDED,
};

struct pr_step;

/* Comes from the loop, never from within a call of this module. */
typedef void pr_step_fn(void *arg, struct pr_step *step);

/* What is to be executed. The values must live until the end. */
struct pr_step_order {
	json_t *item; /* the element of method, probes or rollbacks; may be a reference */
	enum pr_phase phase;
	bool background;  /* beside the sequence */
	json_t *entries;  /* the list of the journal that the run entry is appended to */
	const char *list; /* its place, for pr_journal_touch; copied */
};

struct pr_step {
	struct pr_core *core;
	struct pr_step_order order;
	char list[64];
	enum pr_step_state state;
	enum pr_step_end end;
	struct pr_err error; /* of CRASHED */
	json_t *activity;    /* resolved; NULL: the reference leads nowhere */
	json_t *pauses;
	json_t *entry; /* NULL when it was never appended */
	size_t index;  /* of the entry in its list */
	int64_t start_us;
	unsigned interruptions; /* how many there had been when it began */
	bool is_dry;
	bool bypassed; /* dry because a hook wanted it */
	bool sleeps;   /* pauses are slept, not only announced */
	bool opened;   /* BEFORE_ACTIVITY was asked, so AFTER_ACTIVITY is */
	struct pr_activity_call *call;
	struct pr_timer timer;
	struct pr_task task;
	struct pr_ask ask;
	struct pr_step *next, *prev; /* the owner's */
	pr_step_fn *fn;
	void *arg;
};

/*
 * Asks at the gate of what is to be executed, as pr_ask_start does. What is no activity has no
 * gate: `fn` comes at once, and the step will say what is wrong with it.
 */
void pr_step_ask_gate(struct pr_ask *ask, struct pr_core *core, const struct pr_step_order *order,
	pr_ask_fn *fn, void *arg);

/* Starts one; caller frees it with pr_step_free, also in `fn`. NULL only for want of memory. */
struct pr_step *pr_step_start(struct pr_core *core, const struct pr_step_order *order,
	pr_step_fn *fn, void *arg) PR_MUST_CHECK;

/*
 * An interruption reaches it: what runs is ended, then the pause after is slept; a pause is cut. It
 * ends by its callback as always.
 */
void pr_step_cut(struct pr_step *step);

/* Cuts it where its activity has not started yet. */
void pr_step_cut_before(struct pr_step *step);

/* Ends what runs; no callback. NULL is allowed. */
void pr_step_free(struct pr_step *step);

#endif
