#include "activity/pauses.h"

void pr_pauses_enter(struct pr_pauses *pauses, struct pr_pause *pause)
{
	pause->link = &pauses->first;
	pause->next = pauses->first;
	if (pause->next)
		pause->next->link = &pause->next;
	pauses->first = pause;
}

void pr_pause_leave(struct pr_pause *pause)
{
	if (!pause->link)
		return;
	*pause->link = pause->next;
	if (pause->next)
		pause->next->link = pause->link;
	pause->link = NULL;
	pause->next = NULL;
}

void pr_pauses_resume(struct pr_pauses *pauses)
{
	struct pr_pauses waiting = *pauses;

	pauses->first = NULL;
	if (waiting.first)
		waiting.first->link = &waiting.first;
	while (waiting.first) {
		struct pr_pause *pause = waiting.first;

		pr_pause_leave(pause);
		pause->wake(pause->arg);
	}
}
