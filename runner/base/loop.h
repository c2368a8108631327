#ifndef PR_BASE_LOOP_H
#define PR_BASE_LOOP_H

/*
 * The event loop: one thread, and everything that happens is a source that calls back: timers, file
 * descriptors, signals, ended children, posted tasks. Sources are structs inside the objects that
 * use them: the loop owns none and allocates none per event. A source may be stopped, restarted or
 * freed from any callback, its own included. Callbacks must not block.
 */

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pr_loop;

/* Called with the `arg` that the source was started with. */
typedef void pr_loop_fn(void *arg);

/* A loop on `clock` (NULL: the system's), which must outlive it. Caller frees. */
int pr_loop_new(const struct pr_clock *clock, struct pr_loop **ret_loop, struct pr_err *err);

/* Frees the loop, restores signal dispositions. Sources still started are forgotten. NULL is
 * allowed. */
void pr_loop_free(struct pr_loop *loop);

/* Runs until pr_loop_stop. PR_EIO only when the system's wait itself fails. */
int pr_loop_run(struct pr_loop *loop, struct pr_err *err);

/* Makes pr_loop_run return after the present callback; called before it, makes it return at once.
 */
void pr_loop_stop(struct pr_loop *loop);

/* The clock of the loop. Borrowed. */
const struct pr_clock *pr_loop_clock(const struct pr_loop *loop);

/* Monotonic time of the loop's clock, in microseconds, read at the call. */
int64_t pr_loop_now_us(const struct pr_loop *loop);

/* Wall time of the loop's clock, in microseconds, read at the call. */
int64_t pr_loop_wall_us(const struct pr_loop *loop);

/* A timer. All zero (= {0}) is a stopped one. */
struct pr_timer {
	struct pr_loop *loop; /* NULL while stopped */
	int64_t due_us;
	uint64_t order; /* equal times run in the order of their start */
	size_t index;   /* place in the loop's heap */
	pr_loop_fn *fn;
	void *arg;
};

/* Calls `fn` once after `delay_us` (negative: 0); a running timer is restarted. PR_ENOMEM. */
int pr_timer_start(
	struct pr_loop *loop, struct pr_timer *timer, int64_t delay_us, pr_loop_fn *fn, void *arg);

/* Stops it; nothing when it is not running. */
void pr_timer_stop(struct pr_timer *timer);

/* Whether it is running. */
bool pr_timer_active(const struct pr_timer *timer);

/* What a descriptor is waited for. */
enum pr_io { PR_IO_READ = 1, PR_IO_WRITE = 2 };

/* `events`: the enum pr_io bits that are ready; errors and hang-ups show as all the bits asked for.
 */
typedef void pr_watch_fn(void *arg, int fd, unsigned events);

/* A watched descriptor. All zero is a stopped one. The descriptor stays the caller's. */
struct pr_watch {
	struct pr_loop *loop;
	int fd;
	unsigned events;
	pr_watch_fn *fn;
	void *arg;
};

/* Starts, or changes the events of, a level-triggered watch; at most one a descriptor. PR_EIO,
 * PR_ENOMEM. */
int pr_watch_start(struct pr_loop *loop, struct pr_watch *watch, int fd, unsigned events,
	pr_watch_fn *fn, void *arg, struct pr_err *err);

/* Stops it; call before the descriptor is closed. */
void pr_watch_stop(struct pr_watch *watch);

/* A task that runs once, in the next turn of the loop. All zero is an idle one. */
struct pr_task {
	struct pr_loop *loop;
	struct pr_task *next, *prev;
	pr_loop_fn *fn;
	void *arg;
};

/* Queues `fn`; a queued task stays where it is. Cannot fail. */
void pr_task_post(struct pr_loop *loop, struct pr_task *task, pr_loop_fn *fn, void *arg);

/* Takes it out of the queue. */
void pr_task_cancel(struct pr_task *task);

typedef void pr_signal_fn(void *arg, int signo);

/*
 * Calls `fn` for each arrival of `signo` until the loop is freed; a second call replaces the
 * function. The signal is blocked for the process and read from a signalfd; children get the mask
 * of before.
 */
int pr_loop_on_signal(
	struct pr_loop *loop, int signo, pr_signal_fn *fn, void *arg, struct pr_err *err);

/* `status` as waitpid gives it. */
typedef void pr_reap_fn(void *arg, pid_t pid, int status);

/* A child that is waited for. All zero is an idle one. */
struct pr_reap {
	struct pr_loop *loop;
	struct pr_reap *next, *prev;
	pid_t pid;
	pr_reap_fn *fn;
	void *arg;
};

/*
 * Calls `fn` once when the child `pid` has ended. The first use makes the loop handle SIGCHLD;
 * ended children that nobody asked for (as process 1, or as the subreaper) are reaped and
 * forgotten.
 */
int pr_reap_start(struct pr_loop *loop, struct pr_reap *reap, pid_t pid, pr_reap_fn *fn, void *arg,
	struct pr_err *err);

/* Nobody is called any more; the loop still reaps the child. */
void pr_reap_stop(struct pr_reap *reap);

#endif
