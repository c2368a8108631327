#include "actions/annotations.h"

#include "actions/activities.h"
#include "base/text.h"

struct annotator {
	struct pr_actions_stream *stream;
	size_t room;  /* errors that may still be written */
	size_t bad;   /* activities that went wrong */
	size_t shown; /* of those */
};

static bool went_wrong(const struct pr_actions_activity *activity)
{
	return activity->untolerated || pr_text_eq(activity->status, "failed") ||
	       pr_text_eq(activity->status, "aborted");
}

static void count(void *arg, const struct pr_actions_activity *activity)
{
	struct annotator *annotator = arg;

	annotator->bad += went_wrong(activity);
}

static void show(struct annotator *annotator, const char *title, const char *message)
{
	if (!annotator->room)
		return;
	annotator->room--;
	pr_actions_stream_command(annotator->stream, "error", title, message);
}

static void annotate(void *arg, const struct pr_actions_activity *activity)
{
	struct annotator *annotator = arg;
	bool failed = !activity->untolerated;
	PR_AUTO(free) char *title = NULL;
	PR_AUTO(free) char *detail = NULL;

	/* the last place is for telling of the rest */
	if (!went_wrong(activity) ||
		(annotator->room < 2 && annotator->bad - annotator->shown > annotator->room))
		return;
	title = pr_text_format("%s: %s '%s' %s", activity->phase, activity->type, activity->name,
		failed ? activity->status : "is not within its tolerance");
	detail = pr_actions_detail(activity);
	annotator->shown++;
	show(annotator, title, detail && *detail ? detail : activity->status);
}

void pr_actions_annotate(struct pr_actions_stream *stream, const json_t *journal,
	const struct pr_actions_result *result, size_t used)
{
	struct annotator annotator = {.stream = stream,
		.room = used < PR_ACTIONS_ANNOTATIONS_MAX ? PR_ACTIONS_ANNOTATIONS_MAX - used : 0};
	PR_AUTO(free) char *rest = NULL;

	if (result->deviated)
		show(&annotator, "Deviation", "The system left its steady state.");
	else if (result->gated)
		show(&annotator, "Steady state not met",
			"The system was not in its steady state before the method, which was not "
			"run.");
	pr_actions_each(journal, count, &annotator);
	pr_actions_each(journal, annotate, &annotator);
	if (annotator.bad == annotator.shown)
		return;
	rest = pr_text_format(
		"Activities that went wrong beside these: %zu. The summary of the step has them.",
		annotator.bad - annotator.shown);
	show(&annotator, "More", rest ? rest : "");
}
