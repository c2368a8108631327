#include "base/file.h"
#include "base/file_private.h"
#include "base/text.h"
#include "base/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

/* What a file is to hold, and how. */
struct content {
	const char *shown;     /* the path that messages name: what the caller gave */
	pr_file_fill_fn *fill; /* writes it, NULL: it is data */
	void *arg;
	const void *data;
	size_t n;
	mode_t mode;               /* of a new file */
	const struct stat *former; /* of the file that is replaced, NULL for a new one */
	bool sync;
	int *lock; /* receives the descriptor that locks the new file; NULL: not asked for */
};

static int sync_folder(const char *path, struct pr_err *err)
{
	PR_AUTO(free) char *folder = pr_file_folder_of(path);
	PR_AUTO(close) int fd = -1;

	if (!folder)
		return pr_fail_nomem(err);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == EACCES) /* a folder that can be written but not listed */
		return 0;
	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		return pr_fail_errno(err, errno, "cannot flush '%s'", folder);
	return 0;
}

int pr_file_sync(const char *path, struct pr_err *err)
{
	PR_AUTO(free) char *target = NULL;
	PR_AUTO(close) int fd = -1;
	int rc = pr_file_follow_links(path, &target, err);

	if (rc)
		return rc;
	fd = open(target, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == EACCES) /* one that can be written but not read */
		fd = open(target, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fsync(fd))
		return pr_fail_errno(err, errno, "cannot flush '%s'", path);
	return sync_folder(target, err);
}

static int write_content(int fd, const struct content *content, struct pr_err *err)
{
	int rc = content->fill ? content->fill(content->arg, fd, err)
			       : pr_file_write_all(fd, content->data, content->n, err);

	if (rc)
		pr_wrap(err, "'%s'", content->shown);
	return rc;
}

static int write_in_place(const char *path, const struct content *content, struct pr_err *err)
{
	int standard = pr_file_standard_fd(path);
	PR_AUTO(close) int fd = -1;

	if (standard < 0) {
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			return pr_fail_errno(err, errno, "cannot write '%s'", path);
	}
	return write_content(standard < 0 ? fd : standard, content, err);
}

/* Owner, where we may, and mode of the file that is replaced: umask must not narrow them again. */
static int keep_owner_and_mode(int fd, const struct stat *former)
{
	struct stat info;

	if (fstat(fd, &info))
		return -1;
	if ((info.st_uid != former->st_uid || info.st_gid != former->st_gid) &&
		fchown(fd, former->st_uid, former->st_gid) && errno != EPERM)
		return -1;
	return fchmod(fd, former->st_mode & 07777);
}

/*
 * A second descriptor that holds the lock, for as long as it is open. Where a file system has no
 * locks there is none, and nothing else is lost.
 */
static void lock_temporary(int fd, const struct content *content)
{
	int copy;

	if (!content->lock)
		return;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy >= 0 && flock(copy, LOCK_EX | LOCK_NB)) {
		close(copy);
		copy = -1;
	}
	*content->lock = copy;
}

static int fill_temporary(const char *path, const struct content *content, struct pr_err *err)
{
	mode_t mode = content->former ? 0600 : content->mode;
	PR_AUTO(close) int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, mode);
	int rc;

	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot create '%s'", content->shown);
	if (content->former && keep_owner_and_mode(fd, content->former))
		return pr_fail_errno(err, errno, "cannot set the mode of '%s'", content->shown);
	rc = write_content(fd, content, err);
	if (rc)
		return rc;
	if (content->sync && fsync(fd))
		return pr_fail_errno(err, errno, "cannot flush '%s'", content->shown);
	lock_temporary(fd, content);
	if (close(pr_steal_fd(&fd)) && errno != EINTR) /* where NFS reports a full disk */
		return pr_fail_errno(err, errno, "cannot write '%s'", content->shown);
	return 0;
}

