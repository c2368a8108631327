#include "base/file.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Bounds the recursion, which holds a descriptor a level; a deeper tree is reported, not followed.
 */
#define TREE_DEPTH_MAX 64

static bool is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Of an existing folder some file systems say EROFS or EACCES rather than EEXIST: so errors are
 * looked into. */
static int make_folder(const char *path, mode_t mode, struct pr_err *err)
{
	int errnum;

	if (mkdir(path, mode) == 0)
		return 0;
	errnum = errno == EEXIST ? ENOTDIR : errno;
	if (is_folder(path))
		return 0;
	return pr_fail_errno(err, errnum, "cannot create the folder '%s'", path);
}

int pr_file_mkdirs(const char *path, mode_t mode, struct pr_err *err)
{
	PR_AUTO(free) char *copy = pr_text_dup(path);
	int rc = 0;

	if (!copy)
		return pr_fail_nomem(err);
	for (char *at = copy + strspn(copy, "/"); !rc && (at = strchr(at, '/')); at++) {
		*at = '\0';
		rc = make_folder(copy, mode, err);
		*at = '/';
	}
	return rc ? rc : make_folder(copy, mode, err);
}

static void pr_auto_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int remove_entries(int fd, int depth, struct pr_err *err);

static int remove_one(int folder, const char *name, int depth, struct pr_err *err)
{
	int fd;
	int rc;

	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return pr_fail_errno(err, errno, "cannot remove '%s'", name);
	if (depth > TREE_DEPTH_MAX)
		return pr_fail(err, PR_ELIMIT, "cannot remove '%s': it is nested too deeply", name);
	fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot remove '%s'", name);
	rc = remove_entries(fd, depth, err);
	if (!rc && unlinkat(folder, name, AT_REMOVEDIR) && errno != ENOENT)
		rc = pr_fail_errno(err, errno, "cannot remove '%s'", name);
	return rc;
}

/* Takes the descriptor. */
static int remove_entries(int fd, int depth, struct pr_err *err)
{
	PR_AUTO(dir) DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int rc = 0;

	if (!dir) {
		rc = pr_fail_errno(err, errno, "cannot read a folder");
		close(fd);
		return rc;
	}
	while (!rc && (entry = readdir(dir)))
		if (!pr_text_eq(entry->d_name, ".") && !pr_text_eq(entry->d_name, ".."))
			rc = remove_one(fd, entry->d_name, depth + 1, err);
	return rc;
}

int pr_file_remove_tree(const char *path, struct pr_err *err)
{
	struct pr_err inner = PR_ERR_INIT;
	int rc = remove_one(AT_FDCWD, path, 0, &inner);

	return rc ? pr_fail(err, rc, "cannot remove '%s' whole: %s", path, inner.msg) : 0;
}
