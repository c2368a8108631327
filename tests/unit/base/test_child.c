#include "base/child.h"
#include "base/text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR_US 3600000000

/*
 * A loop on a clock that stands still, a pipe by which a child says that it is ready, and how the
 * child ended. As the subreaper, we see when grandchildren end.
 */
struct fixture {
	struct pr_fake_clock clock;
	struct pr_loop *loop;
	struct pr_child *child;
	struct pr_watch ready;
	int ready_fds[2];
	pid_t ready_pid;
	bool free_when_done;
	struct pr_child_options further; /* of start(), beside what it sets */
	unsigned calls;
	struct pr_child_result result; /* the streams are copied to: */
	struct pr_buf out;
	struct pr_buf err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	if (!f || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) || pipe2(f->ready_fds, O_CLOEXEC))
		return -1;
	pr_buf_init(&f->out, 1 << 20);
	pr_buf_init(&f->err, 1 << 20);
	pr_fake_clock_init(&f->clock, 0);
	*state = f;
	return pr_loop_new(&f->clock.clock, &f->loop, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_child_free(f->child);
	pr_loop_free(f->loop);
	pr_buf_release(&f->out);
	pr_buf_release(&f->err);
	close(f->ready_fds[0]);
	close(f->ready_fds[1]);
	free(f);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	return 0;
}

static void on_end(void *arg, const struct pr_child_result *result)
{
	struct fixture *f = arg;

	f->calls++;
	f->result = *result;
	pr_buf_add(&f->out, result->out->ptr, result->out->len);
	pr_buf_add(&f->err, result->err->ptr, result->err->len);
	if (f->free_when_done) {
		pr_child_free(f->child);
		f->child = NULL;
	}
	pr_loop_stop(f->loop);
}

static void start(struct fixture *f, const char *script, size_t bytes, int64_t timeout_us)
{
	char *copy = strdup(script);
	char shell[] = "sh";
	char option[] = "-c";
	char *argv[] = {shell, option, copy, NULL};
	struct pr_child_options options = f->further;
	struct pr_err err = PR_ERR_INIT;

	assert_non_null(copy);
	options.program = "/bin/sh";
	options.argv = argv;
	options.stream_bytes = bytes;
	options.timeout_us = timeout_us;
	if (pr_child_start(f->loop, &options, on_end, f, &f->child, &err))
		fail_msg("%s", err.msg);
	free(copy);
}

static void run(struct fixture *f)
{
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
}

static pid_t to_pid(const char *text)
{
	int64_t pid = 0;
	PR_AUTO(free) char *line = strndup(text, strcspn(text, "\n"));

	assert_non_null(line);
	assert_int_equal(pr_text_int64(line, &pid, NULL), 0);
	assert_true(pid > 1);
	return (pid_t)pid;
}

static void on_ready_stop(void *arg, int fd, unsigned events)
{
	struct fixture *f = arg;
	char line[32] = "";

	(void)events;
	assert_true(read(fd, line, sizeof line - 1) > 0);
	f->ready_pid = to_pid(line);
	pr_loop_stop(f->loop);
}

/* Runs until the child has written the number of a process to descriptor 9, and returns that. */
static pid_t start_until_ready(struct fixture *f, const char *script, int64_t timeout_us)
{
	assert_int_equal(dup2(f->ready_fds[1], 9), 9);
	start(f, script, 1000, timeout_us);
	close(9);
	pr_watch_start(f->loop, &f->ready, f->ready_fds[0], PR_IO_READ, on_ready_stop, f, NULL);
	run(f);
	pr_watch_stop(&f->ready);
	assert_int_equal(f->calls, 0);
	return f->ready_pid;
}

static void stop_loop(void *arg)
{
	pr_loop_stop(arg);
}

/* Lets the loop go round until the process (negative: the group) has ended and was reaped. */
static void run_until_gone(struct fixture *f, pid_t pid)
{
	struct pr_task end = {0};

	while (kill(pid, 0) == 0) {
		pr_task_post(f->loop, &end, stop_loop, f->loop);
		run(f);
	}
}

static void end_child(struct fixture *f)
{
	pr_child_free(f->child);
	f->child = NULL;
}

static void both_streams_and_the_status_are_collected(void **state)
{
	struct fixture *f = *state;

	start(f, "printf 'a\\000b'; printf c >&2; exit 7", 1000, -1);
	run(f);
	assert_false(f->result.timed_out);
	assert_int_equal(WEXITSTATUS(f->result.status), 7);
	assert_int_equal(f->out.len, 3);
	assert_memory_equal(f->out.ptr, "a\0b", 3);
	assert_string_equal(pr_buf_str(&f->err), "c");
	assert_int_equal(f->result.dropped, 0);
	assert_int_equal(f->calls, 1);
}

