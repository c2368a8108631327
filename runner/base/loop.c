#include "base/loop_private.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Events that are taken from the system in one turn. */
#define BATCH 64

static void ring_init(struct pr_task *head)
{
	head->next = head;
	head->prev = head;
}

static bool ring_empty(const struct pr_task *head)
{
	return head->next == head;
}

static void ring_append(struct pr_task *head, struct pr_task *task)
{
	task->prev = head->prev;
	task->next = head;
	head->prev->next = task;
	head->prev = task;
}

static void forget_tasks(struct pr_task *head)
{
	while (!ring_empty(head))
		pr_task_cancel(head->next);
}

int pr_loop_new(const struct pr_clock *clock, struct pr_loop **ret_loop, struct pr_err *err)
{
	struct pr_loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		return pr_fail_nomem(err);
	loop->clock = clock ? clock : pr_clock_system();
	ring_init(&loop->tasks);
	ring_init(&loop->running);
	pr_loop_signals_init(loop);
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		int rc = pr_fail_errno(err, errno, "cannot create an event loop");

		free(loop);
		return rc;
	}
	*ret_loop = loop;
	return 0;
}

void pr_loop_free(struct pr_loop *loop)
{
	if (!loop)
		return;
	pr_loop_signals_release(loop);
	pr_loop_timers_release(loop);
	forget_tasks(&loop->tasks);
	forget_tasks(&loop->running);
	for (size_t i = 0; i < loop->slot_count; i++)
		if (loop->slots[i].watch)
			loop->slots[i].watch->loop = NULL;
	free(loop->slots);
	close(loop->epoll_fd);
	free(loop);
}

void pr_loop_stop(struct pr_loop *loop)
{
	loop->stopped = true;
}

const struct pr_clock *pr_loop_clock(const struct pr_loop *loop)
{
	return loop->clock;
}

int64_t pr_loop_now_us(const struct pr_loop *loop)
{
	return loop->clock->monotonic_us(loop->clock->ctx);
}

int64_t pr_loop_wall_us(const struct pr_loop *loop)
{
	return loop->clock->wall_us(loop->clock->ctx);
}

static int reserve_slot(struct pr_loop *loop, int fd)
{
	size_t need = (size_t)fd + 1;
	size_t count = loop->slot_count ? loop->slot_count : 16;
	struct pr_loop_slot *slots;

	if (need <= loop->slot_count)
		return 0;
	while (count < need)
		count *= 2;
	slots = reallocarray(loop->slots, count, sizeof *slots);
	if (!slots)
		return PR_ENOMEM;
	memset(slots + loop->slot_count, 0, (count - loop->slot_count) * sizeof *slots);
	loop->slots = slots;
	loop->slot_count = count;
	return 0;
}

static uint32_t to_epoll(unsigned events)
{
	return (events & PR_IO_READ ? (uint32_t)EPOLLIN : 0) |
	       (events & PR_IO_WRITE ? (uint32_t)EPOLLOUT : 0);
}

static unsigned from_epoll(uint32_t bits, unsigned wanted)
{
	unsigned events = 0;

	if (bits & (EPOLLERR | EPOLLHUP))
		return wanted;
	if (bits & EPOLLIN)
		events |= PR_IO_READ;
	if (bits & EPOLLOUT)
		events |= PR_IO_WRITE;
	return events & wanted;
}

/* A descriptor that was closed and opened again behind our back may be known or unknown to epoll.
 */
