#include "loop_fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A source with a letter that it notes; `last` stops the loop. */
struct letter {
	struct fixture *f;
	char c;
	bool last;
	struct pr_timer timer;
	struct pr_task task;
};

static void on_letter(void *arg)
{
	struct letter *letter = arg;

	note(letter->f, letter->c);
	if (letter->last)
		pr_loop_stop(letter->f->loop);
}

static void timers_run_by_time_then_by_start(void **state)
{
	struct fixture *f = *state;
	struct letter letters[] = {{f, 'c', false, {0}, {0}}, {f, 'a', false, {0}, {0}},
		{f, 'd', true, {0}, {0}}, {f, 'b', false, {0}, {0}}};
	const int64_t delays[] = {3000000, 1000000, 3000000, 1500000};

	for (size_t i = 0; i < PR_LEN(letters); i++)
		assert_int_equal(pr_timer_start(f->loop, &letters[i].timer, delays[i], on_letter,
					 &letters[i]),
			0);
	run(f);
	assert_string_equal(f->notes, "abcd");
	assert_int_equal(pr_loop_now_us(f->loop), 3000000);
	assert_false(pr_timer_active(&letters[0].timer));
}

static void a_timer_of_an_hour_takes_no_time_with_a_clock_that_skips(void **state)
{
	struct fixture *f = *state;
	struct letter letter = {f, 'x', true, {0}, {0}};
	int64_t before = pr_clock_system()->monotonic_us(NULL);

	pr_timer_start(f->loop, &letter.timer, 3600000000, on_letter, &letter);
	run(f);
	assert_true(pr_clock_system()->monotonic_us(NULL) - before < 10000000);
	assert_int_equal(pr_loop_wall_us(f->loop), 3600000000);
}

static void a_timer_of_real_time_is_never_early(void **state)
{
	struct pr_loop *loop;
	struct pr_timer timer = {0};
	int64_t before;

	(void)state;
	assert_int_equal(pr_loop_new(NULL, &loop, NULL), 0);
	before = pr_loop_now_us(loop);
	pr_timer_start(loop, &timer, 2500, stop_loop, loop);
	assert_int_equal(pr_loop_run(loop, NULL), 0);
	assert_true(pr_loop_now_us(loop) - before >= 2500);
	pr_loop_free(loop);
}

static void a_delay_beyond_all_time_is_the_end_of_time(void **state)
{
	struct fixture *f = *state;
	struct pr_timer timer = {0};

	pr_fake_clock_advance(&f->clock, 1000);
	pr_timer_start(f->loop, &timer, INT64_MAX, stop_loop, f->loop);
	assert_int_equal(timer.due_us, INT64_MAX);
	pr_timer_stop(&timer);
}

struct ordered {
	struct fixture *f;
	struct pr_timer timer;
	int64_t due_us;
	bool stopped;
	size_t *left;
	int64_t *last_us;
};

static void on_ordered(void *arg)
{
	struct ordered *o = arg;

	assert_false(o->stopped);
	assert_int_equal(pr_loop_now_us(o->f->loop), o->due_us);
	assert_true(o->due_us >= *o->last_us);
	*o->last_us = o->due_us;
	if (--*o->left == 0)
		pr_loop_stop(o->f->loop);
}

static void many_timers_keep_their_order_when_some_are_stopped(void **state)
{
	struct fixture *f = *state;
	static struct ordered all[500];
	uint32_t random = 12345;
	size_t left = 0;
	int64_t last = 0;

	for (size_t i = 0; i < PR_LEN(all); i++) {
		random = random * 1664525 + 1013904223;
		all[i] = (struct ordered){f, {0}, random >> 12, i % 3 == 0, &left, &last};
		pr_timer_start(f->loop, &all[i].timer, all[i].due_us, on_ordered, &all[i]);
	}
	for (size_t i = 0; i < PR_LEN(all); i++)
		if (all[i].stopped)
			pr_timer_stop(&all[i].timer);
		else
			left++;
	run(f);
	assert_int_equal(left, 0);
}

