#include "base/loop.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A loop on a clock that stands still, and what its callbacks have noted. */
struct fixture {
	struct pr_fake_clock clock;
	struct pr_loop *loop;
	char notes[64];
	size_t count;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	if (!f)
		return -1;
	pr_fake_clock_init(&f->clock, 0);
	*state = f;
	return pr_loop_new(&f->clock.clock, &f->loop, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_loop_free(f->loop);
	free(f);
	return 0;
}

static void note(struct fixture *f, char c)
{
	assert_true(f->count + 1 < sizeof f->notes);
	f->notes[f->count++] = c;
}

static void run(struct fixture *f)
{
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
}

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

static void stop_loop(void *arg)
{
	pr_loop_stop(arg);
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
};

static void on_again(void *arg)
{
	struct again *again = arg;

	again->times++;
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
	struct again again = {f, {0}, {0}, 0};
	struct pr_watch watch = {0};
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	on_again(&again);
	assert_int_equal(write(fds[1], "x", 1), 1);
	pr_watch_start(f->loop, &watch, fds[0], PR_IO_READ, on_ready_stop, f, NULL);
	run(f);
	assert_string_equal(f->notes, "1");
	assert_true(again.times < 10);
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

static pid_t start_child(int code)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(code);
	assert_true(pid > 0);
	return pid;
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

static void on_signal(void *arg, int signo)
{
	struct fixture *f = arg;

	note(f, signo == SIGUSR1 ? '1' : '2');
	if (signo == SIGUSR2)
		pr_loop_stop(f->loop);
}

static void on_signal_unused(void *arg, int signo)
{
	(void)signo;
	note(arg, '!');
}

static void signals_are_delivered_to_the_function_set_last(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(pr_loop_on_signal(f->loop, SIGUSR1, on_signal_unused, f, NULL), 0);
	assert_int_equal(pr_loop_on_signal(f->loop, SIGUSR1, on_signal, f, NULL), 0);
	assert_int_equal(pr_loop_on_signal(f->loop, SIGUSR2, on_signal, f, NULL), 0);
	raise(SIGUSR2);
	raise(SIGUSR1);
	run(f);
	assert_string_equal(f->notes, "12");
}

static void the_end_of_the_loop_restores_mask_and_dispositions(void **state)
{
	struct fixture *f = *state;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction now;
	struct pr_reap reap = {0};
	sigset_t mask;

	sigaction(SIGCHLD, &ignore, NULL);
	pr_loop_on_signal(f->loop, SIGUSR1, on_signal, f, NULL);
	pr_reap_start(f->loop, &reap, 1, NULL, NULL, NULL);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGUSR1), 1);
	pr_loop_free(f->loop);
	f->loop = NULL;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGUSR1), 0);
	assert_int_equal(sigismember(&mask, SIGCHLD), 0);
	sigaction(SIGCHLD, NULL, &now);
	assert_ptr_equal(now.sa_handler, SIG_IGN);
	ignore.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &ignore, NULL);
}

static void a_number_that_is_no_signal_is_refused(void **state)
{
	struct fixture *f = *state;
	const int bad[] = {0, -1, 1000};

	for (size_t i = 0; i < PR_LEN(bad); i++)
		assert_int_equal(pr_loop_on_signal(f->loop, bad[i], on_signal, f, NULL), PR_EINVAL);
}

struct awaited {
	struct fixture *f;
	struct pr_reap reap;
	pid_t pid;
	int code;
	size_t *left;
};

static void on_awaited(void *arg, pid_t pid, int status)
{
	struct awaited *awaited = arg;

	assert_int_equal(pid, awaited->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), awaited->code);
	if (--*awaited->left == 0)
		pr_loop_stop(awaited->f->loop);
}

static void each_child_is_reported_once_with_its_status(void **state)
{
	struct fixture *f = *state;
	struct awaited all[8];
	size_t left = PR_LEN(all);

	for (size_t i = 0; i < PR_LEN(all); i++) {
		all[i] = (struct awaited){f, {0}, start_child((int)i), (int)i, &left};
		assert_int_equal(
			pr_reap_start(f->loop, &all[i].reap, all[i].pid, on_awaited, &all[i], NULL),
			0);
	}
	run(f);
	assert_int_equal(left, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_child_is_reported_even_when_it_was_to_be_ignored(void **state)
{
	struct fixture *f = *state;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct awaited child = {f, {0}, 0, 7, &(size_t){1}};
	int gate[2];
	char c;

	sigaction(SIGCHLD, &ignore, NULL);
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	child.pid = fork();
	if (child.pid == 0)
		_exit(read(gate[0], &c, 1) == 1 ? 7 : 1);
	pr_reap_start(f->loop, &child.reap, child.pid, on_awaited, &child, NULL);
	assert_int_equal(write(gate[1], "x", 1), 1);
	run(f);
	close(gate[0]);
	close(gate[1]);
	ignore.sa_handler = SIG_DFL;
	pr_loop_free(f->loop);
	f->loop = NULL;
	sigaction(SIGCHLD, &ignore, NULL);
}

/* Waits until a child is gone from the process table. */
static void run_until_gone(struct fixture *f, pid_t pid)
{
	siginfo_t info;

	for (;;) {
		struct pr_timer end = {0};

		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT))
			return;
		pr_timer_start(f->loop, &end, 1000, stop_loop, f->loop);
		run(f);
	}
}

