#include "base/child.h"

#include "base/env.h"
#include "base/loop_private.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* One of the two outputs. */
struct stream {
	struct pr_child *child;
	struct pr_watch watch;
	struct pr_buf kept;
	int fd; /* -1 once closed */
};

struct pr_child {
	struct pr_loop *loop;
	struct stream streams[2];
	struct pr_reap reap;
	struct pr_timer timer;
	int64_t linger_us;
	pid_t pid; /* and group; 0 until it is started */
	bool reaped;
	bool reported; /* fn was called */
	int status;
	uint64_t dropped;
	pr_child_fn *fn;
	pr_child_output_fn *output;
	void *arg;
};

static void stream_close(struct stream *stream)
{
	if (stream->fd < 0)
		return;
	pr_watch_stop(&stream->watch);
	close(stream->fd);
	stream->fd = -1;
}

static void child_report(struct pr_child *child, bool timed_out)
{
	struct pr_child_result result = {
		.timed_out = timed_out,
		.status = child->status,
		.out = &child->streams[0].kept,
		.err = &child->streams[1].kept,
		.dropped = child->dropped,
	};

	pr_timer_stop(&child->timer);
	child->reported = true;
	child->fn(child->arg, &result);
}

/* Ends here when all three have ended, unless the time was over: `child` may be gone afterwards. */
static void child_check(struct pr_child *child)
{
	if (!child->reported && child->reaped && child->streams[0].fd < 0 &&
		child->streams[1].fd < 0)
		child_report(child, false);
}

static void stream_keep(struct stream *stream, const char *data, size_t n)
{
	struct pr_child *child = stream->child;
	size_t room = stream->kept.max - stream->kept.len;
	size_t kept = n < room ? n : room;

	if (child->output) {
		child->output(child->arg, stream == &child->streams[0] ? 1 : 2, data, n);
		return;
	}
	if (pr_buf_add(&stream->kept, data, kept))
		kept = 0;
	child->dropped += n - kept;
}

/*
 * Reads once, when the loop has said that it can, or without waiting; whether there may be more.
 * Closes the stream at its end.
 */
static bool stream_read(struct stream *stream)
{
	char data[65536];
	ssize_t n = read(stream->fd, data, sizeof data);

	if (n > 0) {
		stream_keep(stream, data, (size_t)n);
		return true;
	}
	if (n < 0 && errno == EINTR)
		return true;
	if (n == 0 || errno != EAGAIN)
		stream_close(stream);
	return false;
}

static void on_stream(void *arg, int fd, unsigned events)
{
	struct stream *stream = arg;

	(void)fd;
	(void)events;
	stream_read(stream);
	if (stream->fd < 0)
		child_check(stream->child);
}

/* What is in the pipe already; bounded, since the writer may be as fast as we are. */
static void stream_drain(struct stream *stream)
{
	if (stream->fd >= 0 && fcntl(stream->fd, F_SETFL, O_NONBLOCK))
		stream_close(stream);
	for (unsigned i = 0; i < 16 && stream->fd >= 0 && stream_read(stream); i++)
		continue;
	stream_close(stream);
}

static void on_timeout(void *arg)
{
	struct pr_child *child = arg;

	kill(-child->pid, SIGKILL);
	stream_drain(&child->streams[0]);
	stream_drain(&child->streams[1]);
	child_report(child, true);
}

static void on_lingered(void *arg)
{
	struct pr_child *child = arg;

	stream_drain(&child->streams[0]);
	stream_drain(&child->streams[1]);
	child_check(child);
}

static void on_reaped(void *arg, pid_t pid, int status)
{
	struct pr_child *child = arg;

	(void)pid;
	child->reaped = true;
	child->status = status;
	if (child->linger_us > 0 && !child->reported) {
		pr_timer_stop(&child->timer);
		if (pr_timer_start(
			    child->loop, &child->timer, child->linger_us, on_lingered, child)) {
			on_lingered(child);
			return;
		}
	}
	child_check(child);
}