static void death_by_a_signal_shows_in_the_status(void **state)
{
	struct fixture *f = *state;

	start(f, "kill -9 $$", 1000, -1);
	run(f);
	assert_true(WIFSIGNALED(f->result.status));
	assert_int_equal(WTERMSIG(f->result.status), SIGKILL);
}

static void output_beyond_the_limit_is_drained_and_counted(void **state)
{
	struct fixture *f = *state;

	start(f, "head -c 1000000 /dev/zero; printf 12345678901 >&2", 10, HOUR_US);
	run(f);
	assert_int_equal(WEXITSTATUS(f->result.status), 0);
	assert_int_equal(f->out.len, 10);
	assert_string_equal(pr_buf_str(&f->err), "1234567890");
	assert_int_equal(f->result.dropped, 1000000 - 10 + 1);
}

static void what_cannot_be_started_is_named(void **state)
{
	static const struct {
		const char *program;
		int code;
	} cases[] = {
		{"/nonexistent/program", PR_ENOTFOUND}, {"/etc/passwd", PR_EIO}, {"/", PR_EIO}};
	struct fixture *f = *state;
	char name[] = "x";
	char *argv[] = {name, NULL};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_child_options options = {cases[i].program, argv, 10, HOUR_US};
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(pr_child_start(f->loop, &options, on_end, f, &f->child, &err),
			cases[i].code);
		assert_non_null(strstr(err.msg, cases[i].program));
		assert_null(f->child);
	}
}

static void the_child_leads_a_group_of_its_own(void **state)
{
	struct fixture *f = *state;

	start(f, "cut -d' ' -f5 /proc/$$/stat; echo $$ >&2", 1000, -1);
	run(f);
	assert_string_equal(pr_buf_str(&f->out), pr_buf_str(&f->err));
}

static void on_signal_unused(void *arg, int signo)
{
	(void)arg;
	(void)signo;
}

static void the_child_gets_the_signals_of_before_the_loop(void **state)
{
	struct fixture *f = *state;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction pipe_before;
	struct sigaction size_before;

	sigaction(SIGPIPE, &ignore, &pipe_before);
	sigaction(SIGXFSZ, &ignore, &size_before);
	pr_loop_on_signal(f->loop, SIGTERM, on_signal_unused, f, NULL);
	start(f,
		"grep SigBlk /proc/self/status; grep -q 'SigIgn:.*[02468ace]..[02468ace]...$' "
		"/proc/self/status",
		1000, -1);
	run(f);
	sigaction(SIGPIPE, &pipe_before, NULL);
	sigaction(SIGXFSZ, &size_before, NULL);
	assert_string_equal(pr_buf_str(&f->out), "SigBlk:\t0000000000000000\n");
	assert_int_equal(WEXITSTATUS(f->result.status), 0);
}

static void when_the_time_is_over_the_whole_group_is_killed(void **state)
{
	struct fixture *f = *state;
	pid_t grandchild =
		start_until_ready(f, "echo out; sleep 1000 & echo $! >&9; wait", HOUR_US);

	pr_fake_clock_advance(&f->clock, HOUR_US);
	run(f);
	assert_true(f->result.timed_out);
	assert_string_equal(pr_buf_str(&f->out), "out\n");
	assert_int_equal(f->calls, 1);
	end_child(f);
	run_until_gone(f, grandchild);
}

static void a_child_out_of_time_is_reported_once_though_it_is_freed_late(void **state)
{
	struct fixture *f = *state;
	pid_t leader = start_until_ready(f, "echo $$ >&9; exec sleep 1000", HOUR_US);

	pr_fake_clock_advance(&f->clock, HOUR_US);
	run(f);
	run_until_gone(f, leader);
	assert_int_equal(f->calls, 1);
	pr_child_signal(f->child, SIGTERM);
}

static void a_time_limit_of_zero_is_over_at_once(void **state)
{
	struct fixture *f = *state;

	start(f, "sleep 1000", 1000, 0);
	run(f);
	assert_true(f->result.timed_out);
	assert_int_equal(pr_loop_now_us(f->loop), 0);
}

