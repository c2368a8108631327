#ifndef PR_BASE_LOG_H
#define PR_BASE_LOG_H

/*
 * Levelled log lines to a few sinks, redacted at the sink. Another global state of the project
 * (beside base/redact.h): the list of sinks with their levels, set up by the command line before
 * anything runs. Without a sink, lines vanish. A line is cut at 64 KiB and never holds a bare
 * newline: the lines of a multi-line message are indented by four spaces, as upstream does
 * (docs/engine.md 9.5).
 */

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>

enum pr_log_level {
	PR_LOG_DEBUG,
	PR_LOG_INFO,
	PR_LOG_WARNING,
	PR_LOG_ERROR,
	PR_LOG_CRITICAL,
};

enum pr_log_format {
	PR_LOG_SHORT,   /* [2026-11-20 16:24:56 INFO] message (docs/engine.md 9.5) */
	PR_LOG_VERBOSE, /* [2026-11-20 16:24:56 INFO] [module:line] message */
	PR_LOG_UTC,     /* [2026-11-20T16:04:56.465597+00:00 INFO] [module:line] message
			   (docs/protocol.md 1.4) */
	PR_LOG_JSON,    /* one object a line (docs/engine.md 9.5) */
};

/* Receives one finished line with its newline. */
typedef void pr_log_write_fn(void *arg, const char *line, size_t n);

struct pr_log_sink {
	enum pr_log_level level; /* least level that is written */
	enum pr_log_format format;
	bool colour; /* ANSI colours of upstream; for a terminal only */
	pr_log_write_fn *write;
	void *arg;
};

/* Adds a sink (copied; at most 8). PR_ELIMIT. */
int pr_log_add(const struct pr_log_sink *sink, struct pr_err *err);

/* Removes the sinks whose `arg` is this one. */
void pr_log_remove(const void *arg);

/*
 * Sends what goes to the sinks whose `arg` is `from` to `write` with `to` instead: for who draws on
 * the same terminal. Levels and forms stay.
 */
void pr_log_reroute(const void *from, pr_log_write_fn *write, void *to);

/* Removes every sink, and with `clock` (NULL: the system's) sets whose time the lines carry. */
void pr_log_reset(const struct pr_clock *clock);

/* Whether a line of this level would be written anywhere. */
bool pr_log_enabled(enum pr_log_level level);

/* Writes a line. Use the macros below, which add the place. */
void pr_log_at(enum pr_log_level level, const char *file, int line, const char *fmt, ...)
	PR_PRINTF(4, 5);

/*
 * Writes a finished line to a descriptor, waiting a second at most where it takes no more. 0, or
 * the errno by which (the rest of) the line was lost.
 */
int pr_log_put(int fd, const char *line, size_t n);

/* A pr_log_write_fn whose `arg` is a descriptor in the form (void *)(intptr_t)fd; errors are
 * ignored. */
void pr_log_write_fd(void *arg, const char *line, size_t n);

/* A pr_log_write_fn whose `arg` is a struct pr_buf *: what the upload and the tests read. */
void pr_log_write_buf(void *arg, const char *line, size_t n);

/* Name of a level: "WARNING". Static. */
const char *pr_log_level_name(enum pr_log_level level);

#define pr_debug(...) pr_log_at(PR_LOG_DEBUG, __FILE__, __LINE__, __VA_ARGS__)
#define pr_info(...) pr_log_at(PR_LOG_INFO, __FILE__, __LINE__, __VA_ARGS__)
#define pr_warn(...) pr_log_at(PR_LOG_WARNING, __FILE__, __LINE__, __VA_ARGS__)
#define pr_error(...) pr_log_at(PR_LOG_ERROR, __FILE__, __LINE__, __VA_ARGS__)
#define pr_critical(...) pr_log_at(PR_LOG_CRITICAL, __FILE__, __LINE__, __VA_ARGS__)

#endif
