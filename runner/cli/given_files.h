#ifndef PR_CLI_GIVEN_FILES_H
#define PR_CLI_GIVEN_FILES_H

/*
 * Files that the user names and that are only read when something needs them: one that is not there
 * would be noticed late, or never, and something else trusted in its place.
 */

#include "cli/context.h"

/*
 * Whether the files of --ca-file and --config can be read. A configuration that the environment
 * replaces (docs/protocol.md 1.5) is not looked at. Negative after a complaint that names the
 * option and the path.
 */
int pr_given_files_check(const struct pr_context *context, const struct pr_args *args);

#endif
