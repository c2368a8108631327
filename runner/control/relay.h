#ifndef PR_CONTROL_RELAY_H
#define PR_CONTROL_RELAY_H

/*
 * A point of the run handed on to several hooks by one of them, one after the other, each of which
 * may wait. Points may overlap, as those of background activities do.
 */

#include "engine/hooks.h"

#include <stddef.h>

/* The points under way. All zero: none. */
struct pr_relay {
	struct pr_relay_turn *first;
};

/* One point on its way through the hooks. */
struct pr_relay_turn {
	struct pr_hook_ticket ticket; /* for the hooks */
	struct pr_relay *relay;
	struct pr_hook_event event;
	struct pr_hook_ticket *outer; /* of who handed the point to us */
	struct pr_hook_answer answer; /* of all so far */
	struct pr_hook_answer given;  /* by ticket */
	const struct pr_hook **hooks; /* as often as they are called */
	size_t count;
	size_t next;
	bool calling; /* a hook is being called */
	bool waiting; /* a hook holds the ticket */
	bool resumed; /* it has answered by its ticket */
	bool hurried; /* the run was interrupted meanwhile */
	struct pr_task task;
	struct pr_relay_turn *following;
};

/* Starts with a point that no hook hears of yet. NULL: no memory. Ends by pr_relay_go. */
struct pr_relay_turn *pr_relay_new(struct pr_relay *relay, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket) PR_MUST_CHECK;

/* `hook` is called after those that were added before; it must outlive the relay. PR_ENOMEM. */
int pr_relay_add(struct pr_relay_turn *turn, const struct pr_hook *hook);

/*
 * Calls them. Writes what they answered together: the first interruption, the first activity that
 * is brought; or PR_HOOK_WAIT, and resumes the ticket later. After an interruption no further hook
 * is called, where that can still stop anything. The turn is gone afterwards.
 */
void pr_relay_go(struct pr_relay_turn *turn, struct pr_hook_answer *answer);

/* As `cancel` of struct pr_hook, for all that wait. */
void pr_relay_cancel(struct pr_relay *relay);

/* Forgets the points under way; nobody is resumed. */
void pr_relay_release(struct pr_relay *relay);

#endif