static void a_grandchild_that_left_the_group_does_not_delay_the_time_limit(void **state)
{
	struct fixture *f = *state;
	pid_t grandchild =
		start_until_ready(f, "setsid sh -c 'echo $$ >&9; exec sleep 1000' & wait", HOUR_US);

	pr_fake_clock_advance(&f->clock, HOUR_US);
	run(f);
	assert_true(f->result.timed_out);
	assert_int_equal(kill(grandchild, SIGKILL), 0);
	run_until_gone(f, grandchild);
}

static void a_grandchild_that_holds_the_streams_keeps_it_open(void **state)
{
	struct fixture *f = *state;
	pid_t leader = start_until_ready(f, "sleep 1000 & echo $$ >&9; exit 0", HOUR_US);

	run_until_gone(f, leader);
	assert_int_equal(f->calls, 0);
	pr_fake_clock_advance(&f->clock, HOUR_US);
	run(f);
	assert_true(f->result.timed_out);
	run_until_gone(f, -leader);
}

static void whoever_holds_the_streams_may_be_waited_for_a_while_only(void **state)
{
	struct fixture *f = *state;
	pid_t grandchild;

	f->further.linger_us = HOUR_US;
	grandchild = start_until_ready(
		f, "setsid sh -c 'echo late; echo $$ >&9; exec sleep 1000' & exit 3", -1);
	run_until_gone(f, pr_child_pid(f->child));
	assert_int_equal(f->calls, 0);
	pr_fake_clock_advance(&f->clock, HOUR_US);
	run(f);
	assert_false(f->result.timed_out);
	assert_int_equal(WEXITSTATUS(f->result.status), 3);
	assert_string_equal(pr_buf_str(&f->out), "late\n");
	assert_int_equal(f->calls, 1);
	assert_int_equal(kill(grandchild, SIGKILL), 0);
	run_until_gone(f, grandchild);
}

static void nobody_is_waited_for_where_the_streams_are_closed(void **state)
{
	struct fixture *f = *state;

	f->further.linger_us = HOUR_US;
	start(f, "echo out", 1000, -1);
	run(f);
	assert_string_equal(pr_buf_str(&f->out), "out\n");
	assert_int_equal(pr_loop_now_us(f->loop), 0);
}

static void a_grandchild_that_closed_the_streams_lives_on(void **state)
{
	struct fixture *f = *state;
	pid_t grandchild;
	int status;

	start(f, "sleep 1000 >/dev/null 2>&1 & echo $!", 1000, -1);
	run(f);
	assert_false(f->result.timed_out);
	grandchild = to_pid(pr_buf_str(&f->out));
	end_child(f);
	assert_int_equal(kill(grandchild, SIGTERM), 0);
	assert_int_equal(waitpid(grandchild, &status, 0), grandchild);
	assert_int_equal(WTERMSIG(status), SIGTERM); /* ours, not one of before */
}

static void a_signal_goes_to_the_whole_group(void **state)
{
	struct fixture *f = *state;

	start_until_ready(f,
		"trap 'echo outer' TERM; sh -c 'trap \"echo inner; exit 0\" TERM; echo $$ >&9; "
		"while :; do :; done'; echo end",
		-1);
	pr_child_signal(f->child, SIGTERM);
	run(f);
	assert_non_null(strstr(pr_buf_str(&f->out), "inner\n"));
	assert_non_null(strstr(pr_buf_str(&f->out), "outer\n"));
	assert_non_null(strstr(pr_buf_str(&f->out), "end\n"));
	pr_child_signal(f->child, SIGTERM);
}

static void it_may_be_freed_from_its_callback(void **state)
{
	static const int64_t limits[] = {-1, 0};
	struct fixture *f = *state;

	f->free_when_done = true;
	for (size_t i = 0; i < PR_LEN(limits); i++) {
		start(f, "echo out; echo err >&2", 1000, limits[i]);
		run(f);
		assert_int_equal(f->calls, i + 1);
		assert_null(f->child);
	}
}

static void freeing_it_kills_the_group_and_calls_nobody(void **state)
{
	struct fixture *f = *state;
	pid_t leader = start_until_ready(f, "sleep 1000 & echo $$ >&9; wait", -1);

	end_child(f);
	run_until_gone(f, leader);
	run_until_gone(f, -leader);
	assert_int_equal(f->calls, 0);
}

/* In a process of its own, since its streams are closed. */
/* The pipe's other end is the program's alone: it is closed when that is gone. */
static void it_does_not_outlive_a_parent_that_was_killed(void **state)
{
	struct fixture *f = *state;
	char script[64];
	char word[8] = "";
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		fcntl(fds[1], F_SETFD, 0);
		snprintf(script, sizeof script, "echo here >&%d; exec sleep 60", fds[1]);
		start(f, script, 1000, -1);
		pr_loop_run(f->loop, NULL);
		_exit(1);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], word, sizeof word), 5);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(read(fds[0], word, sizeof word), 0);
	close(fds[0]);
}

