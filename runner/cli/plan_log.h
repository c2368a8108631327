#ifndef PR_CLI_PLAN_LOG_H
#define PR_CLI_PLAN_LOG_H

/* The log of a plan's execution: a file, the console, and memory for the upload
 * (docs/protocol.md 1.4). */

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "cli/log_file.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_plan_log {
	struct pr_log_file file;
	struct pr_buf text; /* what is uploaded */
	bool on_console;    /* it is seen there */
};

/* The value before pr_plan_log_open, which pr_plan_log_close accepts. */
#define PR_PLAN_LOG_INIT {.file = PR_LOG_FILE_INIT}

/* Standard error as a sink for lines from `level` on. */
struct pr_log_sink pr_plan_log_console(enum pr_log_level level);

/*
 * Opens `path`, which must outlive the log, for appending (NULL: no file) and sets up the sinks;
 * lines go to `console` too, unless it is NULL or has no function to write with. `log` must not
 * move afterwards.
 */
int pr_plan_log_open(struct pr_plan_log *log, const char *path, const struct pr_log_sink *console,
	struct pr_err *err);

/*
 * Puts a journal into the log, redacted, as numbered pieces of one JSON text that fit a line each:
 * the last resort where neither files nor the spool survive. `title` begins every line; with
 * `console` they go to standard error too. PR_ENOMEM.
 */
int pr_plan_log_journal(const char *title, const json_t *journal, bool console, struct pr_err *err);

/* Removes the sinks and closes the file. */
void pr_plan_log_close(struct pr_plan_log *log);

#endif
