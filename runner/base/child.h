#ifndef PR_BASE_CHILD_H
#define PR_BASE_CHILD_H

/*
 * A child process with its output collected: started in a process group of its own, ended as a
 * group, its stdout and stderr kept up to a limit and drained beyond it. All through the event
 * loop. The child itself is ended when we die, however we die.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"

#include <sys/types.h>

struct pr_child;

/* Gets output as it comes, instead of its being kept: `stream` is 1 or 2. May hold NUL bytes. Must
 * not free the child. */
typedef void pr_child_output_fn(void *arg, int stream, const char *data, size_t n);

struct pr_child_options {
	const char *program; /* absolute path, or relative with a slash: it is not searched for */
	char *const *argv;   /* with argv[0], NULL-terminated */
	size_t stream_bytes; /* kept of each stream */
	int64_t timeout_us;  /* negative: none; 0: at once */
	int64_t linger_us;   /* see pr_child_start; 0: without end */
	char *const *env;    /* as execve wants it; NULL: that of this process */
	bool no_input;       /* standard input is /dev/null */
	int death_signal;    /* what it gets when we die; 0: SIGKILL */
	const char *folder;  /* it works in; NULL: ours */
	pr_child_output_fn *output; /* NULL: the streams are kept. With the `arg` of `fn` */
};

/* How it ended. Borrowed by the callback. */
struct pr_child_result {
	bool timed_out; /* ended by us since the time was over; the streams hold what had come */
	int status;     /* as of waitpid; meaningless with timed_out */
	const struct pr_buf *out; /* may hold NUL bytes */
	const struct pr_buf *err;
	uint64_t dropped; /* bytes beyond stream_bytes, of both streams */
};

typedef void pr_child_fn(void *arg, const struct pr_child_result *result);

/*
 * Starts it; standard input is inherited unless no_input is set, the signal mask is that of before
 * the loop's, SIGPIPE and SIGXFSZ are default. `fn` is called once, when the child has ended and
 * both streams are closed (a grandchild that holds them keeps it open, docs/engine.md 4.3), or when
 * the time is over: then the whole group is killed. With linger_us the streams are read on for that
 * long at most once the child has ended, and whoever holds them is left alone. Caller frees with
 * pr_child_free. PR_ENOTFOUND, PR_EIO, PR_ENOMEM.
 */
int pr_child_start(struct pr_loop *loop, const struct pr_child_options *options, pr_child_fn *fn,
	void *arg, struct pr_child **ret_child, struct pr_err *err);

/* Its process number. */
pid_t pr_child_pid(const struct pr_child *child);

/* Sends `signo` to the group; nothing when the child has ended. */
void pr_child_signal(struct pr_child *child, int signo);

/*
 * Frees it; may be called from `fn`. A group that still lives is killed and reaped, and `fn` is not
 * called. NULL is allowed.
 */
void pr_child_free(struct pr_child *child);

/* From now on this process may have some thousand descriptors, where its hard limit lets it: many
 * children need three each. Programs that are started keep the limit that we were given, since
 * select() cannot do with more. */
void pr_child_allow_files(void);

#endif
