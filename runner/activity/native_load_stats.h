#ifndef PR_ACTIVITY_NATIVE_LOAD_STATS_H
#define PR_ACTIVITY_NATIVE_LOAD_STATS_H

/*
 * What a load test measured, and its summary with the members that `oha --json
 * --stats-success-breakdown` prints (docs/protocol.md 6.1). Times are in seconds, numbers that do
 * not exist are null.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One request that was answered. Times since the start of the test. */
struct pr_load_sample {
	double start; /* when it was due, not when it could be sent */
	double end;
	double first_byte;
	double lookup, dialup; /* how long; of a new connection */
	long status;
	size_t bytes;
	bool connected; /* over a new connection */
};

/* All zero is an empty one. */
struct pr_load_stats {
	struct pr_load_sample *samples;
	size_t count, cap;
	json_t *errors; /* how often by text; NULL: none */
};

/* What the requests that were cut off by the end of the test count as: no failures of the server.
 */
#define PR_LOAD_DEADLINE "aborted due to deadline"

/* Keeps a sample. PR_ENOMEM. */
int pr_load_stats_add(struct pr_load_stats *stats, const struct pr_load_sample *sample);

/* Counts a request without answer. PR_ENOMEM. */
int pr_load_stats_fail(struct pr_load_stats *stats, const char *error);

/* The summary of a test that took `total` seconds. Caller owns. PR_ENOMEM. */
int pr_load_stats_summarise(
	const struct pr_load_stats *stats, double total, json_t **ret_summary, struct pr_err *err);

/* Frees the contents. */
void pr_load_stats_release(struct pr_load_stats *stats);

#endif
