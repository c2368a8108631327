#ifndef PR_ENGINE_HYPOTHESIS_H
#define PR_ENGINE_HYPOTHESIS_H

/*
 * One check of the steady-state hypothesis: its probes in order, each with its tolerance, up to the
 * first one that is not met (docs/engine.md 6.1). Private to the engine.
 */

#include "engine/activity_step.h"

enum pr_hypothesis_end {
	PR_HYPOTHESIS_MET,
	PR_HYPOTHESIS_MISSED, /* a probe is out of its tolerance */
	PR_HYPOTHESIS_FAILED, /* a probe itself failed */
	PR_HYPOTHESIS_INTERRUPTED,
	PR_HYPOTHESIS_CRASHED, /* see `error` */
};

typedef void pr_hypothesis_fn(void *arg);

/* All zero is an idle one. */
struct pr_hypothesis {
	struct pr_core *core; /* NULL while idle */
	enum pr_phase phase;
	json_t *section; /* `steady-state-hypothesis`; owned */
	json_t *state;   /* as in the journal; owned, valid until the next start */
	json_t *probes;  /* of the state; borrowed */
	char list[64];   /* place of `probes` in the journal */
	size_t next;
	unsigned interruptions; /* how many there had been when it began */
	struct pr_step *step;
	struct pr_step *probed;        /* the step whose tolerance is being evaluated by a probe */
	json_t *tolerance;             /* of the type probe, while `call` runs; owned */
	struct pr_activity_call *call; /* that probe */
	enum pr_hypothesis_end end;
	struct pr_err error;
	struct pr_ask ask;
	struct pr_task task;
	pr_hypothesis_fn *fn;
	void *arg;
};

/*
 * Starts a check in the phase before, during or after; `fn` comes from the loop. The state is in
 * the journal from the beginning on, and is taken out again when it is interrupted.
 */
void pr_hypothesis_start(struct pr_hypothesis *hypothesis, struct pr_core *core,
	enum pr_phase phase, pr_hypothesis_fn *fn, void *arg);

/* An interruption: what runs is ended and no further probe starts. */
void pr_hypothesis_interrupt(struct pr_hypothesis *hypothesis);

/* Whether it has been started and has not called back. */
bool pr_hypothesis_active(const struct pr_hypothesis *hypothesis);

/* Ends what runs; no callback. */
void pr_hypothesis_release(struct pr_hypothesis *hypothesis);

#endif