/* Frees itself and another timer that is due at the same time. */
struct killer {
	struct pr_timer timer;
	struct killer *other;
	struct pr_loop *loop;
};

static void on_killer(void *arg)
{
	struct killer *killer = arg;

	pr_timer_stop(&killer->other->timer);
	free(killer->other);
	free(killer);
}

static void a_timer_may_free_itself_and_others(void **state)
{
	struct fixture *f = *state;
	struct killer *a = calloc(1, sizeof *a);
	struct killer *b = calloc(1, sizeof *b);
	struct pr_timer end = {0};

	assert_true(a && b);
	a->other = b;
	b->other = a;
	pr_timer_start(f->loop, &a->timer, 10, on_killer, a);
	pr_timer_start(f->loop, &b->timer, 10, on_killer, b);
	pr_timer_start(f->loop, &end, 10, stop_loop, f->loop);
	run(f);
}

struct again {
	struct fixture *f;
	struct pr_timer timer;
	struct pr_task task;
	unsigned times;
	int fd; /* written to at the tenth time */
};

static void on_again(void *arg)
{
	struct again *again = arg;

	if (++again->times == 10)
		assert_int_equal(write(again->fd, "x", 1), 1);
	pr_timer_start(again->f->loop, &again->timer, 0, on_again, again);
	pr_task_post(again->f->loop, &again->task, on_again, again);
}

static void on_ready_stop(void *arg, int fd, unsigned events)
{
	struct fixture *f = arg;

	(void)fd;
	note(f, (char)('0' + events));
	pr_loop_stop(f->loop);
}

static void sources_that_restart_themselves_do_not_starve_a_descriptor(void **state)
{
	struct fixture *f = *state;
	struct again again = {f, {0}, {0}, 0, -1};
	struct pr_watch watch = {0};
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	again.fd = fds[1];
	on_again(&again);
	pr_watch_start(f->loop, &watch, fds[0], PR_IO_READ, on_ready_stop, f, NULL);
	run(f);
	assert_string_equal(f->notes, "1");
	assert_in_range(again.times, 10, 20);
	pr_timer_stop(&again.timer);
	pr_task_cancel(&again.task);
	pr_watch_stop(&watch);
	close(fds[0]);
	close(fds[1]);
}

static void tasks_run_in_order_and_can_be_taken_back(void **state)
{
	struct fixture *f = *state;
	struct letter a = {f, 'a', false, {0}, {0}}, b = {f, 'b', false, {0}, {0}},
		      c = {f, 'c', true, {0}, {0}};

	pr_task_post(f->loop, &a.task, on_letter, &a);
	pr_task_post(f->loop, &b.task, on_letter, &b);
	pr_task_post(f->loop, &c.task, on_letter, &c);
	pr_task_post(f->loop, &a.task, on_letter, &a);
	pr_task_cancel(&b.task);
	pr_task_cancel(&b.task);
	run(f);
	assert_string_equal(f->notes, "ac");
}

struct chain {
	struct fixture *f;
	struct letter *cancelled;
	struct letter *posted;
};

static void on_chain(void *arg)
{
	struct chain *chain = arg;

	note(chain->f, '>');
	pr_task_cancel(&chain->cancelled->task);
	pr_task_post(chain->f->loop, &chain->posted->task, on_letter, chain->posted);
}

static void a_task_may_cancel_and_post_others(void **state)
{
	struct fixture *f = *state;
	struct letter gone = {f, 'g', false, {0}, {0}}, kept = {f, 'k', false, {0}, {0}},
		      later = {f, 'l', true, {0}, {0}};
	struct chain chain = {f, &gone, &later};
	struct pr_task first = {0};

	pr_task_post(f->loop, &first, on_chain, &chain);
	pr_task_post(f->loop, &gone.task, on_letter, &gone);
	pr_task_post(f->loop, &kept.task, on_letter, &kept);
	run(f);
	assert_string_equal(f->notes, ">kl");
}

