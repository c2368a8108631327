#include "loop_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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

static pid_t start_child(int code)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(code);
	assert_true(pid > 0);
	return pid;
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
