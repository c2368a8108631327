#ifndef PR_ACTIVITY_PAUSES_H
#define PR_ACTIVITY_PAUSES_H

/*
 * Who waits in a pause, so that a user's `resume` ends the waits (docs/protocol.md 2.8, 6.1
 * `pause_execution`). One list for a run; the engine owns it, calls of pause activities enter it,
 * and the reporter wakes them.
 */

#include "base/loop.h"

/* One that waits. Its owner's; it must leave before it is freed. */
struct pr_pause {
	struct pr_pause **link; /* what points to it; NULL: it does not wait */
	struct pr_pause *next;
	pr_loop_fn *wake; /* the user wants to go on; the pause has left the list before */
	void *arg;
};

struct pr_pauses {
	struct pr_pause *first;
};

/* `pause` waits from now on; `wake` and `arg` are set. */
void pr_pauses_enter(struct pr_pauses *pauses, struct pr_pause *pause);

/* `pause` (zeroed, or entered once) waits no longer; nothing happens when it does not wait. */
void pr_pause_leave(struct pr_pause *pause);

/* Wakes all that wait now. */
void pr_pauses_resume(struct pr_pauses *pauses);

#endif
