#include "actions/timeline.h"

#include "base/clock.h"
#include "codec/json.h"

#define US_PER_S 1e6
#define EMPTY "\xe2\x96\x91"
#define FULL "\xe2\x96\x88"
#define ROUNDING 1e-9 /* of a cell: an end on the edge of a cell does not fill the next */

/* Seconds between the beginning of the run and an activity: what a clock set back put before it is
 * at its start. */
static double offset_of(
	const struct pr_actions_span *span, const struct pr_actions_activity *activity)
{
	double seconds = ((double)activity->start_us - (double)span->origin_us) / US_PER_S;

	return seconds > 0.0 ? seconds : 0.0;
}

static void find_origin(void *arg, const struct pr_actions_activity *activity)
{
	struct pr_actions_span *span = arg;

	if (activity->start_us < 0 || (span->known && activity->start_us >= span->origin_us))
		return;
	span->origin_us = activity->start_us;
	span->known = true;
}

static void find_end(void *arg, const struct pr_actions_activity *activity)
{
	struct pr_actions_span *span = arg;
	double end;

	if (activity->start_us < 0)
		return;
	end = offset_of(span, activity) + (activity->duration > 0.0 ? activity->duration : 0.0);
	if (end > span->seconds)
		span->seconds = end;
}

void pr_actions_span_read(const json_t *journal, struct pr_actions_span *span)
{
	const json_t *duration = json_object_get(journal, "duration");

	*span = (struct pr_actions_span){.seconds = json_number_value(duration)};
	span->known = pr_stamp_read(pr_json_str(journal, "start"), &span->origin_us);
	if (!span->known)
		pr_actions_each(journal, find_origin, span);
	pr_actions_each(journal, find_end, span);
	if (!(span->seconds > 0.0))
		span->seconds = 1.0;
}

/* A place on the time as a number of cells, 0 to `most`. */
static int cells(const struct pr_actions_span *span, double seconds, double rounded, int most)
{
	double exact = seconds / span->seconds * PR_ACTIONS_CELLS + rounded;

	if (!(exact > 0.0))
		return 0;
	return exact < most ? (int)exact : most;
}

int pr_actions_bar(const struct pr_actions_span *span, const struct pr_actions_activity *activity,
	struct pr_buf *out)
{
	double offset;
	double end;
	int from;
	int to;

	if (!span->known || activity->start_us < 0)
		return out->status;
	offset = offset_of(span, activity);
	end = activity->duration >= 0.0 ? offset + activity->duration : span->seconds;
	from = cells(span, offset, ROUNDING, PR_ACTIONS_CELLS - 1);
	to = cells(span, end, 1.0 - ROUNDING, PR_ACTIONS_CELLS);
	if (to <= from)
		to = from + 1;
	pr_buf_addc(out, '`');
	for (int i = 0; i < PR_ACTIONS_CELLS; i++)
		pr_buf_adds(out, i >= from && i < to ? FULL : EMPTY);
	return pr_buf_addc(out, '`');
}
