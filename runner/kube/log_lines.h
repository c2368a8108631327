#ifndef PR_KUBE_LOG_LINES_H
#define PR_KUBE_LOG_LINES_H

/*
 * The lines of a container's log, read with a stamp before each, out of one stream after another: a
 * connection that is lost is followed by another from the last stamp on, which repeats what came in
 * the same second. Every line comes out once, whole and without its stamp.
 */

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes a part of the log, line by line as long as lines are of a usual length. Non-zero: no more.
 */
typedef int pr_kube_log_fn(void *arg, const char *bytes, size_t n);

#define PR_KUBE_STAMP_SIZE 48

struct pr_kube_lines {
	pr_kube_log_fn *fn;
	void *arg;
	struct pr_buf rest;             /* the line that has not ended yet */
	bool inside;                    /* the first part of a very long line was taken … */
	bool muted;                     /* … which came out before */
	bool resumed;                   /* what comes may be known */
	char begun[PR_KUBE_STAMP_SIZE]; /* stamp of the very long line */
	char last[PR_KUBE_STAMP_SIZE];  /* stamp of the last line, "" before the first */
	int64_t last_ns;
	int64_t newest_ns;
	size_t at_last; /* lines that had the last stamp */
	size_t known;   /* of them, how many came again */
};

/* An empty one; allocates nothing. */
void pr_kube_lines_init(struct pr_kube_lines *lines, pr_kube_log_fn *fn, void *arg);

/* Frees the contents. */
void pr_kube_lines_release(struct pr_kube_lines *lines);

/* A further stream begins, from `last` on. */
void pr_kube_lines_resume(struct pr_kube_lines *lines);

/* Takes bytes of a stream: 0, PR_ENOMEM, or what `fn` returned. */
int pr_kube_lines_add(struct pr_kube_lines *lines, const char *bytes, size_t n);

/* The log is complete: puts out a last line that has no end. */
int pr_kube_lines_finish(struct pr_kube_lines *lines);

/*
 * Nanoseconds since 1970 of "2026-01-31T23:59:59[.fraction](Z|±hh:mm)", the `n` bytes of it. False
 * for any other text.
 */
bool pr_kube_stamp_ns(const char *text, size_t n, int64_t *ret_ns);

#endif
