#ifndef PR_REPORT_MOMENT_H
#define PR_REPORT_MOMENT_H

/* Times of journals, read and shown. */

#include "base/buf.h"

/*
 * The seconds since 1970 of an ISO 8601 time as journals have it (docs/engine.md 8): the fraction
 * and the zone may be missing, then it is UTC. Returns false for anything else and for NULL.
 */
bool pr_moment_read(const char *text, double *ret_seconds);

/* Adds "2026-11-20 16:24:56 UTC"; a text that is no time is shown as it is. Status as of
 * pr_buf_add. */
int pr_moment_add(const char *text, struct pr_buf *out);

/* Adds seconds as people read them: "3.45 ms", "12.3 s", "2 min 5 s", "1 h 2 min"; "-" for negative
 * ones. Status as of pr_buf_add. */
int pr_moment_duration(double seconds, struct pr_buf *out);

#endif
