#ifndef PR_CLI_GLOBAL_OPTIONS_H
#define PR_CLI_GLOBAL_OPTIONS_H

/*
 * The options before the command (docs/engine.md 9.1). Those that a command has too (--verbose,
 * --log-format, --settings) it reads itself, wherever they stand.
 */

#include "cli/context.h"
#include "cli/log_file.h"

/* Those of `chaos` come first. */
#define PR_CHAOS_OPTION_COUNT 9
#define PR_GLOBAL_OPTION_COUNT 10

extern const struct pr_option pr_global_options[PR_GLOBAL_OPTION_COUNT];

/* What stays in effect while the command runs. */
struct pr_globals {
	struct pr_log_file log;
};

#define PR_GLOBALS_INIT {.log = PR_LOG_FILE_INIT}

/*
 * Opens the log file, which `chaos` has unless told otherwise, and changes the directory, in this
 * order. PR_EIO or PR_ENOTFOUND when a place that was asked for cannot be used; the usual log file
 * that cannot be written is warned of. Release also after a failure.
 */
int pr_globals_apply(struct pr_globals *globals, const struct pr_context *context,
	const struct pr_args *args, struct pr_err *err);

/* Closes the log file. */
void pr_globals_release(struct pr_globals *globals);

#endif
