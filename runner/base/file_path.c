#include "base/env.h"
#include "base/file.h"
#include "base/file_private.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* Of the kernel since 5.8; musl has no name for it. */
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif

/* As many as Linux follows. */
#define LINKS_MAX 40

char *pr_file_folder_of(const char *path)
{
	PR_AUTO(free) char *copy = pr_text_dup(path);

	return copy ? pr_text_dup(dirname(copy)) : NULL;
}

/* Where a link with this text, found at `path`, leads. Caller frees. */
static char *link_target(const char *path, const char *text)
{
	PR_AUTO(free) char *folder = NULL;

	if (*text == '/')
		return pr_text_dup(text);
	folder = pr_file_folder_of(path);
	return folder ? pr_file_join(folder, text) : NULL;
}

int pr_file_follow_links(const char *path, char **ret_target, struct pr_err *err)
{
	PR_AUTO(free) char *at = pr_text_dup(path);
	char text[PATH_MAX];

	for (int links = 0; at && links <= LINKS_MAX; links++) {
		ssize_t n = readlink(at, text, sizeof text - 1);
		char *next;

		if (n < 0) { /* no link, or nothing there */
			*ret_target = pr_steal(at);
			return 0;
		}
		text[n] = '\0';
		next = link_target(at, text);
		free(at);
		at = next;
	}
	return at ? pr_fail_errno(err, ELOOP, "cannot write '%s'", path) : pr_fail_nomem(err);
}

int pr_file_standard_fd(const char *path)
{
	static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
	int64_t fd;

	if (pr_text_eq(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (pr_text_eq(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; i < PR_LEN(folders); i++)
		if (pr_text_starts(path, folders[i]) &&
			!pr_text_int64(path + strlen(folders[i]), &fd, NULL) && fd >= 0 &&
			fd <= INT_MAX)
			return (int)fd;
	return -1;
}

bool pr_file_exists(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0;
}

bool pr_file_is_regular(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* By a file that goes at once: access() says yes to root in procfs, and on some shares. */
static int try_folder(const char *path, const char *target, const char *folder, struct pr_err *err)
{
	PR_AUTO(free) char *temporary = NULL;
	int rc = pr_file_temporary_name(target, &temporary, err);
	int fd;

	if (rc)
		return rc;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0 && errno == ENOENT)
		return pr_fail(err, PR_EIO, "cannot write '%s': the folder '%s' takes no files",
			path, folder);
	if (fd < 0)
		return pr_fail_errno(
			err, errno, "cannot write '%s' into the folder '%s'", path, folder);
	unlink(temporary);
	close(fd);
	return 0;
}

/* Of a file that exists: in a sticky folder only its owner and the folder's may take its place. */
static bool is_held(const char *target, const char *folder)
{
	struct stat file;
	struct stat around;

	return geteuid() && lstat(target, &file) == 0 && stat(folder, &around) == 0 &&
	       around.st_mode & S_ISVTX && file.st_uid != geteuid() && around.st_uid != geteuid();
}

static int check_folder(const char *path, const char *target, struct pr_err *err)
{
	PR_AUTO(free) char *folder = pr_file_folder_of(target);

	if (!folder)
		return pr_fail_nomem(err);
	if (access(folder, W_OK | X_OK) == 0)
		return is_held(target, folder)
			       ? pr_fail(err, PR_EIO,
					 "cannot replace '%s': it is another user's, in the sticky "
					 "folder '%s'",
					 path, folder)
			       : try_folder(path, target, folder, err);
	if (errno == ENOENT)
		return pr_fail(err, PR_ENOTFOUND,
			"cannot write '%s': the folder '%s' does not exist", path, folder);
	return pr_fail_errno(err, errno, "cannot write '%s' into the folder '%s'", path, folder);
}

/* An open stream may be written to by those who could not open it again (a pipe of root's). */
static int check_stream(const char *path, int fd, struct pr_err *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)
		errno = EBADF;
	else if (flags >= 0)
		return 0;
	return pr_fail_errno(err, errno, "cannot write '%s'", path);
}

/* As it will be opened: a file of others' in a sticky folder may be refused even to root. */
static int try_appending(const char *path, struct pr_err *err)
{
	int fd = pr_file_open_append(path, 0600, err);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* `whole`: it is to be replaced, not written to. */
static int check_target(const char *path, bool whole, struct pr_err *err)
{
	PR_AUTO(free) char *target = NULL;
	int fd = pr_file_standard_fd(path);
	struct stat info;
	bool exists = stat(path, &info) == 0;
	int rc;

	if (fd >= 0)
		return check_stream(path, fd, err);
	if (!exists && (errno == ENAMETOOLONG || !*path))
		return pr_fail_errno(err, errno, "cannot write '%s'", path);
	if (exists && S_ISDIR(info.st_mode))
		return pr_fail(err, PR_EIO, "cannot write '%s': it is a folder", path);
	if (exists && access(path, W_OK))
		return pr_fail_errno(err, errno, "cannot write '%s'", path);
	if (exists && !S_ISREG(info.st_mode))
		return 0;
	if (exists && !whole)
		return try_appending(path, err);
	rc = pr_file_follow_links(path, &target, err);
	return rc ? rc : check_folder(path, target, err);
}

int pr_file_check_writable(const char *path, struct pr_err *err)
{
	return check_target(path, false, err);
}

int pr_file_check_replaceable(const char *path, struct pr_err *err)
{
	struct statx info = {0};

	if (statx(AT_FDCWD, path, 0, STATX_TYPE, &info) == 0 && S_ISREG(info.stx_mode) &&
		info.stx_attributes & STATX_ATTR_MOUNT_ROOT)
		return pr_fail(err, PR_EIO,
			"cannot replace '%s': it is a mount point, mount its folder instead", path);
	return check_target(path, true, err);
}

char *pr_file_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);
	bool relative = n > 0;

	while (n && dir[n - 1] == '/')
		n--;
	while (relative && *name == '/')
		name++;
	return pr_text_format("%.*s%s%s", (int)n, dir, relative ? "/" : "", name);
}

/* As Python's expanduser: without the slashes that the home folder ends in, and never empty. */
char *pr_file_expand_home(const char *path)
{
	PR_AUTO(free) char *home = NULL;
	size_t n;

	if (path[0] != '~' || (path[1] && path[1] != '/'))
		return pr_text_dup(path);
	home = pr_env_home();
	if (!home)
		return pr_text_dup(path);
	n = strlen(home);
	while (n && home[n - 1] == '/')
		n--;
	return pr_text_format("%.*s%s", (int)n, home, n || path[1] ? path + 1 : "/");
}

static bool is_program(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* An empty part of PATH is the working folder, said with a slash so that nobody searches again. */
char *pr_file_find_program(const char *name)
{
	const char *part = pr_env_get("PATH");

	if (!*name)
		return NULL;
	if (strchr(name, '/'))
		return is_program(name) ? pr_text_dup(name) : NULL;
	if (!part)
		part = "/bin:/usr/bin";
	for (bool more = *part; more;) {
		size_t n = strcspn(part, ":");
		PR_AUTO(free) char *full =
			pr_text_format("%.*s/%s", n ? (int)n : 1, n ? part : ".", name);

		if (!full || is_program(full))
			return pr_steal(full);
		more = part[n] == ':';
		part += n + more;
	}
	return NULL;
}

/* Python's splitext: dots that a name begins with make no extension. */
const char *pr_file_extension(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const char *dot;

	name += strspn(name, ".");
	dot = strrchr(name, '.');
	return dot ? dot : "";
}
