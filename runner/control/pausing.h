#ifndef PR_CONTROL_PAUSING_H
#define PR_CONTROL_PAUSING_H

/*
 * Pauses of a run as the platform knows them (docs/protocol.md 2.8, 2.10): those that its user
 * orders and those of pause activities. Both are in `pauses` of the extension, and the state of the
 * execution says `pause` while they last.
 *
 * The user's pause begins when the running activity is over: in the method and the rollbacks as an
 * activity of its own, put there by the gate; among the probes of a hypothesis the gate just waits,
 * so that nothing is judged by a pause. The continuous hypothesis goes on beside a pause. What
 * interrupts the run ends a pause, and one that has not begun does not come.
 */

#include "control/watcher.h"
#include "engine/hooks.h"

/* The state that the platform is to have: paused, 0 as `duration_s` without an end, or running. */
typedef void pr_pausing_fn(void *arg, bool paused, int64_t duration_s);

/* `fn` and `arg` are set by the caller; else all zero. */
struct pr_pausing {
	const struct pr_run_view *view; /* NULL: the run has not begun, or is over */
	json_t *extension;              /* borrowed */
	json_t *order;                  /* the user's pause until it begins; owned */
	json_int_t duration_s;          /* of it */
	enum pr_phase placed;           /* where the order has been put; NONE: nowhere */
	const json_t *activity;         /* the one that pauses now, by its address; NULL: none */
	json_t *entry;                  /* in the extension, while a pause lasts; owned */
	struct pr_hook_ticket *ticket;  /* of a gate that waits */
	struct pr_timer timer;          /* until it waits no longer */
	bool owed;       /* the platform may still say `pause`, though there is none any more */
	bool terminated; /* `terminate` stays what the platform says */
	pr_pausing_fn *fn;
	void *arg;
};

/* The run begins; both are borrowed until PR_HOOK_FINISHED. */
void pr_pausing_start(
	struct pr_pausing *pausing, const struct pr_run_view *view, json_t *extension);

/* The user wants this. Of the pauses that a watcher finds again and again the first one counts. */
void pr_pausing_order(struct pr_pausing *pausing, const struct pr_order *order);

/* The platform says `running` again. */
void pr_pausing_settled(struct pr_pausing *pausing);

/* To be called at all points of the run; may answer PR_HOOK_WAIT or bring an activity. */
void pr_pausing_on(struct pr_pausing *pausing, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket, struct pr_hook_answer *answer);

/* The run is interrupted while a gate waits. */
void pr_pausing_cancel(struct pr_pausing *pausing);

/* Frees the contents. */
void pr_pausing_release(struct pr_pausing *pausing);

#endif