static int set_interest(const struct pr_loop *loop, int fd, bool known, unsigned events)
{
	struct epoll_event event = {.events = to_epoll(events)};
	int rc;

	event.data.u64 = (uint64_t)loop->slots[fd].generation << 32 | (uint32_t)fd;
	rc = epoll_ctl(loop->epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
	if (rc && errno == (known ? ENOENT : EEXIST))
		rc = epoll_ctl(loop->epoll_fd, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
	return rc;
}

int pr_watch_start(struct pr_loop *loop, struct pr_watch *watch, int fd, unsigned events,
	pr_watch_fn *fn, void *arg, struct pr_err *err)
{
	struct pr_loop_slot *slot;
	bool known;

	if (fd < 0 || !events)
		return pr_fail(err, PR_EINVAL, "a watch needs a descriptor and an event");
	if (watch->loop && (watch->loop != loop || watch->fd != fd))
		pr_watch_stop(watch);
	if (reserve_slot(loop, fd))
		return pr_fail_nomem(err);
	slot = &loop->slots[fd];
	if (slot->watch && slot->watch != watch)
		return pr_fail(err, PR_EIO, "descriptor %d is watched already", fd);
	known = slot->watch != NULL;
	if (!known)
		slot->generation = ++loop->generation;
	if (set_interest(loop, fd, known, events))
		return pr_fail_errno(err, errno, "cannot watch descriptor %d", fd);
	slot->watch = watch;
	loop->watch_count += !known;
	*watch = (struct pr_watch){.loop = loop, .fd = fd, .events = events, .fn = fn, .arg = arg};
	return 0;
}

void pr_watch_stop(struct pr_watch *watch)
{
	struct pr_loop *loop = watch->loop;

	if (!loop)
		return;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	loop->slots[watch->fd].watch = NULL;
	loop->watch_count--;
	watch->loop = NULL;
}

void pr_task_post(struct pr_loop *loop, struct pr_task *task, pr_loop_fn *fn, void *arg)
{
	if (!task->loop)
		ring_append(&loop->tasks, task);
	task->loop = loop;
	task->fn = fn;
	task->arg = arg;
}

void pr_task_cancel(struct pr_task *task)
{
	if (!task->loop)
		return;
	task->prev->next = task->next;
	task->next->prev = task->prev;
	task->loop = NULL;
}

/* What tasks post waits for the next turn, so that descriptors get theirs. */
static void run_tasks(struct pr_loop *loop)
{
	while (!ring_empty(&loop->tasks)) {
		struct pr_task *task = loop->tasks.next;

		task->prev->next = task->next;
		task->next->prev = task->prev;
		ring_append(&loop->running, task);
	}
	while (!ring_empty(&loop->running) && !loop->stopped) {
		struct pr_task *task = loop->running.next;

		pr_task_cancel(task);
		task->fn(task->arg);
	}
}

static bool urgent(const struct pr_loop *loop)
{
	return loop->child_changed || !ring_empty(&loop->tasks) || !ring_empty(&loop->running);
}

/* Milliseconds for epoll, rounded up so that a timer is over when we wake up. */
static int to_timeout(int64_t delay_us)
{
	if (delay_us < 0)
		return -1;
	if (delay_us / 1000 >= INT_MAX)
		return INT_MAX;
	return (int)((delay_us + 999) / 1000);
}

/* Whether, under a clock that can skip, nothing is waited for but timers (and signals). */
static bool only_timers(const struct pr_loop *loop)
{
	size_t own = loop->signal_fd >= 0 ? 1 : 0;

	return loop->clock->skip && loop->watch_count == own && !loop->reap_count;
}

/* Fills `events`: their number, or -1 with errno. */
static int wait_events(struct pr_loop *loop, struct epoll_event *events)
{
	int64_t delay = urgent(loop) ? 0 : pr_loop_timer_delay_us(loop);
	bool jump = delay > 0 && only_timers(loop);
	int n = epoll_wait(loop->epoll_fd, events, BATCH, jump ? 0 : to_timeout(delay));

	if (n == 0 && delay > 0 && loop->clock->skip)
		loop->clock->skip(loop->clock->ctx, delay);
	return n;
}

static void dispatch(struct pr_loop *loop, const struct epoll_event *event)
{
	uint32_t generation = (uint32_t)(event->data.u64 >> 32);
	size_t fd = (uint32_t)event->data.u64;
	struct pr_watch *watch = loop->slots[fd].watch;
	unsigned events;

	if (!watch || loop->slots[fd].generation != generation)
		return;
	events = from_epoll(event->events, watch->events);
	if (events)
		watch->fn(watch->arg, (int)fd, events);
}

static int turn(struct pr_loop *loop, struct pr_err *err)
{
	struct epoll_event events[BATCH];
	int n = wait_events(loop, events);

	if (n < 0 && errno != EINTR)
		return pr_fail_errno(err, errno, "cannot wait for events");
	for (int i = 0; i < n && !loop->stopped; i++)
		dispatch(loop, &events[i]);
	if (!loop->stopped)
		pr_loop_children_run(loop);
	if (!loop->stopped)
		pr_loop_timers_run(loop);
	if (!loop->stopped)
		run_tasks(loop);
	return 0;
}

int pr_loop_run(struct pr_loop *loop, struct pr_err *err)
{
	int rc = pr_loop_adopt(loop, err);

	while (!rc && !loop->stopped)
		rc = turn(loop, err);
	loop->stopped = false;
	return rc;
}
