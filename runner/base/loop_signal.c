#include "base/loop_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is reported for a child whose status somebody else has taken: exit code 255. */
#define STATUS_LOST (255 << 8)

static void ring_init(struct pr_reap *head)
{
	head->next = head;
	head->prev = head;
}

static void ring_remove(struct pr_reap *reap)
{
	reap->prev->next = reap->next;
	reap->next->prev = reap->prev;
}

static void ring_append(struct pr_reap *head, struct pr_reap *reap)
{
	reap->prev = head->prev;
	reap->next = head;
	head->prev->next = reap;
	head->prev = reap;
}

void pr_loop_signals_init(struct pr_loop *loop)
{
	loop->signal_fd = -1;
	sigemptyset(&loop->signals);
	sigprocmask(SIG_SETMASK, NULL, &loop->mask_before);
	ring_init(&loop->reaps);
	ring_init(&loop->checking);
}

static void forget_ring(struct pr_reap *head)
{
	while (head->next != head) {
		head->next->loop = NULL;
		ring_remove(head->next);
	}
}

void pr_loop_signals_release(struct pr_loop *loop)
{
	forget_ring(&loop->checking);
	forget_ring(&loop->reaps);
	free(loop->orphans);
	if (loop->signal_fd < 0)
		return;
	pr_watch_stop(&loop->signal_watch);
	close(loop->signal_fd);
	if (loop->child_handled)
		sigaction(SIGCHLD, &loop->child_before, NULL);
	sigprocmask(SIG_SETMASK, &loop->mask_before, NULL);
}

const sigset_t *pr_loop_child_mask(const struct pr_loop *loop)
{
	return &loop->mask_before;
}

static void deliver(struct pr_loop *loop, int signo)
{
	struct pr_loop_handler handler;

	if (signo <= 0 || signo >= _NSIG)
		return;
	if (signo == SIGCHLD)
		loop->child_changed = true;
	handler = loop->handlers[signo];
	if (handler.fn)
		handler.fn(handler.arg, signo);
}

/* One signal at a time: what is not read yet stays pending when a callback stops the loop. */
static void on_signals(void *arg, int fd, unsigned events)
{
	struct pr_loop *loop = arg;
	struct signalfd_siginfo info;

	(void)events;
	while (!loop->stopped && read(fd, &info, sizeof info) == (ssize_t)sizeof info)
		deliver(loop, (int)info.ssi_signo);
}

