#include "control/relay.h"

#include <stdlib.h>
#include <string.h>

static void turn_drop(struct pr_relay_turn *turn)
{
	if (turn->resumed)
		json_decref(turn->given.insert);
	json_decref(turn->answer.insert);
	pr_task_cancel(&turn->task);
	free(turn->hooks);
	free(turn);
}

static void turn_free(struct pr_relay_turn *turn)
{
	for (struct pr_relay_turn **link = &turn->relay->first; *link; link = &(*link)->following) {
		if (*link == turn) {
			*link = turn->following;
			break;
		}
	}
	turn_drop(turn);
}

static bool can_wait(enum pr_hook_point point)
{
	return point != PR_HOOK_ENTRY && point != PR_HOOK_CONTINUOUS &&
	       point != PR_HOOK_INTERRUPTED;
}

/* Whether nothing can be stopped any more: everybody hears of it. */
static bool is_deaf(enum pr_hook_point point)
{
	return point == PR_HOOK_INTERRUPTED || point == PR_HOOK_AFTER_EXPERIMENT ||
	       point == PR_HOOK_FINISHED;
}

static void take_interruption(struct pr_hook_answer *all, const struct pr_hook_answer *one)
{
	if (all->verdict != PR_HOOK_INTERRUPT)
		memcpy(all->reason, one->reason, sizeof all->reason);
	all->verdict = PR_HOOK_INTERRUPT;
	all->skip_rollbacks |= one->skip_rollbacks;
	all->never_started |= one->never_started;
}

/* Adds one answer to that of all. Returns whether no further hook is called. */
static bool take(struct pr_relay_turn *turn, const struct pr_hook_answer *one)
{
	struct pr_hook_answer *all = &turn->answer;

	if (one->insert && all->insert)
		json_decref(one->insert);
	else if (one->insert)
		all->insert = one->insert;
	all->bypass |= one->bypass;
	if (one->verdict == PR_HOOK_INTERRUPT)
		take_interruption(all, one);
	return all->verdict == PR_HOOK_INTERRUPT && !is_deaf(turn->event.point);
}

static void hurry(struct pr_relay_turn *turn)
{
	const struct pr_hook *hook;

	turn->hurried = true;
	if (!turn->waiting || turn->resumed)
		return;
	hook = turn->hooks[turn->next - 1];
	if (hook->cancel)
		hook->cancel(hook->self);
}

/* Calls one. Returns false when it waits, else writes its answer. */
static bool call(struct pr_relay_turn *turn, const struct pr_hook *hook, struct pr_hook_answer *one)
{
	*one = (struct pr_hook_answer){.verdict = PR_HOOK_CONTINUE};
	turn->resumed = false;
	turn->calling = true;
	hook->on(hook->self, &turn->event, &turn->ticket, one);
	turn->calling = false;
	if (one->verdict != PR_HOOK_WAIT || !can_wait(turn->event.point)) {
		pr_task_cancel(&turn->task);
		if (turn->resumed)
			json_decref(turn->given.insert);
		turn->resumed = false;
		return true;
	}
	turn->waiting = true;
	if (turn->hurried)
		hurry(turn);
	return false;
}

/* Calls those that are left. Returns true when all have answered. */
static bool go_on(struct pr_relay_turn *turn)
{
	struct pr_hook_answer one;

	while (turn->next < turn->count) {
		if (!call(turn, turn->hooks[turn->next++], &one))
			return false;
		if (take(turn, &one))
			break;
	}
	return true;
}

static void finish(struct pr_relay_turn *turn)
{
	struct pr_hook_ticket *outer = turn->outer;
	struct pr_hook_answer answer = turn->answer;

	turn->answer.insert = NULL;
	turn_free(turn);
	pr_hook_resume(outer, &answer);
}

static void on_resumed(void *arg)
{
	struct pr_relay_turn *turn = arg;

	turn->waiting = false;
	turn->resumed = false;
	if (take(turn, &turn->given) || go_on(turn))
		finish(turn);
}

static void resume(struct pr_hook_ticket *ticket, const struct pr_hook_answer *answer)
{
	struct pr_relay_turn *turn = pr_container_of(ticket, struct pr_relay_turn, ticket);

	if (!(turn->waiting || turn->calling) || turn->resumed || answer->verdict == PR_HOOK_WAIT) {
		json_decref(answer->insert);
		return;
	}
	turn->resumed = true;
	turn->given = *answer;
	pr_task_post(turn->event.run->loop, &turn->task, on_resumed, turn);
}

struct pr_relay_turn *pr_relay_new(
	struct pr_relay *relay, const struct pr_hook_event *event, struct pr_hook_ticket *ticket)
{
	struct pr_relay_turn *turn = calloc(1, sizeof *turn);

	if (!turn)
		return NULL;
	turn->ticket.resume = resume;
	turn->relay = relay;
	turn->event = *event;
	turn->outer = ticket;
	turn->following = relay->first;
	relay->first = turn;
	return turn;
}

int pr_relay_add(struct pr_relay_turn *turn, const struct pr_hook *hook)
{
	const struct pr_hook **grown =
		reallocarray(turn->hooks, turn->count + 1, sizeof *turn->hooks);

	if (!grown)
		return PR_ENOMEM;
	turn->hooks = grown;
	turn->hooks[turn->count++] = hook;
	return 0;
}

void pr_relay_go(struct pr_relay_turn *turn, struct pr_hook_answer *answer)
{
	if (!go_on(turn)) {
		answer->verdict = PR_HOOK_WAIT;
		return;
	}
	*answer = turn->answer;
	turn->answer.insert = NULL;
	turn_free(turn);
}

void pr_relay_cancel(struct pr_relay *relay)
{
	/* A hook that is told resumes by a task, so that the list stays as it is. */
	for (struct pr_relay_turn *turn = relay->first; turn; turn = turn->following)
		if (turn->event.point != PR_HOOK_FINISHED)
			hurry(turn);
}

void pr_relay_release(struct pr_relay *relay)
{
	struct pr_relay_turn *turn;

	while ((turn = relay->first)) {
		relay->first = turn->following;
		turn_drop(turn);
	}
}
