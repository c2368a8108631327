#include "base/file.h"

#include "base/env.h"
#include "base/text.h"
#include "base/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int read_descriptor(int fd, const char *path, struct pr_buf *out, struct pr_err *err)
{
	char block[65536];

	for (;;) {
		ssize_t n = read(fd, block, sizeof block);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return pr_fail_errno(err, errno, "cannot read '%s'", path);
		if (!n)
			return 0;
		if (pr_buf_add(out, block, (size_t)n)) {
			pr_buf_check(out, "the file", err);
			return pr_wrap(err, "'%s'", path);
		}
	}
}

int pr_file_read(const char *path, struct pr_buf *out, struct pr_err *err)
{
	PR_AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat info;

	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot read '%s'", path);
	if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
		return pr_fail(err, PR_EIO, "cannot read '%s': it is a folder", path);
	return read_descriptor(fd, path, out, err);
}

int pr_file_write_all(int fd, const void *data, size_t n, struct pr_err *err)
{
	const char *at = data;

	while (n) {
		ssize_t written = write(fd, at, n);

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
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, mode);

	return fd < 0 ? pr_fail_errno(err, errno, "cannot write '%s'", path) : fd;
}

/* The folder of a path. Caller frees. */
static char *folder_of(const char *path)
{
	PR_AUTO(free) char *copy = pr_text_dup(path);

	return copy ? pr_text_dup(dirname(copy)) : NULL;
}

static int sync_folder(const char *path, struct pr_err *err)
{
	PR_AUTO(free) char *folder = folder_of(path);
	PR_AUTO(close) int fd = -1;

	if (!folder)
		return pr_fail_nomem(err);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		return pr_fail_errno(err, errno, "cannot flush '%s'", folder);
	return 0;
}

static int write_in_place(const char *path, const void *data, size_t n, struct pr_err *err)
{
	PR_AUTO(close) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot write '%s'", path);
	return pr_file_write_all(fd, data, n, err) ? pr_wrap(err, "'%s'", path) : 0;
}

static int fill_temporary(const char *path, const void *data, size_t n, mode_t mode, bool sync,
	struct pr_err *err)
{
	PR_AUTO(close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, mode);

	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot write '%s'", path);
	if (pr_file_write_all(fd, data, n, err))
		return pr_wrap(err, "'%s'", path);
	if (sync && fsync(fd))
		return pr_fail_errno(err, errno, "cannot flush '%s'", path);
	return 0;
}

static int replace_regular(const char *path, const void *data, size_t n, mode_t mode, bool sync,
	struct pr_err *err)
{
	PR_AUTO(free) char *temporary = NULL;
	uint64_t tag = 0;
	int rc;

	if (pr_random_bytes(&tag, sizeof tag, err))
		return PR_EIO;
	temporary = pr_text_format("%s.%012llx.tmp", path, (unsigned long long)tag >> 16);
	if (!temporary)
		return pr_fail_nomem(err);
	rc = fill_temporary(temporary, data, n, mode, sync, err);
	if (!rc && rename(temporary, path))
		rc = pr_fail_errno(err, errno, "cannot write '%s'", path);
	if (rc)
		unlink(temporary);
	return rc || !sync ? rc : sync_folder(path, err);
}

int pr_file_replace(const char *path, const void *data, size_t n, mode_t mode, bool sync,
	struct pr_err *err)
{
	PR_AUTO(free) char *target = realpath(path, NULL);
	struct stat info;

	if (!target)
		return replace_regular(path, data, n, mode, sync, err);
	if (stat(target, &info))
		return pr_fail_errno(err, errno, "cannot write '%s'", path);
	if (S_ISDIR(info.st_mode))
		return pr_fail(err, PR_EIO, "cannot write '%s': it is a folder", path);
	if (!S_ISREG(info.st_mode))
		return write_in_place(target, data, n, err);
	return replace_regular(target, data, n, info.st_mode & 0777, sync, err);
}

int pr_file_mkdirs(const char *path, mode_t mode, struct pr_err *err)
{
	PR_AUTO(free) char *copy = pr_text_dup(path);
	struct stat info;

	if (!copy)
		return pr_fail_nomem(err);
	for (char *p = copy + 1; *copy && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(copy, mode) && errno != EEXIST)
			return pr_fail_errno(err, errno, "cannot create the folder '%s'", copy);
		*p = '/';
	}
	if (mkdir(copy, mode) && errno != EEXIST)
		return pr_fail_errno(err, errno, "cannot create the folder '%s'", path);
	if (stat(copy, &info) || !S_ISDIR(info.st_mode))
		return pr_fail(err, PR_EIO, "'%s' is not a folder", path);
	return 0;
}

bool pr_file_exists(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0;
}

int pr_file_check_writable(const char *path, struct pr_err *err)
{
	PR_AUTO(free) char *folder = folder_of(path);
	struct stat info;

	if (!folder)
		return pr_fail_nomem(err);
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return pr_fail(err, PR_EIO, "cannot write '%s': it is a folder", path);
	if (access(folder, F_OK))
		return pr_fail(err, PR_ENOTFOUND, "cannot write '%s': the folder '%s' does not exist", path,
			folder);
	if (access(pr_file_exists(path) ? path : folder, W_OK) || access(folder, X_OK))
		return pr_fail_errno(err, errno == ENOENT ? EACCES : errno, "cannot write '%s'", path);
	return 0;
}

char *pr_file_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	return pr_text_format("%.*s%s%s", (int)n, dir, n == 1 && *dir == '/' ? "" : "/", name);
}

char *pr_file_expand_home(const char *path)
{
	PR_AUTO(free) char *home = NULL;

	if (path[0] != '~' || (path[1] && path[1] != '/'))
		return pr_text_dup(path);
	home = pr_env_home();
	if (!home)
		return pr_text_dup(path);
	return path[1] ? pr_file_join(home, path + 2) : pr_steal(home);
}

static bool is_program(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

char *pr_file_find_program(const char *name)
{
	const char *path = pr_env_get("PATH");

	if (!*name)
		return NULL;
	if (strchr(name, '/'))
		return is_program(name) ? pr_text_dup(name) : NULL;
	for (const char *p = path ? path : "/bin:/usr/bin"; *p;) {
		size_t n = strcspn(p, ":");
		PR_AUTO(free) char *full = pr_text_format("%.*s/%s", (int)n, p, name);

		if (n && full && is_program(full))
			return pr_steal(full);
		p += n + (p[n] == ':');
	}
	return NULL;
}

const char *pr_file_extension(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dot = strrchr(name, '.');

	return dot && dot != name ? dot : "";
}
