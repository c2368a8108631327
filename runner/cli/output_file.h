#ifndef PR_CLI_OUTPUT_FILE_H
#define PR_CLI_OUTPUT_FILE_H

/* Where results and logs go (docs/design.md, decision 12). */

#include "base/err.h"

/* How the file will be written: pr_file_check_replaceable, or pr_file_check_writable for appending.
 */
typedef int pr_output_check_fn(const char *path, struct pr_err *err);

/*
 * The path to write to, which passes `check`. A `given` one (not NULL) must be writable, or it is
 * the error. A default `name` in the present folder falls back to $PLAN_RUNNER_STATE, then $TMPDIR,
 * then /tmp, with one warning; NULL in *ret_path means that there is no place and it stays in
 * memory. Caller frees.
 */
int pr_output_file(const char *given, const char *name, pr_output_check_fn *check, char **ret_path,
	struct pr_err *err);

#endif
