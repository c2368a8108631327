#include "control/pausing.h"

#include "activity/pauses.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "control/pause_activity.h"
#include "experiment/activities.h"
#include "experiment/substitute.h"

#include <math.h>

#define US_PER_S INT64_C(1000000)

/* What the platform takes (docs/protocol.md 2.8). */
#define DURATION_MAX_S 3300

static void stamp(const struct pr_pausing *pausing, char now[PR_STAMP_SIZE])
{
	pr_stamp_iso6(now, pr_loop_wall_us(pausing->view->loop));
}

/* The present pause goes into the extension. `duration` is taken. */
static void note_start(struct pr_pausing *pausing, const json_t *activity, json_t *duration)
{
	char now[PR_STAMP_SIZE];

	stamp(pausing, now);
	json_decref(pausing->entry);
	pausing->entry = json_pack("{s: s, s: s, s: o}", "before_activity",
		pr_activity_name(activity), "start", now, "duration", duration);
	if (!pausing->entry ||
		json_array_append(pr_json_array(pausing->extension, "pauses"), pausing->entry))
		pr_debug("The pause could not be recorded");
}

/* Ends the present one; the platform is told, unless its user wants something else. */
static void note_end(struct pr_pausing *pausing)
{
	json_auto_t *entry = pr_steal(pausing->entry);
	char now[PR_STAMP_SIZE];

	stamp(pausing, now);
	if (pr_json_set(entry, "end", json_string(now), NULL))
		pr_debug("The end of the pause could not be recorded");
	pr_info("No longer paused");
	if (pausing->terminated)
		return;
	pausing->owed = true;
	pausing->fn(pausing->arg, false, 0);
}

static bool is_paused(const struct pr_pausing *pausing)
{
	return pausing->activity || pausing->ticket;
}

/* An order that has not begun does not come any more. */
static void drop_order(struct pr_pausing *pausing)
{
	if (!pausing->order)
		return;
	json_decref(pr_steal(pausing->order));
	pausing->placed = PR_PHASE_NONE;
	if (pausing->terminated)
		return;
	pausing->owed = true;
	pausing->fn(pausing->arg, false, 0);
}

static void announce(const struct pr_order *order)
{
	PR_AUTO(free) char *by =
		*order->user ? pr_text_format(", requested by %s,", order->user) : pr_text_dup("");
	PR_AUTO(free) char *length =
		order->duration_s ? pr_text_format("for %llds", (long long)order->duration_s)
				  : pr_text_dup("indefinitely");

	pr_info("Execution state was changed to `pause`. Pausing the execution of the current "
		"activity%s %s or until state changes back to `resume`",
		by ? by : "", length ? length : "");
}

static void take_order(struct pr_pausing *pausing, const struct pr_order *order)
{
	json_t *activity;

	if (is_paused(pausing) || pausing->owed || pausing->order)
		return;
	activity = pr_pause_activity_new("reliably-pause",
		json_pack("{s: I, s: s, s: s}", "duration", (json_int_t)order->duration_s,
			"username", order->user, "user_id", order->user_id));
	if (!activity) {
		pr_error("out of memory: the run cannot be paused");
		return;
	}
	pausing->order = activity;
	pausing->duration_s = order->duration_s;
	announce(order);
}

/* The wait at a gate is over. */
static void release_gate(struct pr_pausing *pausing)
{
	struct pr_hook_ticket *ticket = pr_steal(pausing->ticket);

	if (!ticket)
		return;
	pr_timer_stop(&pausing->timer);
	note_end(pausing);
	pr_hook_resume(ticket, &(struct pr_hook_answer){.verdict = PR_HOOK_CONTINUE});
}

void pr_pausing_order(struct pr_pausing *pausing, const struct pr_order *order)
{
	if (!pausing->view)
		return;
	if (order->kind == PR_ORDER_PAUSE) {
		take_order(pausing, order);
	} else if (order->kind == PR_ORDER_RESUME) {
		drop_order(pausing);
		release_gate(pausing);
		pr_pauses_resume(pausing->view->pauses);
	} else {
		pausing->terminated = true;
	}
}

static void on_time(void *arg)
{
	release_gate(arg);
}

