#ifndef PR_CLI_SUGGEST_H
#define PR_CLI_SUGGEST_H

/* What a user who misspelt a word of the command line may have meant. */

#include "base/buf.h"
#include "cli/option.h"

/* Adds " Did you mean 'run'?" when a sub-command of `command` is near to `given`, else nothing. */
void pr_suggest_command(const struct pr_command *command, const char *given, struct pr_buf *out);

/*
 * Adds ". Did you mean --dry?" when an option of the present command is near to the `n` bytes of
 * `given` (without hyphens), or where an option of that very name belongs; else nothing.
 */
void pr_suggest_option(const struct pr_args *args, const char *given, size_t n, struct pr_buf *out);

#endif
