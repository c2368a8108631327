#ifndef PR_ENGINE_SEQUENCE_H
#define PR_ENGINE_SEQUENCE_H

/*
 * The activities of the method or of the rollbacks, one after the other, with those in the
 * background beside (docs/engine.md 4.2, 6.3, 7.1). Private to the engine.
 */

#include "engine/background.h"

struct pr_sequence;

/* All have ended; `end` and `error` say how. Comes from the loop. */
typedef void pr_sequence_fn(void *arg);

/* All zero is an idle one. */
struct pr_sequence {
	struct pr_core *core; /* NULL while idle */
	enum pr_phase phase;
	json_t *items;   /* an array of the document, which hooks may make longer; owned */
	json_t *entries; /* owned */
	const char *list;
	size_t next;
	bool starting; /* a step is being started */
	bool stopping; /* no further one is */
	struct pr_step *current;
	struct pr_ask gate; /* of the next item */
	struct pr_background background;
	enum pr_step_end end; /* of the whole */
	struct pr_err error;  /* of CRASHED */
	struct pr_task task;
	pr_sequence_fn *fn;
	void *arg;
};

/*
 * Executes `items` (an array). Run entries go to `entries`, which is the journal's list called
 * `list` (static). `phase` is PR_PHASE_METHOD or PR_PHASE_ROLLBACKS.
 */
void pr_sequence_start(struct pr_sequence *sequence, struct pr_core *core, enum pr_phase phase,
	json_t *items, json_t *entries, pr_sequence_fn *fn, void *arg);

/*
 * An interruption: the present activity is ended and no further one starts. Those in the background
 * are waited for, unless nothing else is left to interrupt, or `all` says that they are ended too.
 */
void pr_sequence_interrupt(struct pr_sequence *sequence, bool all);

/* Whether it has been started and has not called back. */
bool pr_sequence_active(const struct pr_sequence *sequence);

/* Ends what runs; no callback. */
void pr_sequence_release(struct pr_sequence *sequence);

#endif
