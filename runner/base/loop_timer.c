#include "base/loop_private.h"

#include <stdlib.h>

static bool earlier(const struct pr_timer *a, const struct pr_timer *b)
{
	if (a->due_us != b->due_us)
		return a->due_us < b->due_us;
	return a->order < b->order;
}

static void place(struct pr_loop *loop, size_t i, struct pr_timer *timer)
{
	loop->timers[i] = timer;
	timer->index = i;
}

static void sift_up(struct pr_loop *loop, size_t i)
{
	struct pr_timer *timer = loop->timers[i];

	while (i > 0 && earlier(timer, loop->timers[(i - 1) / 2])) {
		place(loop, i, loop->timers[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(loop, i, timer);
}

static void sift_down(struct pr_loop *loop, size_t i)
{
	struct pr_timer *timer = loop->timers[i];
	size_t child = 2 * i + 1;

	while (child < loop->timer_count) {
		if (child + 1 < loop->timer_count &&
			earlier(loop->timers[child + 1], loop->timers[child]))
			child++;
		if (!earlier(loop->timers[child], timer))
			break;
		place(loop, i, loop->timers[child]);
		i = child;
		child = 2 * i + 1;
	}
	place(loop, i, timer);
}

static int grow(struct pr_loop *loop)
{
	size_t room = loop->timer_room ? loop->timer_room * 2 : 16;
	struct pr_timer **timers;

	if (loop->timer_count < loop->timer_room)
		return 0;
	timers = reallocarray(loop->timers, room, sizeof *timers);
	if (!timers)
		return PR_ENOMEM;
	loop->timers = timers;
	loop->timer_room = room;
	return 0;
}

static int64_t due_after(const struct pr_loop *loop, int64_t delay_us)
{
	int64_t due;

	if (__builtin_add_overflow(pr_loop_now_us(loop), delay_us < 0 ? 0 : delay_us, &due))
		return INT64_MAX;
	return due;
}

int pr_timer_start(
	struct pr_loop *loop, struct pr_timer *timer, int64_t delay_us, pr_loop_fn *fn, void *arg)
{
	pr_timer_stop(timer);
	if (grow(loop))
		return PR_ENOMEM;
	timer->loop = loop;
	timer->due_us = due_after(loop, delay_us);
	timer->order = loop->timer_order++;
	timer->fn = fn;
	timer->arg = arg;
	place(loop, loop->timer_count++, timer);
	sift_up(loop, timer->index);
	return 0;
}

void pr_timer_stop(struct pr_timer *timer)
{
	struct pr_loop *loop = timer->loop;
	size_t i = timer->index;

	if (!loop)
		return;
	timer->loop = NULL;
	loop->timer_count--;
	if (i == loop->timer_count)
		return;
	place(loop, i, loop->timers[loop->timer_count]);
	sift_up(loop, i);
	sift_down(loop, i);
}

bool pr_timer_active(const struct pr_timer *timer)
{
	return timer->loop != NULL;
}

void pr_loop_timers_release(struct pr_loop *loop)
{
	for (size_t i = 0; i < loop->timer_count; i++)
		loop->timers[i]->loop = NULL;
	free(loop->timers);
	loop->timers = NULL;
	loop->timer_count = 0;
}

int64_t pr_loop_timer_delay_us(const struct pr_loop *loop)
{
	int64_t now;

	if (!loop->timer_count)
		return -1;
	now = pr_loop_now_us(loop);
	return loop->timers[0]->due_us > now ? loop->timers[0]->due_us - now : 0;
}

void pr_loop_timers_run(struct pr_loop *loop)
{
	uint64_t limit = loop->timer_order;
	struct pr_timer *timer;
	int64_t now;

	if (!loop->timer_count)
		return;
	now = pr_loop_now_us(loop);
	while (loop->timer_count && !loop->stopped) {
		timer = loop->timers[0];
		if (timer->due_us > now || timer->order >= limit)
			return;
		pr_timer_stop(timer);
		timer->fn(timer->arg);
	}
}
