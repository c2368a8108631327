#ifndef PR_CLI_LOG_FILE_H
#define PR_CLI_LOG_FILE_H

/*
 * A log file as a sink of base/log.h. A run is not stopped when its disk becomes full: that lines
 * are lost is said once, on standard error.
 */

#include "base/err.h"
#include "base/log.h"

#include <stdbool.h>

struct pr_log_file {
	int fd;           /* -1: not open */
	const char *path; /* borrowed */
	int lost;         /* errno of the first line that was not written; 0: none was lost */
	bool checked;     /* from then on, a loss is told */
};

/* The value before pr_log_file_open, which pr_log_file_close accepts. */
#define PR_LOG_FILE_INIT {.fd = -1}

/*
 * Opens `path`, which must outlive the file, for appending and adds the sink, of which level and
 * format are used. `file` must not move until it is closed. PR_EIO, PR_ENOTFOUND or what
 * pr_file_open_append says; PR_ELIMIT. Close also after a failure.
 */
int pr_log_file_open(struct pr_log_file *file, const char *path, const struct pr_log_sink *sink,
	struct pr_err *err);

/*
 * Whether the lines since it was opened were written: PR_EIO and such where they were not. From now
 * on a loss is told on standard error. Without a file, 0.
 */
int pr_log_file_check(struct pr_log_file *file, struct pr_err *err);

/* Removes the sink and closes the file. */
void pr_log_file_close(struct pr_log_file *file);

#endif
