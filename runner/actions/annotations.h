#ifndef PR_ACTIONS_ANNOTATIONS_H
#define PR_ACTIONS_ANNOTATIONS_H

/* What the page of a workflow run shows of a plan at its top. */

#include "actions/result.h"
#include "actions/stream.h"

/* Annotations of one level that a step may have. */
#define PR_ACTIONS_ANNOTATIONS_MAX 10

/*
 * Writes an error for the deviation or the closed gate, and one for each activity that failed or
 * was not tolerated. `journal` NULL: nothing ran, nothing is written. At most
 * PR_ACTIONS_ANNOTATIONS_MAX less `used`; the last one tells how many more there are.
 */
void pr_actions_annotate(struct pr_actions_stream *stream, const json_t *journal,
	const struct pr_actions_result *result, size_t used);

#endif
