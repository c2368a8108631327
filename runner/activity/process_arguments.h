#ifndef PR_ACTIVITY_PROCESS_ARGUMENTS_H
#define PR_ACTIVITY_PROCESS_ARGUMENTS_H

/* From `path` and `arguments` of a process activity to what is executed (docs/engine.md 4.3). */

#include "base/err.h"

#include <jansson.h>

/* What to execute. Owned; NULL-terminated. */
struct pr_process_command {
	char *program;
	char **argv;
	size_t argc;
};

/*
 * Builds it from the path as written (`~` is expanded, PATH is searched) and the substituted
 * arguments (NULL: none). A list or a mapping is executed directly, a text goes to /bin/sh.
 * PR_ENOTFOUND when a direct program does not exist, PR_EINVAL for arguments of another kind,
 * null as well, and for a NUL byte in one.
 */
int pr_process_command_build(const char *path, const json_t *arguments,
	struct pr_process_command *command, struct pr_err *err);

/* Frees the contents. */
void pr_process_command_release(struct pr_process_command *command);

#endif
