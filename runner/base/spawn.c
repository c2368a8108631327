#include "base/spawn.h"

#include "base/compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child needs beside the arguments of execve: little, since it only makes system calls. */
#define STACK_BYTES 16384

/* The child runs in our memory while we stand still: no sanitizer may take its stack for ours. */
#define PR_IN_CHILD __attribute__((no_sanitize("address", "undefined")))

/* Less than any core file has; where a program takes them through a pipe, 0 would not stop it. */
#define NO_CORE 1

/* Descriptors that we may have, where the system lets us. */
#define FILES_MAX 8192

/* A limit of ours that is not the one that we were given, which our programs keep. As the limit
 * itself, it is of the whole process. */
struct changed {
	bool taken;
	struct rlimit given;
};

static struct changed core;  /* by pr_spawn_forbid_core */
static struct changed files; /* by pr_spawn_allow_files */

struct job {
	const struct pr_spawn *order;
	pid_t parent;
	int failure; /* errno of the child */
};

/*
 * What execve leaves as it is: SIGPIPE and SIGXFSZ, which we ignore. Handlers it sets back itself,
 * and none can run here, in our memory, before: there are none, signals are read from a signalfd
 * (base/loop.h).
 */
PR_IN_CHILD static void reset_signals(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

PR_IN_CHILD static void reset_limits(void)
{
	if (core.taken)
		setrlimit(RLIMIT_CORE, &core.given);
	if (files.taken)
		setrlimit(RLIMIT_NOFILE, &files.given);
}

/* Where it stands in its place already, it must only stay open. */
PR_IN_CHILD static bool put(int fd, int place)
{
	return fd == place ? fcntl(fd, F_SETFD, 0) == 0 : dup2(fd, place) >= 0;
}

/* Nothing to read, rather than what is ours to read. */
PR_IN_CHILD static bool put_nothing(int place)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && put(fd, place);
}

PR_IN_CHILD static int child_main(void *arg)
{
	struct job *job = arg;
	const struct pr_spawn *order = job->order;

	reset_signals();
	if (setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, order->death_signal) == 0 &&
		getppid() == job->parent && (!order->no_input || put_nothing(STDIN_FILENO)) &&
		(!order->folder || chdir(order->folder) == 0) &&
		put(order->outputs[0], STDOUT_FILENO) && put(order->outputs[1], STDERR_FILENO) &&
		sigprocmask(SIG_SETMASK, order->mask, NULL) == 0) {
		reset_limits(); /* last: what is opened here may be beyond them */
		execve(order->program, order->argv, order->env);
	}
	job->failure = errno ? errno : ECHILD;
	_exit(127);
}

int pr_spawn(const struct pr_spawn *order, pid_t *ret_pid)
{
	_Alignas(16) char stack[STACK_BYTES];
	struct job job = {.order = order, .parent = getpid()};
	sigset_t all;
	sigset_t former;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &former);
	errno = 0;
	pid = clone(child_main, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &job);
	if (pid < 0)
		job.failure = errno;
	else if (job.failure)
		waitpid(pid, NULL, 0);
	else
		*ret_pid = pid;
	sigprocmask(SIG_SETMASK, &former, NULL);
	return job.failure;
}

void pr_spawn_forbid_core(void)
{
	struct rlimit limit;

	if (core.taken || getrlimit(RLIMIT_CORE, &core.given) < 0 || core.given.rlim_max < NO_CORE)
		return;
	limit = (struct rlimit){.rlim_cur = NO_CORE, .rlim_max = core.given.rlim_max};
	core.taken = setrlimit(RLIMIT_CORE, &limit) == 0;
}

void pr_spawn_allow_files(void)
{
	struct rlimit limit;

	if (files.taken || getrlimit(RLIMIT_NOFILE, &files.given) < 0)
		return;
	limit = files.given;
	limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
	files.taken =
		limit.rlim_cur > files.given.rlim_cur && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}