static void on_reap_unwanted(void *arg, pid_t pid, int status)
{
	(void)arg;
	(void)pid;
	(void)status;
	fail_msg("called after it was stopped");
}

static void a_child_that_nobody_waits_for_any_more_is_reaped(void **state)
{
	struct fixture *f = *state;
	struct pr_reap reap = {0};
	pid_t pid = start_child(0);

	pr_reap_start(f->loop, &reap, pid, on_reap_unwanted, NULL, NULL);
	pr_reap_stop(&reap);
	pr_reap_stop(&reap);
	run_until_gone(f, pid);
}

static void the_child_of_somebody_else_is_left_to_him(void **state)
{
	struct fixture *f = *state;
	struct awaited child = {f, {0}, start_child(0), 0, &(size_t){1}};
	pid_t foreign = start_child(9);
	siginfo_t info;
	int status;

	assert_int_equal(waitid(P_PID, (id_t)foreign, &info, WEXITED | WNOWAIT), 0);
	pr_reap_start(f->loop, &child.reap, child.pid, on_awaited, &child, NULL);
	run(f);
	assert_int_equal(waitpid(foreign, &status, 0), foreign);
	assert_int_equal(WEXITSTATUS(status), 9);
}

static void the_subreaper_reaps_orphans_too(void **state)
{
	struct fixture *f = *state;
	struct awaited child = {f, {0}, 0, 3, &(size_t){1}};
	pid_t orphan;
	int fds[2];

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	child.pid = fork();
	if (child.pid == 0) {
		orphan = fork();
		if (orphan > 0)
			_exit(write(fds[1], &orphan, sizeof orphan) > 0 ? 3 : 1);
		_exit(0);
	}
	pr_reap_start(f->loop, &child.reap, child.pid, on_awaited, &child, NULL);
	run(f);
	assert_int_equal(read(fds[0], &orphan, sizeof orphan), sizeof orphan);
	run_until_gone(f, orphan);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	close(fds[0]);
	close(fds[1]);
}

/* Frees all children of its group, itself included. */
struct family {
	struct fixture *f;
	struct pr_reap *reaps[3];
	pid_t pids[3];
	unsigned calls;
};

static void on_family(void *arg, pid_t pid, int status)
{
	struct family *family = arg;

	(void)pid;
	(void)status;
	family->calls++;
	for (size_t i = 0; i < PR_LEN(family->reaps); i++) {
		pr_reap_stop(family->reaps[i]);
		free(family->reaps[i]);
	}
}

static void a_reap_may_free_itself_and_others(void **state)
{
	struct fixture *f = *state;
	struct family family = {.f = f};
	siginfo_t info;

	for (size_t i = 0; i < PR_LEN(family.reaps); i++) {
		family.pids[i] = start_child(0);
		family.reaps[i] = calloc(1, sizeof *family.reaps[i]);
		assert_non_null(family.reaps[i]);
		assert_int_equal(waitid(P_PID, (id_t)family.pids[i], &info, WEXITED | WNOWAIT), 0);
		pr_reap_start(f->loop, family.reaps[i], family.pids[i], on_family, &family, NULL);
	}
	for (size_t i = 0; i < PR_LEN(family.reaps); i++)
		run_until_gone(f, family.pids[i]);
	assert_int_equal(family.calls, 1);
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
		TEST(signals_are_delivered_to_the_function_set_last),
		TEST(the_end_of_the_loop_restores_mask_and_dispositions),
		TEST(a_number_that_is_no_signal_is_refused),
		TEST(each_child_is_reported_once_with_its_status),
		TEST(a_child_is_reported_even_when_it_was_to_be_ignored),
		TEST(a_child_that_nobody_waits_for_any_more_is_reaped),
		TEST(the_child_of_somebody_else_is_left_to_him),
		TEST(the_subreaper_reaps_orphans_too),
		TEST(a_reap_may_free_itself_and_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
