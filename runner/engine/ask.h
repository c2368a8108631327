#ifndef PR_ENGINE_ASK_H
#define PR_ENGINE_ASK_H

/*
 * A question to all hooks at one point of the run (engine/hooks.h). Private to the engine. The
 * answers are put into effect here: one that interrupts goes to pr_run_interrupt before the asker
 * is called back.
 */

#include "base/loop.h"
#include "engine/core.h"

struct pr_ask;

/* All hooks have answered. */
typedef void pr_ask_fn(void *arg);

/* All zero is an idle one. Inside the object that asks. */
struct pr_ask {
	struct pr_core *core; /* NULL while idle */
	struct pr_hook_event event;
	struct pr_hook_ticket ticket;
	struct pr_hook_answer answer; /* by ticket */
	json_t *inserts; /* activities that hooks brought, in the order of the hooks; NULL: none;
			    owned, and `fn` may take it */
	size_t next_hook;
	bool bypass;  /* a hook wants it */
	bool calling; /* a hook is being called */
	bool waiting; /* a hook holds the ticket */
	bool resumed; /* the one that is called or waited for has answered by its ticket */
	struct pr_ask *next, *prev; /* in core->waiting */
	struct pr_task task;
	pr_ask_fn *fn;
	void *arg;
};

/*
 * Asks at event->point and calls `fn` when all have answered: from within this call when no hook
 * waits, else from the loop. `event->run` is filled here; its values must live until `fn` comes.
 */
void pr_ask_start(struct pr_ask *ask, struct pr_core *core, const struct pr_hook_event *event,
	pr_ask_fn *fn, void *arg);

/* Tells the hook that is waited for, if any, to answer soon. */
void pr_ask_hurry(struct pr_ask *ask);

/* Tells every hook that is waited for. */
void pr_ask_hurry_all(struct pr_core *core);

/* Forgets the question and what it brought; no callback. A ticket that is out becomes invalid. */
void pr_ask_release(struct pr_ask *ask);

/* Shows an event to all hooks at a point that does not wait. `event->run` is filled here. */
void pr_ask_tell(struct pr_core *core, const struct pr_hook_event *event);

#endif
