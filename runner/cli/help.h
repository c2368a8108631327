#ifndef PR_CLI_HELP_H
#define PR_CLI_HELP_H

/* What is made from the tables of cli/option.h besides parsing. */

#include "base/buf.h"
#include "cli/option.h"

/* The help page of the command at the end of a path. Status as of pr_buf_add. */
int pr_help_page(const char *program, const struct pr_command *const *path, size_t depth,
	struct pr_buf *out);

/* How a command is called: "program run [OPTIONS] SOURCE", without an end of line. */
void pr_help_synopsis(const char *program, const struct pr_command *const *path, size_t depth,
	struct pr_buf *out);

/* What may stand behind an option: its choices, "red|green", else what the value is called. */
void pr_help_value(const struct pr_option *option, struct pr_buf *out);

/* The line "Usage: …" alone. */
int pr_help_usage(const char *program, const struct pr_command *const *path, size_t depth,
	struct pr_buf *out);

/* Completions for bash, zsh or fish. PR_EINVAL for another shell. */
int pr_help_completion(const char *program, const struct pr_command *root, const char *shell,
	struct pr_buf *out, struct pr_err *err);

/* The man page (section 1) in roff. */
int pr_help_man(const char *program, const struct pr_command *root, struct pr_buf *out);

#endif