/* Both ends block, as programs expect of theirs; ours is read when there is something only. */
static int open_pipe(int *ret_read, int *ret_write, struct pr_err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return pr_fail_errno(err, errno, "cannot create a pipe");
	*ret_read = fds[0];
	*ret_write = fds[1];
	return 0;
}

static int stream_open(struct pr_child *child, struct stream *stream, size_t limit, int *ret_write,
	struct pr_err *err)
{
	int rc;

	stream->child = child;
	pr_buf_init(&stream->kept, limit);
	rc = open_pipe(&stream->fd, ret_write, err);
	if (rc)
		return rc;
	return pr_watch_start(
		child->loop, &stream->watch, stream->fd, PR_IO_READ, on_stream, stream, err);
}

static int spawn(struct pr_child *child, const struct pr_child_options *options,
	const int writers[2], struct pr_err *err)
{
	struct pr_spawn order = {.program = options->program,
		.argv = options->argv,
		.env = options->env ? options->env : pr_env_all(),
		.mask = pr_loop_child_mask(child->loop),
		.no_input = options->no_input,
		.death_signal = options->death_signal ? options->death_signal : SIGKILL,
		.folder = options->folder,
		.outputs = {writers[0], writers[1]}};
	int failure = pr_spawn(&order, &child->pid);

	if (failure)
		return pr_fail_errno(err, failure, "cannot start '%s'", options->program);
	return 0;
}

/* Everything that can fail comes before the start, but for the reaping of what is started. */
static int child_begin(
	struct pr_child *child, const struct pr_child_options *options, struct pr_err *err)
{
	PR_AUTO(close) int out = -1;
	PR_AUTO(close) int errors = -1;
	int rc = stream_open(child, &child->streams[0], options->stream_bytes, &out, err);

	if (!rc)
		rc = stream_open(child, &child->streams[1], options->stream_bytes, &errors, err);
	if (!rc && options->timeout_us >= 0 &&
		pr_timer_start(child->loop, &child->timer, options->timeout_us, on_timeout, child))
		rc = pr_fail_nomem(err);
	if (!rc)
		rc = spawn(child, options, (const int[2]){out, errors}, err);
	if (rc)
		return rc;
	return pr_reap_start(child->loop, &child->reap, child->pid, on_reaped, child, err);
}

int pr_child_start(struct pr_loop *loop, const struct pr_child_options *options, pr_child_fn *fn,
	void *arg, struct pr_child **ret_child, struct pr_err *err)
{
	struct pr_child *child = calloc(1, sizeof *child);
	int rc;

	if (!child)
		return pr_fail_nomem(err);
	child->loop = loop;
	child->fn = fn;
	child->output = options->output;
	child->linger_us = options->linger_us;
	child->arg = arg;
	child->streams[0].fd = -1;
	child->streams[1].fd = -1;
	rc = child_begin(child, options, err);
	if (rc) {
		pr_child_free(child);
		return rc;
	}
	*ret_child = child;
	return 0;
}

pid_t pr_child_pid(const struct pr_child *child)
{
	return child->pid;
}

void pr_child_signal(struct pr_child *child, int signo)
{
	if (!child->reaped && !child->reported)
		kill(-child->pid, signo);
}

/*
 * The group outlives its leader as long as it has members, so its number is ours also after the
 * leader was reaped, while somebody holds the streams.
 */
void pr_child_free(struct pr_child *child)
{
	if (!child)
		return;
	if (child->pid && !child->reported)
		kill(-child->pid, SIGKILL);
	if (child->pid && !child->reaped && !child->reap.loop && !child->reported)
		waitpid(child->pid, NULL, 0); /* the loop could not take it */
	pr_reap_stop(&child->reap);
	pr_timer_stop(&child->timer);
	stream_close(&child->streams[0]);
	stream_close(&child->streams[1]);
	pr_buf_release(&child->streams[0].kept);
	pr_buf_release(&child->streams[1].kept);
	free(child);
}

void pr_child_allow_files(void)
{
	pr_spawn_allow_files();
}
