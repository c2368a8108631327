#ifndef PR_CLI_CONSOLE_H
#define PR_CLI_CONSOLE_H

/* What people and pipes see: the log on standard error, texts on standard output, complaints. */

#include "base/log.h"
#include "cli/context.h"

/*
 * Opens /dev/null in the place of each standard stream that is closed. First of all: the next
 * connection would be opened there, and be sent what is printed.
 */
void pr_console_open_streams(void);

/* Writes to standard output, redacted; a closed pipe is no error. */
void pr_print(const char *fmt, ...) PR_PRINTF(1, 2);

/* The same to standard error, for texts that upstream prints there: no name before them. */
void pr_print_error(const char *fmt, ...) PR_PRINTF(1, 2);

/* Writes `n` bytes to standard output as they are. */
void pr_print_bytes(const char *bytes, size_t n);

/* The same for what somebody goes on to use: that not all of it was written is a failure. */
int pr_print_document(const char *bytes, size_t n, struct pr_err *err);

/*
 * Sends the log to standard error: from INFO on, or with `verbose` everything with its place;
 * `format` is "string", "json" or NULL. Colours only on a terminal and without NO_COLOR.
 */
int pr_console_log(bool verbose, const char *format, struct pr_err *err);

/* Prints the help page of a command; the exit code. */
int pr_console_help(const struct pr_context *context, const struct pr_args *args);

/* Prints usage and what is wrong with the command line; the exit code. */
int pr_console_usage(
	const struct pr_context *context, const struct pr_args *args, const struct pr_err *err);

#endif