static int open_signal_fd(struct pr_loop *loop, const sigset_t *signals, struct pr_err *err)
{
	int fd = signalfd(loop->signal_fd, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	int rc;

	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot receive signals");
	if (loop->signal_fd >= 0)
		return 0;
	rc = pr_watch_start(loop, &loop->signal_watch, fd, PR_IO_READ, on_signals, loop, err);
	if (rc) {
		close(fd);
		return rc;
	}
	loop->signal_fd = fd;
	return 0;
}

/* Blocks `signo` for the process and adds it to the signalfd. */
static int receive(struct pr_loop *loop, int signo, struct pr_err *err)
{
	sigset_t signals = loop->signals;
	sigset_t one;
	int rc;

	if (sigismember(&signals, signo) == 1)
		return 0;
	sigemptyset(&one);
	if (sigaddset(&one, signo) || sigaddset(&signals, signo))
		return pr_fail(err, PR_EINVAL, "signal %d cannot be received", signo);
	rc = open_signal_fd(loop, &signals, err);
	if (rc)
		return rc;
	loop->signals = signals;
	sigprocmask(SIG_BLOCK, &one, NULL);
	return 0;
}

int pr_loop_on_signal(
	struct pr_loop *loop, int signo, pr_signal_fn *fn, void *arg, struct pr_err *err)
{
	int rc;

	if (signo <= 0 || signo >= _NSIG)
		return pr_fail(err, PR_EINVAL, "there is no signal %d", signo);
	rc = receive(loop, signo, err);
	if (rc)
		return rc;
	loop->handlers[signo].fn = fn;
	loop->handlers[signo].arg = arg;
	return 0;
}

/* An inherited SIG_IGN would make the system throw the status away. */
static int handle_children(struct pr_loop *loop, struct pr_err *err)
{
	struct sigaction action;
	int rc;

	loop->child_changed = true;
	if (loop->child_handled)
		return 0;
	rc = receive(loop, SIGCHLD, err);
	if (rc)
		return rc;
	memset(&action, 0, sizeof action);
	action.sa_handler = SIG_DFL;
	if (sigaction(SIGCHLD, &action, &loop->child_before))
		return pr_fail_errno(err, errno, "cannot wait for child processes");
	loop->child_handled = true;
	return 0;
}

/* Whether children that we did not start become ours. */
static bool adopts(void)
{
	int subreaper = 0;

	if (getpid() == 1)
		return true;
	return prctl(PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0) == 0 && subreaper;
}

int pr_loop_adopt(struct pr_loop *loop, struct pr_err *err)
{
	return adopts() ? handle_children(loop, err) : 0;
}

/* Room for one more reap to become an orphan, so that stopping it cannot fail. */
static int reserve_orphan(struct pr_loop *loop)
{
	size_t need = loop->reap_count + loop->orphan_count + 1;
	pid_t *orphans;

	if (need <= loop->orphan_room)
		return 0;
	orphans = reallocarray(loop->orphans, need * 2, sizeof *orphans);
	if (!orphans)
		return PR_ENOMEM;
	loop->orphans = orphans;
	loop->orphan_room = need * 2;
	return 0;
}

static void unlink_reap(struct pr_loop *loop, struct pr_reap *reap)
{
	ring_remove(reap);
	reap->loop = NULL;
	loop->reap_count--;
}

int pr_reap_start(struct pr_loop *loop, struct pr_reap *reap, pid_t pid, pr_reap_fn *fn, void *arg,
	struct pr_err *err)
{
	int rc;

	pr_reap_stop(reap);
	if (reserve_orphan(loop))
		return pr_fail_nomem(err);
	rc = handle_children(loop, err);
	if (rc)
		return rc;
	reap->loop = loop;
	reap->pid = pid;
	reap->fn = fn;
	reap->arg = arg;
	ring_append(&loop->reaps, reap);
	loop->reap_count++;
	return 0;
}

void pr_reap_stop(struct pr_reap *reap)
{
	struct pr_loop *loop = reap->loop;

	if (!loop)
		return;
	unlink_reap(loop, reap);
	loop->orphans[loop->orphan_count++] = reap->pid;
	loop->child_changed = true;
}

/* Whether `pid` is no longer to be waited for; `status` is written then. */
static bool ended(pid_t pid, int *status)
{
	pid_t got = waitpid(pid, status, WNOHANG);

	if (got == -1 && errno == ECHILD)
		*status = STATUS_LOST;
	return got == pid || (got == -1 && errno == ECHILD);
}

static void run_orphans(struct pr_loop *loop)
{
	size_t kept = 0;
	int status;

	for (size_t i = 0; i < loop->orphan_count; i++)
		if (!ended(loop->orphans[i], &status))
			loop->orphans[kept++] = loop->orphans[i];
	loop->orphan_count = kept;
}

/* What is left after the known ones: peeked at first, so that a child whose turn comes is not lost.
 */
static void run_adopted(struct pr_loop *loop)
{
	siginfo_t info;
	int status;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
			return;
		for (struct pr_reap *reap = loop->reaps.next; reap != &loop->reaps;
			reap = reap->next)
			if (reap->pid == info.si_pid) {
				loop->child_changed = true;
				return;
			}
		waitpid(info.si_pid, &status, WNOHANG);
	}
}

/* Moves the whole ring: callbacks may start and stop reaps of both. */
static void begin_pass(struct pr_loop *loop)
{
	while (loop->reaps.next != &loop->reaps) {
		struct pr_reap *reap = loop->reaps.next;

		ring_remove(reap);
		ring_append(&loop->checking, reap);
	}
}

void pr_loop_children_run(struct pr_loop *loop)
{
	int status;

	if (!loop->child_changed)
		return;
	loop->child_changed = false;
	begin_pass(loop);
	while (loop->checking.next != &loop->checking) {
		struct pr_reap *reap = loop->checking.next;

		ring_remove(reap);
		ring_append(&loop->reaps, reap);
		if (loop->stopped)
			loop->child_changed = true;
		else if (ended(reap->pid, &status)) {
			unlink_reap(loop, reap);
			reap->fn(reap->arg, reap->pid, status);
		}
	}
	run_orphans(loop);
	if (adopts())
		run_adopted(loop);
}
