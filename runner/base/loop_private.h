#ifndef PR_BASE_LOOP_PRIVATE_H
#define PR_BASE_LOOP_PRIVATE_H

/*
 * What the files of the event loop (loop.c, loop_timer.c, loop_signal.c) and base/child.c share.
 * For those only: everybody else uses base/loop.h.
 */

#include "base/loop.h"

#include <signal.h>
#include <stddef.h>

/* The watch of a descriptor. `generation` tells a late event of an earlier watch of the same
 * number. */
struct pr_loop_slot {
	struct pr_watch *watch;
	uint32_t generation;
};

struct pr_loop_handler {
	pr_signal_fn *fn;
	void *arg;
};

struct pr_loop {
	const struct pr_clock *clock;
	bool stopped;

	int epoll_fd;
	struct pr_loop_slot *slots; /* by descriptor */
	size_t slot_count;
	size_t watch_count;
	uint32_t generation;

	struct pr_timer **timers; /* binary heap by due time, then order */
	size_t timer_count;
	size_t timer_room;
	uint64_t timer_order;

	struct pr_task tasks;   /* head of a ring: what is queued */
	struct pr_task running; /* head of a ring: what the present turn has left to run */

	struct pr_watch signal_watch;
	int signal_fd; /* -1 until the first signal is asked for */
	sigset_t signals;
	sigset_t mask_before;
	struct pr_loop_handler handlers[_NSIG];
	bool child_handled; /* SIGCHLD is */
	bool child_changed; /* some child may have ended */
	struct sigaction child_before;

	struct pr_reap reaps;    /* head of a ring: waited for */
	struct pr_reap checking; /* head of a ring: not looked at yet in the present pass */
	size_t reap_count;
	pid_t *orphans; /* of stopped reaps: to be reaped, nobody to be called */
	size_t orphan_count;
	size_t orphan_room; /* always enough for every running reap as well */
};

/* Frees the heap; its timers become stopped. */
void pr_loop_timers_release(struct pr_loop *loop);

/* Time until the first timer, 0 when it is over, negative when there is none. */
int64_t pr_loop_timer_delay_us(const struct pr_loop *loop);

/* Runs the timers that are due now; those that they start wait for the next turn. */
void pr_loop_timers_run(struct pr_loop *loop);

/* Prepares the lists, notes the signal mask. */
void pr_loop_signals_init(struct pr_loop *loop);

/* Closes the signalfd, forgets the children, puts mask and dispositions back. */
void pr_loop_signals_release(struct pr_loop *loop);

/* As process 1 or subreaper: handles SIGCHLD from now on, whether a child is waited for or not. */
int pr_loop_adopt(struct pr_loop *loop, struct pr_err *err);

/* Reaps what has ended and calls back. */
void pr_loop_children_run(struct pr_loop *loop);

/* The signal mask for children: that of before the loop. Borrowed. */
const sigset_t *pr_loop_child_mask(const struct pr_loop *loop);

#endif