/* Among probes: the gate waits. */
static void hold(struct pr_pausing *pausing, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket, struct pr_hook_answer *answer)
{
	struct pr_loop *loop = pausing->view->loop;

	if (pausing->duration_s && pr_timer_start(loop, &pausing->timer,
					   pausing->duration_s * US_PER_S, on_time, pausing)) {
		drop_order(pausing);
		return;
	}
	json_decref(pr_steal(pausing->order));
	pausing->ticket = ticket;
	answer->verdict = PR_HOOK_WAIT;
	pr_info("Pausing before the %s '%s'",
		pr_activity_is_probe(event->context) ? "probe" : "action",
		pr_activity_name(event->context));
	note_start(pausing, event->context, json_integer(pausing->duration_s));
}

/* In a list of activities: the pause becomes the next one. */
static void place(struct pr_pausing *pausing, enum pr_phase phase, struct pr_hook_answer *answer)
{
	if (pausing->placed == phase)
		return;
	pausing->placed = phase;
	answer->insert = json_incref(pausing->order);
}

static bool is_list(enum pr_phase phase)
{
	return phase == PR_PHASE_METHOD || phase == PR_PHASE_ROLLBACKS;
}

static void on_gate(struct pr_pausing *pausing, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket, struct pr_hook_answer *answer)
{
	if (!pausing->order || event->phase == PR_PHASE_DURING)
		return;
	if (is_list(event->phase))
		place(pausing, event->phase, answer);
	else
		hold(pausing, event, ticket, answer);
}

/* How long the activity pauses, as it will read it; NULL: it does not say. Caller decrefs. */
static json_t *duration_of(const struct pr_pausing *pausing, const json_t *activity)
{
	const struct pr_scope scope = {
		.configuration = pausing->view->configuration, .secrets = pausing->view->secrets};
	const json_t *arguments =
		json_object_get(json_object_get(activity, "provider"), "arguments");
	const json_t *given = json_object_get(arguments, "duration");
	json_t *duration = NULL;

	if (!given || pr_substitute(given, &scope, &duration, NULL))
		return NULL;
	return duration;
}

/* The platform takes whole seconds only: they are rounded up. */
static int64_t whole_seconds(const json_t *duration)
{
	double seconds = json_number_value(duration);

	return seconds > 0 ? (int64_t)ceil(fmin(seconds, DURATION_MAX_S)) : 0;
}

static void on_activity(struct pr_pausing *pausing, const struct pr_hook_event *event)
{
	bool ordered = pausing->order && event->context == pausing->order;
	json_auto_t *duration = NULL;

	if (ordered) {
		json_decref(pr_steal(pausing->order));
		pausing->placed = PR_PHASE_NONE;
	}
	if (is_paused(pausing) || !pr_activity_is_pause(event->context))
		return;
	duration = duration_of(pausing, event->context);
	pausing->activity = event->context;
	note_start(pausing, event->context, duration ? json_incref(duration) : json_integer(0));
	if (!ordered)
		pausing->fn(pausing->arg, true, whole_seconds(duration));
}

static void on_activity_over(struct pr_pausing *pausing, const struct pr_hook_event *event,
	struct pr_hook_answer *answer)
{
	if (pausing->activity && pausing->activity == event->context) {
		pausing->activity = NULL;
		note_end(pausing);
	} else if (pausing->order && !event->background && is_list(event->phase)) {
		place(pausing, event->phase, answer);
	}
}

void pr_pausing_start(struct pr_pausing *pausing, const struct pr_run_view *view, json_t *extension)
{
	pausing->view = view;
	pausing->extension = extension;
}

void pr_pausing_settled(struct pr_pausing *pausing)
{
	pausing->owed = false;
}

void pr_pausing_on(struct pr_pausing *pausing, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket, struct pr_hook_answer *answer)
{
	if (!pausing->view)
		return;
	if (event->point == PR_HOOK_GATE)
		on_gate(pausing, event, ticket, answer);
	else if (event->point == PR_HOOK_BEFORE_ACTIVITY)
		on_activity(pausing, event);
	else if (event->point == PR_HOOK_AFTER_ACTIVITY)
		on_activity_over(pausing, event, answer);
	else if (event->point == PR_HOOK_INTERRUPTED)
		drop_order(pausing);
	else if (event->point == PR_HOOK_FINISHED)
		pr_pausing_release(pausing);
}

void pr_pausing_cancel(struct pr_pausing *pausing)
{
	release_gate(pausing);
}

void pr_pausing_release(struct pr_pausing *pausing)
{
	pr_timer_stop(&pausing->timer);
	json_decref(pr_steal(pausing->order));
	json_decref(pr_steal(pausing->entry));
	pausing->ticket = NULL;
	pausing->view = NULL;
}