static void when_we_are_killed_it_may_get_another_signal(void **state)
{
	struct fixture *f = *state;
	char script[100];
	char text[16] = "";
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		fcntl(fds[1], F_SETFD, 0);
		f->further.death_signal = SIGTERM;
		snprintf(script, sizeof script,
			"trap 'echo term >&%d; exit' TERM; echo here >&%d; "
			"for i in $(seq 1200); do sleep 0.05; done",
			fds[1], fds[1]);
		start(f, script, 1000, -1);
		pr_loop_run(f->loop, NULL);
		_exit(1);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], text, 5), 5);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(read(fds[0], text, 5), 5);
	assert_string_equal(text, "term\n");
	close(fds[0]);
}

static void it_works_in_the_folder_that_is_named(void **state)
{
	struct fixture *f = *state;

	f->further.folder = "/usr";
	start(f, "pwd", 1000, -1);
	run(f);
	assert_string_equal(pr_buf_str(&f->out), "/usr\n");
}

static void take_output(void *arg, int stream, const char *data, size_t n)
{
	struct fixture *f = arg;

	pr_buf_add(stream == 1 ? &f->out : &f->err, data, n);
}

static void output_may_be_taken_as_it_comes(void **state)
{
	struct fixture *f = *state;

	f->further.output = take_output;
	start(f, "printf out; printf err >&2", 0, -1);
	run(f);
	assert_string_equal(pr_buf_str(&f->out), "out");
	assert_string_equal(pr_buf_str(&f->err), "err");
	assert_int_equal(f->result.dropped, 0);
}

static void it_works_in_a_process_without_standard_streams(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		close(0);
		close(1);
		close(2);
		start(f, "printf out; printf err >&2; exit 3", 1000, -1);
		pr_loop_run(f->loop, NULL);
		_exit(WEXITSTATUS(f->result.status) == 3 && !strcmp(pr_buf_str(&f->out), "out") &&
					!strcmp(pr_buf_str(&f->err), "err")
				? 0
				: 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* In a process of its own, since the limit is of the whole process. */
static void we_may_have_more_descriptors_than_our_children(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		struct rlimit limit;
		bool more;

		getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = 99;
		setrlimit(RLIMIT_NOFILE, &limit);
		pr_child_allow_files();
		for (int i = 0; i < 200; i++)
			(void)!dup(STDERR_FILENO);
		f->further.no_input = true;
		getrlimit(RLIMIT_NOFILE, &limit);
		more = limit.rlim_cur == (limit.rlim_max < 8192 ? limit.rlim_max : 8192);
		start(f, "ulimit -Sn", 1000, -1);
		pr_loop_run(f->loop, NULL);
		_exit(more && !strcmp(pr_buf_str(&f->out), "99\n") ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_streams_and_the_status_are_collected),
		TEST(death_by_a_signal_shows_in_the_status),
		TEST(output_beyond_the_limit_is_drained_and_counted),
		TEST(what_cannot_be_started_is_named),
		TEST(the_child_leads_a_group_of_its_own),
		TEST(the_child_gets_the_signals_of_before_the_loop),
		TEST(when_the_time_is_over_the_whole_group_is_killed),
		TEST(a_child_out_of_time_is_reported_once_though_it_is_freed_late),
		TEST(a_time_limit_of_zero_is_over_at_once),
		TEST(a_grandchild_that_left_the_group_does_not_delay_the_time_limit),
		TEST(a_grandchild_that_holds_the_streams_keeps_it_open),
		TEST(whoever_holds_the_streams_may_be_waited_for_a_while_only),
		TEST(nobody_is_waited_for_where_the_streams_are_closed),
		TEST(a_grandchild_that_closed_the_streams_lives_on),
		TEST(a_signal_goes_to_the_whole_group),
		TEST(it_may_be_freed_from_its_callback),
		TEST(freeing_it_kills_the_group_and_calls_nobody),
		TEST(it_does_not_outlive_a_parent_that_was_killed),
		TEST(when_we_are_killed_it_may_get_another_signal),
		TEST(it_works_in_the_folder_that_is_named),
		TEST(output_may_be_taken_as_it_comes),
		TEST(it_works_in_a_process_without_standard_streams),
		TEST(we_may_have_more_descriptors_than_our_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