static void a_stop_leaves_the_rest_for_the_next_run(void **state)
{
	struct fixture *f = *state;
	struct letter a = {f, 'a', true, {0}, {0}}, b = {f, 'b', true, {0}, {0}};

	pr_task_post(f->loop, &a.task, on_letter, &a);
	pr_task_post(f->loop, &b.task, on_letter, &b);
	run(f);
	assert_string_equal(f->notes, "a");
	run(f);
	assert_string_equal(f->notes, "ab");
	pr_loop_stop(f->loop);
	run(f);
}

static void the_end_of_the_loop_stops_what_is_left(void **state)
{
	struct fixture *f = *state;
	struct letter a = {f, 'a', true, {0}, {0}};
	struct pr_watch watch = {0};
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pr_task_post(f->loop, &a.task, on_letter, &a);
	pr_timer_start(f->loop, &a.timer, 5, on_letter, &a);
	pr_watch_start(f->loop, &watch, fds[0], PR_IO_READ, on_ready_stop, f, NULL);
	pr_loop_free(f->loop);
	f->loop = NULL;
	pr_task_cancel(&a.task);
	pr_timer_stop(&a.timer);
	pr_watch_stop(&watch);
	close(fds[0]);
	close(fds[1]);
}

static void a_watch_tells_what_is_ready(void **state)
{
	struct fixture *f = *state;
	struct pr_watch watch = {0};
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pr_watch_start(f->loop, &watch, fds[1], PR_IO_WRITE, on_ready_stop, f, NULL);
	run(f);
	pr_watch_stop(&watch);
	pr_watch_start(f->loop, &watch, fds[0], PR_IO_READ, on_ready_stop, f, NULL);
	close(fds[1]); /* a hang-up is readiness to read */
	run(f);
	assert_string_equal(f->notes, "21");
	pr_watch_stop(&watch);
	close(fds[0]);
}

static void the_events_of_a_watch_can_change(void **state)
{
	struct fixture *f = *state;
	struct pr_watch watch = {0};
	struct pr_watch second = {0};
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(
		pr_watch_start(f->loop, &watch, fds[1], PR_IO_READ, on_ready_stop, f, NULL), 0);
	assert_int_equal(pr_watch_start(f->loop, &watch, fds[1], PR_IO_READ | PR_IO_WRITE,
				 on_ready_stop, f, NULL),
		0);
	assert_int_equal(
		pr_watch_start(f->loop, &second, fds[1], PR_IO_READ, on_ready_stop, f, NULL),
		PR_EIO);
	run(f);
	assert_string_equal(f->notes, "2");
	pr_watch_stop(&watch);
	close(fds[0]);
	close(fds[1]);
}

static void what_cannot_be_watched_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pr_watch watch = {0};
	struct pr_err err = PR_ERR_INIT;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	assert_int_equal(
		pr_watch_start(f->loop, &watch, fd, PR_IO_READ, on_ready_stop, f, &err), PR_EIO);
	assert_non_null(strstr(err.msg, "cannot watch descriptor"));
	assert_int_equal(
		pr_watch_start(f->loop, &watch, -1, PR_IO_READ, on_ready_stop, f, NULL), PR_EINVAL);
	assert_int_equal(pr_watch_start(f->loop, &watch, fd, 0, on_ready_stop, f, NULL), PR_EINVAL);
	assert_null(watch.loop);
	close(fd);
}

/* Two pipes that are ready in the same turn: the one that is called first does something to the
 * other. */
struct pair {
	struct fixture *f;
	struct pr_watch *watch[2]; /* by index of the pipe */
	int fds[2][2];
	struct pr_timer end;
	bool reuse;
	int fresh[2];
	struct pr_watch fresh_watch;
};

static void on_fresh(void *arg, int fd, unsigned events)
{
	(void)arg;
	(void)fd;
	(void)events;
	fail_msg("called for what an earlier descriptor of this number had");
}