int pr_file_temporary_name(const char *path, char **ret_name, struct pr_err *err)
{
	PR_AUTO(free) char *folder = pr_file_folder_of(path);
	const char *slash = strrchr(path, '/');
	uint32_t tag = 0;
	int rc = pr_random_bytes(&tag, sizeof tag, err);

	if (rc)
		return rc;
	if (!folder)
		return pr_fail_nomem(err);
	*ret_name = pr_text_format("%s/%.200s.%08x.tmp", folder, slash ? slash + 1 : path, tag);
	return *ret_name ? 0 : pr_fail_nomem(err);
}

static int replace_regular(const char *path, const struct content *content, struct pr_err *err)
{
	PR_AUTO(free) char *temporary = NULL;
	int rc;

	/* The rename would not ask: a file that is write-protected stays as it is. */
	if (content->former && access(path, W_OK))
		return pr_fail_errno(err, errno, "cannot write '%s'", path);
	rc = pr_file_temporary_name(path, &temporary, err);
	if (rc)
		return rc;
	rc = fill_temporary(temporary, content, err);
	if (!rc && rename(temporary, path))
		rc = pr_fail_errno(err, errno, "cannot write '%s'", path);
	if (rc)
		unlink(temporary);
	return rc || !content->sync ? rc : sync_folder(path, err);
}

static int replace(const char *path, const struct content *order, struct pr_err *err)
{
	struct content content = *order;
	PR_AUTO(free) char *target = NULL;
	struct stat info;
	int rc;

	content.shown = path;
	if (pr_file_standard_fd(path) >= 0)
		return write_in_place(path, &content, err);
	if (stat(path, &info) == 0) {
		if (S_ISDIR(info.st_mode))
			return pr_fail(err, PR_EIO, "cannot write '%s': it is a folder", path);
		if (!S_ISREG(info.st_mode))
			return write_in_place(path, &content, err);
		content.former = &info;
	}
	rc = pr_file_follow_links(path, &target, err);
	return rc ? rc : replace_regular(target, &content, err);
}

int pr_file_replace(
	const char *path, const void *data, size_t n, mode_t mode, bool sync, struct pr_err *err)
{
	struct content content = {.data = data, .n = n, .mode = mode, .sync = sync};

	return replace(path, &content, err);
}

int pr_file_replace_locked(
	const char *path, const struct pr_file_text *text, int *lock, struct pr_err *err)
{
	PR_AUTO(close) int fresh = -1;
	struct content content = {.fill = text->fill,
		.arg = text->arg,
		.data = text->data,
		.n = text->n,
		.mode = text->mode,
		.sync = text->sync,
		.lock = &fresh};
	int rc = replace(path, &content, err);

	if (rc)
		return rc;
	pr_auto_close(lock);
	*lock = pr_steal_fd(&fresh);
	return 0;
}

/* A killed process has its locks until a child that it was starting has gone after it. */
#define LOCK_PATIENCE_MS 500
#define LOCK_STEP_MS 10

/* Whether this file, opened before, is still the one that has the name. */
static bool has_name(int fd, const char *path)
{
	struct stat own;
	struct stat named;

	return fstat(fd, &own) == 0 && stat(path, &named) == 0 && own.st_ino == named.st_ino &&
	       own.st_dev == named.st_dev;
}

static int try_lock(const char *path, int *ret_lock, struct pr_err *err)
{
	PR_AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot open '%s'", path);
	/* A file that has been replaced since belongs to one who is at work. */
	if ((flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) || !has_name(fd, path))
		return pr_fail_errno(err, EWOULDBLOCK, "'%s' is in use", path);
	*ret_lock = pr_steal_fd(&fd);
	return 0;
}

int pr_file_lock(const char *path, int *ret_lock, struct pr_err *err)
{
	static const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
	struct pr_err why = PR_ERR_INIT;

	for (int waited_ms = 0; try_lock(path, ret_lock, &why); waited_ms += LOCK_STEP_MS) {
		if (why.sys != EWOULDBLOCK || waited_ms >= LOCK_PATIENCE_MS) {
			if (err)
				*err = why;
			return why.code;
		}
		pr_err_clear(&why);
		nanosleep(&step, NULL);
	}
	return 0;
}
