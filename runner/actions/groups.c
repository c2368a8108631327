#include "actions/groups.h"

static const struct {
	enum pr_hook_point point;
	enum pr_phase phase; /* NONE: any */
	const char *title;
} groups[] = {
	{PR_HOOK_BEFORE_HYPOTHESIS, PR_PHASE_BEFORE, "Steady state before"},
	{PR_HOOK_BEFORE_METHOD, PR_PHASE_NONE, "Method"},
	{PR_HOOK_BEFORE_HYPOTHESIS, PR_PHASE_AFTER, "Steady state after"},
	{PR_HOOK_BEFORE_ROLLBACKS, PR_PHASE_NONE, "Rollbacks"},
	{PR_HOOK_AFTER_EXPERIMENT, PR_PHASE_NONE, "Report"},
};

static void on_event(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	(void)ticket;
	(void)answer;
	for (size_t i = 0; i < PR_LEN(groups); i++)
		if (groups[i].point == event->point &&
			(!groups[i].phase || groups[i].phase == event->phase))
			pr_actions_stream_group(self, groups[i].title);
}

struct pr_hook pr_actions_groups_hook(struct pr_actions_stream *stream)
{
	return (struct pr_hook){.name = "actions", .on = on_event, .self = stream};
}
