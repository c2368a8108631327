#include "engine/ask.h"

#include "base/log.h"

#include <stdio.h>

/*
 * What a point allows. After an interruption at an opening point the hooks behind are not asked:
 * what they would prepare does not come. At the others everybody hears of it.
 */
static const struct point {
	const char *name;
	bool waits;
	bool opens;
	bool inserts;
	bool deaf; /* an answer changes nothing any more */
} points[] = {
	[PR_HOOK_STARTED] = {"started", .waits = true, .opens = true},
	[PR_HOOK_BEFORE_EXPERIMENT] = {"before-experiment", .waits = true, .opens = true},
	[PR_HOOK_BEFORE_HYPOTHESIS] = {"before-hypothesis", .waits = true, .opens = true},
	[PR_HOOK_AFTER_HYPOTHESIS] = {"after-hypothesis", .waits = true},
	[PR_HOOK_BEFORE_METHOD] = {"before-method", .waits = true, .opens = true},
	[PR_HOOK_AFTER_METHOD] = {"after-method", .waits = true},
	[PR_HOOK_BEFORE_ROLLBACKS] = {"before-rollbacks", .waits = true, .opens = true},
	[PR_HOOK_AFTER_ROLLBACKS] = {"after-rollbacks", .waits = true},
	[PR_HOOK_GATE] = {"gate", .waits = true, .opens = true, .inserts = true},
	[PR_HOOK_BEFORE_ACTIVITY] = {"before-activity", .waits = true, .opens = true},
	[PR_HOOK_ENTRY] = {"entry"},
	[PR_HOOK_AFTER_ACTIVITY] = {"after-activity", .waits = true, .inserts = true},
	[PR_HOOK_CONTINUOUS] = {"continuous"},
	[PR_HOOK_INTERRUPTED] = {"interrupted", .deaf = true},
	[PR_HOOK_AFTER_EXPERIMENT] = {"after-experiment", .waits = true, .deaf = true},
	[PR_HOOK_FINISHED] = {"finished", .waits = true, .deaf = true},
};

const char *pr_hook_point_name(enum pr_hook_point point)
{
	return points[point].name;
}

const char *pr_phase_name(enum pr_phase phase)
{
	static const char *const names[] = {
		[PR_PHASE_NONE] = "none",
		[PR_PHASE_BEFORE] = "before",
		[PR_PHASE_METHOD] = "method",
		[PR_PHASE_DURING] = "during",
		[PR_PHASE_AFTER] = "after",
		[PR_PHASE_ROLLBACKS] = "rollbacks",
	};

	return names[phase];
}

static void answer_init(struct pr_hook_answer *answer)
{
	answer->verdict = PR_HOOK_CONTINUE;
	answer->reason[0] = '\0';
	answer->skip_rollbacks = false;
	answer->never_started = false;
	answer->insert = NULL;
	answer->bypass = false;
}

/* Of an answer by ticket that has not been put into effect. */
static void answer_forget(struct pr_ask *ask)
{
	if (ask->resumed)
		json_decref(pr_steal(ask->answer.insert));
	ask->resumed = false;
}

/* Keeps the activity that a hook brought, where its answer may bring one. */
static void answer_take_insert(struct pr_ask *ask, const struct pr_hook_answer *answer)
{
	if (!answer->insert)
		return;
	if (!points[ask->event.point].inserts || answer->verdict != PR_HOOK_CONTINUE) {
		json_decref(answer->insert);
		return;
	}
	if (!ask->inserts)
		ask->inserts = json_array();
	if (json_array_append_new(ask->inserts, answer->insert))
		pr_warn("out of memory: an activity that a control wanted is left out");
}

/* Puts one answer into effect. Returns whether it interrupts. */
static bool answer_apply(struct pr_ask *ask, const char *name, const struct pr_hook_answer *answer)
{
	struct pr_core *core = ask->core;
	enum pr_hook_point point = ask->event.point;
	char reason[sizeof(answer->reason)];

	answer_take_insert(ask, answer);
	ask->bypass |= answer->bypass;
	if (answer->verdict != PR_HOOK_INTERRUPT || points[point].deaf)
		return false;
	pr_debug("hook '%s' interrupts at %s", name, points[point].name);
	snprintf(reason, sizeof(reason), "%s", answer->reason);
	core->interruption.skip_rollbacks |= answer->skip_rollbacks;
	core->interruption.never_started |= point == PR_HOOK_STARTED && answer->never_started;
	pr_run_interrupt(core->run, PR_INTERRUPT_ORDER, reason);
	return true;
}

