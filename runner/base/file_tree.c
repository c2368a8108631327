#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void auto_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Bounds the recursion; a deeper tree is reported, not followed. */
#define TREE_DEPTH_MAX 64

static int remove_entries(int fd, const char *path, int depth, struct pr_err *err);

static int remove_one(int folder, const char *name, const char *path, int depth, struct pr_err *err)
{
	int fd;

	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return pr_fail_errno(err, errno, "cannot remove '%s' in '%s'", name, path);
	fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot remove '%s' in '%s'", name, path);
	if (remove_entries(fd, path, depth + 1, err))
		return PR_EIO;
	if (unlinkat(folder, name, AT_REMOVEDIR))
		return pr_fail_errno(err, errno, "cannot remove '%s' in '%s'", name, path);
	return 0;
}

/* Takes the descriptor. */
static int remove_entries(int fd, const char *path, int depth, struct pr_err *err)
{
	__attribute__((cleanup(auto_closedir))) DIR *dir = fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		close(fd);
		return pr_fail_errno(err, errno, "cannot read the folder '%s'", path);
	}
	if (depth > TREE_DEPTH_MAX)
		return pr_fail(err, PR_ELIMIT, "'%s' is nested too deeply to be removed", path);
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (remove_one(dirfd(dir), entry->d_name, path, depth, err))
			return PR_EIO;
	}
	return 0;
}

int pr_file_remove_tree(const char *path, struct pr_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return pr_fail_errno(err, errno, "cannot remove '%s'", path);
	if (remove_entries(fd, path, 0, err))
		return PR_EIO;
	return rmdir(path) && errno != ENOENT ? pr_fail_errno(err, errno, "cannot remove '%s'", path) : 0;
}
