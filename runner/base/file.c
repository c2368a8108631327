#include "base/file.h"

#include "base/file_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

/*
 * Waits for a pipe or a terminal, whose writer may never come: with signals unblocked that ask for
 * an end, for whoever handles them cannot while we wait.
 */
static void await_input(int fd)
{
	struct pollfd input = {.fd = fd, .events = POLLIN};
	sigset_t mask;

	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	sigdelset(&mask, SIGINT);
	sigdelset(&mask, SIGTERM);
	ppoll(&input, 1, NULL, &mask);
}

static int read_descriptor(
	int fd, bool waits, const char *path, struct pr_buf *out, struct pr_err *err)
{
	char block[65536];

	for (;;) {
		ssize_t n;

		if (waits)
			await_input(fd);
		n = read(fd, block, sizeof block);
		if (n < 0 && (errno == EINTR || (waits && errno == EAGAIN)))
			continue;
		if (n < 0)
			return pr_fail_errno(err, errno, "cannot read '%s'", path);
		if (!n)
			return 0;
		if (pr_buf_add(out, block, (size_t)n)) {
			pr_buf_check(out, "the file", err);
			pr_wrap(err, "'%s'", path);
			return out->status;
		}
	}
}

int pr_file_read(const char *path, struct pr_buf *out, struct pr_err *err)
{
	PR_AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t before = out->len;
	struct stat info = {.st_mode = S_IFREG};
	int rc;

	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot read '%s'", path);
	if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
		return pr_fail(err, PR_EIO, "cannot read '%s': it is a folder", path);
	rc = read_descriptor(fd, !S_ISREG(info.st_mode), path, out, err);
	if (rc)
		pr_buf_truncate(out, before);
	return rc;
}

int pr_file_write_all(int fd, const void *data, size_t n, struct pr_err *err)
{
	const char *at = data;

	while (n) {
		ssize_t written = write(fd, at, n);

		if (written < 0 &&
			errno == EAGAIN) { /* a pipe that another process made non-blocking */
			struct pollfd room = {.fd = fd, .events = POLLOUT};

			poll(&room, 1, -1);
			continue;
		}
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return pr_fail_errno(err, errno, "cannot write");
		at += written;
		n -= (size_t)written;
	}
	return 0;
}

int pr_file_open_append(const char *path, mode_t mode, struct pr_err *err)
{
	int fd = pr_file_standard_fd(path);

	if (fd >= 0)
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	else
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, mode);
	return fd < 0 ? pr_fail_errno(err, errno, "cannot write '%s'", path) : fd;
}
