#ifndef PR_ENGINE_HOOKS_H
#define PR_ENGINE_HOOKS_H

/*
 * How others take part in a run: the reporter, the native controls, later python controls. The
 * engine knows none of them. At each point of a run it asks every hook in order; a hook looks, may
 * change document, configuration, secrets and state, and answers go on, wait (it calls back), or
 * interrupt.
 */

#include "base/err.h"
#include "base/loop.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * The points of a run, in their order (docs/engine.md 7.1, 7.3, 7.4). Where a point says "waits", a
 * hook may answer PR_HOOK_WAIT; elsewhere that is taken as go on. Where it says "inserts", an
 * answer may bring an activity of its own (struct pr_hook_answer).
 */
enum pr_hook_point {
	PR_HOOK_STARTED,           /* journal made, nothing run yet; waits */
	PR_HOOK_BEFORE_EXPERIMENT, /* waits */
	PR_HOOK_BEFORE_HYPOTHESIS, /* waits; `phase` tells which */
	PR_HOOK_AFTER_HYPOTHESIS,  /* waits; state: the hypothesis state */
	PR_HOOK_BEFORE_METHOD,     /* waits */
	PR_HOOK_AFTER_METHOD,      /* waits; state: the list of runs */
	PR_HOOK_BEFORE_ROLLBACKS,  /* waits */
	PR_HOOK_AFTER_ROLLBACKS,   /* waits; state: the list of runs */
	PR_HOOK_GATE,              /* may this activity start? waits, inserts */
	PR_HOOK_BEFORE_ACTIVITY,   /* waits; context: the activity */
	PR_HOOK_ENTRY,             /* the run entry was appended to the journal; state: the entry */
	PR_HOOK_AFTER_ACTIVITY,    /* waits, inserts; state: the run entry, complete */
	PR_HOOK_CONTINUOUS,        /* one continuous iteration ended; state: the hypothesis state */
	PR_HOOK_INTERRUPTED,       /* the run is being interrupted; `reason` */
	PR_HOOK_AFTER_EXPERIMENT,  /* waits; state: the journal */
	PR_HOOK_FINISHED,          /* the journal is on disk and final; waits (closing calls) */
};

/* Where in the run a hypothesis or an activity stands. */
enum pr_phase {
	PR_PHASE_NONE,
	PR_PHASE_BEFORE, /* the hypothesis as a gate */
	PR_PHASE_METHOD,
	PR_PHASE_DURING, /* the continuous hypothesis */
	PR_PHASE_AFTER,
	PR_PHASE_ROLLBACKS,
};

struct pr_pauses;

/* The run as hooks see it. Everything is the engine's; values may be changed in place. */
struct pr_run_view {
	struct pr_loop *loop;
	json_t *document; /* the experiment: also journal["experiment"] */
	json_t *configuration;
	json_t *secrets;
	json_t *settings;
	json_t *journal;
	const char *run_id;       /* UUID of this run */
	const char *journal_path; /* NULL: it is in memory only */
	struct pr_pauses *pauses; /* who waits in a pause activity (activity/pauses.h) */
	char *traceparent; /* PR_TRACEPARENT_SIZE bytes, in which ENTRY may leave the trace context
			      for the requests of that activity (activity/provider.h) */
};

struct pr_hook_event {
	enum pr_hook_point point;
	enum pr_phase phase;
	const struct pr_run_view *run;
	json_t *context;    /* the document, the hypothesis or the activity */
	json_t *state;      /* as the points say, else NULL */
	bool background;    /* of an activity: it runs beside the sequence */
	const char *reason; /* of INTERRUPTED */
};

enum pr_hook_verdict {
	PR_HOOK_CONTINUE,
	PR_HOOK_WAIT,      /* the hook calls pr_hook_resume with the ticket, exactly once */
	PR_HOOK_INTERRUPT, /* the run ends as interrupted */
};

/* An answer. A hook that only looks leaves it as it is: go on. */
struct pr_hook_answer {
	enum pr_hook_verdict verdict;
	char reason[256];    /* of INTERRUPT: for the log */
	bool skip_rollbacks; /* of INTERRUPT: in every strategy (docs/engine.md 6.3, SIGUSR2) */
	bool never_started; /* of INTERRUPT at STARTED: nothing was touched, so nothing is undone */
	/*
	 * Of CONTINUE at GATE and AFTER_ACTIVITY in the method or the rollbacks: an activity that
	 * is put into that list, before the one at the gate or behind the one that is over, and
	 * executed next as if it had been written there. The gate is asked for it, then again for
	 * the one that it came before. Taken (one reference); elsewhere, behind an activity in the
	 * background and in an interrupted run it is dropped.
	 */
	json_t *insert;
	/*
	 * Of CONTINUE at BEFORE_ACTIVITY: the activity is not executed, without pauses, as in a dry
	 * run, and counts as one that succeeded with null; a tolerance counts as met.
	 */
	bool bypass;
};

/*
 * What a waiting hook holds; its asker's, valid until resumed or until the run is freed. The asker
 * is the engine, or a hook that hands the points on to others (control/controls.h).
 */
struct pr_hook_ticket {
	void (*resume)(struct pr_hook_ticket *ticket, const struct pr_hook_answer *answer);
};

/* Ends the wait with an answer other than PR_HOOK_WAIT. May be called from any callback of the
 * loop. */
void pr_hook_resume(struct pr_hook_ticket *ticket, const struct pr_hook_answer *answer);

/* One participant. `self` is the first argument of its functions. */
struct pr_hook {
	const char *name; /* for the log */
	/*
	 * Called at every point. `ticket` is to be kept only when answering PR_HOOK_WAIT. A wait
	 * must end: the engine sets no limit except that an interruption of the run calls `cancel`.
	 */
	void (*on)(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
		struct pr_hook_answer *answer);
	/* The run is interrupted while this hook waits at a point other than FINISHED: resume soon.
	 * May be NULL. */
	void (*cancel)(void *self);
	void *self;
};

/* Name of a point for logs and tests: "before-activity". Static. */
const char *pr_hook_point_name(enum pr_hook_point point);

/* Name of a phase likewise: "method". Static. */
const char *pr_phase_name(enum pr_phase phase);

#endif
