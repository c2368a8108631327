#ifndef PR_ACTIONS_TIMELINE_H
#define PR_ACTIONS_TIMELINE_H

/* When each activity of a run took place, as bars of text. */

#include "actions/activities.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Cells of a bar. */
#define PR_ACTIONS_CELLS 20

/* The time that the bars stand for. */
struct pr_actions_span {
	bool known;        /* false: nothing tells when the run began */
	int64_t origin_us; /* wall time of its first moment */
	double seconds;    /* more than 0 */
};

/*
 * Reads it from a journal: from the start of the run, or of the first activity where that is not
 * known, to the end of the run or of the activity that ended last.
 */
void pr_actions_span_read(const json_t *journal, struct pr_actions_span *span);

/*
 * Adds PR_ACTIONS_CELLS cells as a code span of Markdown, of which those of the activity's time are
 * full: one at least. An activity whose end is not known lasts to the end of the run; where its
 * start is not known nothing is added. Status as of pr_buf_add.
 */
int pr_actions_bar(const struct pr_actions_span *span, const struct pr_actions_activity *activity,
	struct pr_buf *out);

#endif
