#ifndef PR_BASE_FILE_PRIVATE_H
#define PR_BASE_FILE_PRIVATE_H

/* What the files of base/file.h share with each other. */

#include "base/compiler.h"
#include "base/err.h"

/* The folder that holds `path`, as dirname says it. NULL when memory is out. Caller frees. */
char *pr_file_folder_of(const char *path) PR_MUST_CHECK;

/*
 * The name behind `path` when that is a symbolic link, and behind that, to the end; the end need
 * not exist. Caller frees. PR_EIO for a circle.
 */
int pr_file_follow_links(const char *path, char **ret_target, struct pr_err *err);

/*
 * A name beside `path` that nothing has yet, short enough even where that one is as long as names
 * can be. Caller frees.
 */
int pr_file_temporary_name(const char *path, char **ret_name, struct pr_err *err);

/* The descriptor that a name such as /dev/stdout or /dev/fd/3 stands for, -1 for any other name. */
int pr_file_standard_fd(const char *path);

#endif