void pr_ask_hurry(struct pr_ask *ask)
{
	const struct pr_hook *hook;

	if (!ask->waiting || ask->resumed || ask->event.point == PR_HOOK_FINISHED)
		return;
	hook = &ask->core->hooks[ask->next_hook - 1];
	if (hook->cancel)
		hook->cancel(hook->self);
}

static void waiting_add(struct pr_ask *ask)
{
	ask->waiting = true;
	ask->prev = NULL;
	ask->next = ask->core->waiting;
	if (ask->next)
		ask->next->prev = ask;
	ask->core->waiting = ask;
}

static void waiting_remove(struct pr_ask *ask)
{
	if (!ask->waiting)
		return;
	ask->waiting = false;
	if (ask->prev)
		ask->prev->next = ask->next;
	else
		ask->core->waiting = ask->next;
	if (ask->next)
		ask->next->prev = ask->prev;
}

static void ask_end(struct pr_ask *ask)
{
	ask->core = NULL;
	ask->fn(ask->arg);
}

/* Asks one hook. Returns false when it waits, else writes what it answered. */
static bool ask_one(struct pr_ask *ask, const struct pr_hook *hook, struct pr_hook_answer *answer)
{
	unsigned interruptions = ask->core->interruption.count;

	answer_init(answer);
	ask->resumed = false;
	ask->calling = true;
	hook->on(hook->self, &ask->event, &ask->ticket, answer);
	ask->calling = false;
	if (answer->verdict != PR_HOOK_WAIT || !points[ask->event.point].waits) {
		pr_task_cancel(&ask->task);
		answer_forget(ask);
		return true;
	}
	waiting_add(ask);
	if (ask->core->interruption.count != interruptions)
		pr_ask_hurry(ask);
	return false;
}

/* Asks the hooks that are left. Returns true when all have answered. */
static bool ask_go_on(struct pr_ask *ask)
{
	struct pr_hook_answer answer;

	while (ask->next_hook < ask->core->hook_count) {
		const struct pr_hook *hook = &ask->core->hooks[ask->next_hook++];

		if (!ask_one(ask, hook, &answer))
			return false;
		if (answer_apply(ask, hook->name, &answer) && points[ask->event.point].opens)
			break;
	}
	return true;
}

/* A hook has ended its wait, one turn of the loop ago: it is not on the stack any more. */
static void on_resumed(void *arg)
{
	struct pr_ask *ask = arg;
	const char *name = ask->core->hooks[ask->next_hook - 1].name;
	bool interrupts;

	waiting_remove(ask);
	ask->resumed = false; /* the answer is used up */
	interrupts = answer_apply(ask, name, &ask->answer);
	if ((interrupts && points[ask->event.point].opens) || ask_go_on(ask))
		ask_end(ask);
}

void pr_hook_resume(struct pr_hook_ticket *ticket, const struct pr_hook_answer *answer)
{
	ticket->resume(ticket, answer);
}

static void ask_resume(struct pr_hook_ticket *ticket, const struct pr_hook_answer *answer)
{
	struct pr_ask *ask = pr_container_of(ticket, struct pr_ask, ticket);

	if (!(ask->waiting || ask->calling) || ask->resumed || answer->verdict == PR_HOOK_WAIT) {
		json_decref(answer->insert);
		return;
	}
	ask->resumed = true;
	ask->answer = *answer;
	pr_task_post(ask->core->loop, &ask->task, on_resumed, ask);
}

void pr_ask_start(struct pr_ask *ask, struct pr_core *core, const struct pr_hook_event *event,
	pr_ask_fn *fn, void *arg)
{
	ask->core = core;
	ask->event = *event;
	ask->event.run = &core->view;
	ask->ticket.resume = ask_resume;
	ask->next_hook = 0;
	json_decref(pr_steal(ask->inserts));
	ask->bypass = false;
	ask->fn = fn;
	ask->arg = arg;
	if (ask_go_on(ask))
		ask_end(ask);
}

void pr_ask_hurry_all(struct pr_core *core)
{
	/* A hook that is told resumes by a task, so that the list stays as it is. */
	for (struct pr_ask *ask = core->waiting; ask; ask = ask->next)
		pr_ask_hurry(ask);
}

void pr_ask_release(struct pr_ask *ask)
{
	json_decref(pr_steal(ask->inserts));
	if (!ask->core)
		return;
	answer_forget(ask);
	waiting_remove(ask);
	pr_task_cancel(&ask->task);
	ask->core = NULL;
}

static void on_told(void *arg)
{
	(void)arg;
}

void pr_ask_tell(struct pr_core *core, const struct pr_hook_event *event)
{
	struct pr_ask ask = {.core = NULL};

	pr_ask_start(&ask, core, event, on_told, NULL);
}