static void on_pair(void *arg, int fd, unsigned events)
{
	struct pair *pair = arg;
	size_t other = fd == pair->fds[0][0] ? 1 : 0;
	int other_fd = pair->fds[other][0];

	(void)events;
	note(pair->f, 'p');
	for (size_t i = 0; i < 2; i++) {
		pr_watch_stop(pair->watch[i]);
		free(pair->watch[i]);
	}
	if (!pair->reuse)
		return;
	close(other_fd);
	assert_int_equal(dup3(pair->fresh[0], other_fd, O_CLOEXEC), other_fd);
	assert_int_equal(pr_watch_start(pair->f->loop, &pair->fresh_watch, other_fd, PR_IO_READ,
				 on_fresh, NULL, NULL),
		0);
}

static void run_pair(struct fixture *f, bool reuse)
{
	struct pair pair = {.f = f, .reuse = reuse};

	assert_int_equal(pipe2(pair.fresh, O_CLOEXEC), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(pipe2(pair.fds[i], O_CLOEXEC), 0);
		assert_int_equal(write(pair.fds[i][1], "x", 1), 1);
		pair.watch[i] = calloc(1, sizeof *pair.watch[i]);
		assert_non_null(pair.watch[i]);
		pr_watch_start(
			f->loop, pair.watch[i], pair.fds[i][0], PR_IO_READ, on_pair, &pair, NULL);
	}
	pr_timer_start(f->loop, &pair.end, 10, stop_loop, f->loop);
	run(f);
	assert_string_equal(f->notes, "p");
	pr_watch_stop(&pair.fresh_watch);
	for (size_t i = 0; i < 2; i++) {
		close(pair.fds[i][0]);
		close(pair.fds[i][1]);
		close(pair.fresh[i]);
	}
}

static void a_ready_watch_may_be_freed_by_another(void **state)
{
	run_pair(*state, false);
}

static void a_reused_descriptor_gets_no_event_of_the_old_one(void **state)
{
	run_pair(*state, true);
}

static void a_clock_that_skips_waits_for_a_descriptor_first(void **state)
{
	struct fixture *f = *state;
	struct letter late = {f, 'l', true, {0}, {0}};
	struct pr_watch watch = {0};
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		_exit(write(fds[1], "x", 1) == 1 ? 0 : 1);
	pr_timer_start(f->loop, &late.timer, 20000000, on_letter, &late);
	pr_watch_start(f->loop, &watch, fds[0], PR_IO_READ, on_ready_stop, f, NULL);
	run(f);
	assert_string_equal(f->notes, "1");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	pr_watch_stop(&watch);
	pr_timer_stop(&late.timer);
	close(fds[0]);
	close(fds[1]);
}

static void a_clock_that_skips_moves_on_when_the_descriptor_stays_silent(void **state)
{
	struct fixture *f = *state;
	struct letter late = {f, 'l', true, {0}, {0}};
	struct pr_watch watch = {0};
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pr_timer_start(f->loop, &late.timer, 3000, on_letter, &late);
	pr_watch_start(f->loop, &watch, fds[0], PR_IO_READ, on_ready_stop, f, NULL);
	run(f);
	assert_string_equal(f->notes, "l");
	pr_watch_stop(&watch);
	close(fds[0]);
	close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(timers_run_by_time_then_by_start),
		TEST(a_timer_of_an_hour_takes_no_time_with_a_clock_that_skips),
		TEST(a_timer_of_real_time_is_never_early),
		TEST(a_delay_beyond_all_time_is_the_end_of_time),
		TEST(many_timers_keep_their_order_when_some_are_stopped),
		TEST(a_timer_may_free_itself_and_others),
		TEST(sources_that_restart_themselves_do_not_starve_a_descriptor),
		TEST(tasks_run_in_order_and_can_be_taken_back),
		TEST(a_task_may_cancel_and_post_others),
		TEST(a_stop_leaves_the_rest_for_the_next_run),
		TEST(the_end_of_the_loop_stops_what_is_left),
		TEST(a_watch_tells_what_is_ready),
		TEST(the_events_of_a_watch_can_change),
		TEST(what_cannot_be_watched_is_refused),
		TEST(a_ready_watch_may_be_freed_by_another),
		TEST(a_reused_descriptor_gets_no_event_of_the_old_one),
		TEST(a_clock_that_skips_waits_for_a_descriptor_first),
		TEST(a_clock_that_skips_moves_on_when_the_descriptor_stays_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
