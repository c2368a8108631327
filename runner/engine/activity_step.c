#include "engine/activity_step.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "engine/entry.h"
#include "engine/pause.h"
#include "experiment/activities.h"
#include "experiment/shape.h"

#include <ctype.h>
#include <stdio.h>

static void step_run(struct pr_step *step);

static void on_end(void *arg)
{
	struct pr_step *step = arg;

	if (step->end == PR_STEP_DONE && step->core->interruption.count != step->interruptions &&
		!step->order.background)
		step->end = PR_STEP_INTERRUPTED;
	step->fn(step->arg, step);
}

static void on_closed(void *arg)
{
	struct pr_step *step = arg;

	step->state = PR_STEP_ENDED;
	pr_task_post(step->core->loop, &step->task, on_end, step);
}

static void step_ask(struct pr_step *step, enum pr_hook_point point, pr_ask_fn *fn)
{
	struct pr_hook_event event = {
		.point = point,
		.phase = step->order.phase,
		.context = step->activity,
		.state = step->entry,
		.background = step->order.background,
	};

	pr_ask_start(&step->ask, step->core, &event, fn, step);
}

static void step_close(struct pr_step *step)
{
	step->state = PR_STEP_CLOSING;
	if (step->opened)
		step_ask(step, PR_HOOK_AFTER_ACTIVITY, on_closed);
	else
		on_closed(step);
}

/* Unless something worse is known already. */
static void step_crash(struct pr_step *step, enum pr_code code, const char *message)
{
	if (step->end != PR_STEP_DONE)
		return;
	step->end = PR_STEP_CRASHED;
	if (step->activity)
		pr_fail(&step->error, code, "activity '%s': %s", pr_activity_name(step->activity),
			message);
	else
		pr_fail(&step->error, code, "%s", message);
}

static void on_pause_after(void *arg)
{
	step_close(arg);
}

static void on_pause_before(void *arg)
{
	step_run(arg);
}

/* Announces a pause and sleeps it. Returns whether `fn` comes. */
static bool step_pause(struct pr_step *step, const char *when, pr_loop_fn *fn)
{
	const json_t *pause = pr_pause_find(step->pauses, when);
	struct pr_err err = PR_ERR_INIT;
	int64_t us;

	if (!pause)
		return false;
	pr_pause_announce(pause, when);
	if (!step->sleeps)
		return false;
	if (pr_pause_us(pause, &us, &err) ||
		pr_timer_start(step->core->loop, &step->timer, us, fn, step)) {
		step_crash(step, err.code ? err.code : PR_ENOMEM,
			err.code ? err.msg : "out of memory");
		return false;
	}
	return true;
}

/* The activity is over, however it ended: its entry is closed, then comes the pause. */
static void step_over(struct pr_step *step)
{
	struct pr_err err = PR_ERR_INIT;

	if (pr_entry_end(step->entry, step->start_us, pr_loop_wall_us(step->core->loop), &err))
		step_crash(step, err.code, err.msg);
	pr_core_touch(step->core, step->entry, step->list, step->index);
	step->state = PR_STEP_PAUSE_AFTER;
	if (!step_pause(step, "after", on_pause_after))
		step_close(step);
}

static void step_succeed(struct pr_step *step, json_t *output)
{
	struct pr_err err = PR_ERR_INIT;

	if (pr_log_enabled(PR_LOG_DEBUG)) {
		PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		pr_value_str(output, &text);
		pr_debug("  => succeeded with '%s'", pr_buf_str(&text));
	}
	if (pr_entry_succeed(step->entry, output, &err))
		step_crash(step, err.code, err.msg);
}

static void step_fail(struct pr_step *step, const char *message)
{
	struct pr_err err = PR_ERR_INIT;

	pr_error("  => failed: %s", message);
	if (pr_entry_fail(step->entry, message, &err))
		step_crash(step, err.code, err.msg);
}

static void on_outcome(void *arg, const struct pr_outcome *outcome)
{
	struct pr_step *step = arg;

	if (outcome->kind == PR_OUTCOME_SUCCEEDED)
		step_succeed(step, outcome->output);
	else if (outcome->kind == PR_OUTCOME_FAILED)
		step_fail(step, outcome->message);
	else
		step_crash(step, PR_EINVAL, outcome->message);
	pr_activity_release(pr_steal(step->call));
	step_over(step);
}

/* The run entry is in the journal from the start of the activity on (docs/engine.md 4.1, step 6).
 */
static int step_enter(struct pr_step *step)
{
	step->start_us = pr_loop_wall_us(step->core->loop);
	step->entry = pr_entry_new(step->activity, step->start_us);
	if (!step->entry || json_array_append(step->order.entries, step->entry) < 0)
		return PR_ENOMEM;
	step->index = json_array_size(step->order.entries) - 1;
	*step->core->traceparent = '\0';
	pr_core_touch(step->core, step->entry, step->list, step->index);
	pr_ask_tell(step->core, &(struct pr_hook_event){
					.point = PR_HOOK_ENTRY,
					.phase = step->order.phase,
					.context = step->activity,
					.state = step->entry,
					.background = step->order.background,
				});
	return 0;
}

/* Whether an interruption has come since the step began: nothing new starts after one. */
static bool step_is_late(struct pr_step *step)
{
	if (step->core->interruption.count == step->interruptions)
		return false;
	step->end = PR_STEP_INTERRUPTED;
	return true;
}

static void step_call(struct pr_step *step)
{
	struct pr_activity_env env = pr_core_env(step->core);
	struct pr_err err = PR_ERR_INIT;
	int rc = 0;

	if (step->is_dry)
		step_succeed(step, json_null());
	else
		rc = step->core->start(&env, step->activity, on_outcome, step, &step->call, &err);
	*step->core->traceparent = '\0';
	if (rc == PR_ENOMEM)
		step_fail(step, "out of memory");
	else if (rc)
		step_crash(step, err.code, err.msg);
	if (rc || step->is_dry)
		step_over(step);
}

/* As upstream writes it: the type as a title, the name as a text whatever it is. */
static void step_announce(const struct pr_step *step)
{
	const char *type = pr_json_str(step->activity, "type");
	const json_t *name = json_object_get(step->activity, "name");
	bool background = pr_value_truthy(json_object_get(step->activity, "background"));
	PR_AUTO(buf) struct pr_buf title = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (bool within = false; *type; within = isalpha((unsigned char)*type++))
		pr_buf_addc(&title, (char)(within ? tolower((unsigned char)*type)
						  : toupper((unsigned char)*type)));
	pr_value_str(name ? name : json_null(), &text);
	pr_info("%s: %s%s", pr_buf_str(&title), pr_buf_str(&text),
		background ? " [in background]" : "");
}

static void step_run(struct pr_step *step)
{
	step_announce(step);
	step->state = PR_STEP_RUNNING;
	if (step_enter(step)) {
		step_crash(step, PR_ENOMEM, "out of memory");
		step_close(step);
	} else if (step_is_late(step)) {
		step_over(step); /* a hook interrupted when it saw the entry */
	} else {
		step_call(step);
	}
}

static void step_begin(struct pr_step *step)
{
	struct pr_activity_env env = pr_core_env(step->core);
	struct pr_err err = PR_ERR_INIT;

	step->state = PR_STEP_PAUSE_BEFORE;
	if (pr_shape_check_controls(step->core->view.document, step->activity, &err) ||
		pr_shape_check_type(step->activity, &err) ||
		pr_pauses_read(step->activity, &env.scope, &step->pauses, &err)) {
		step_crash(step, err.code, err.msg);
		step_close(step);
	} else if (!step_pause(step, "before", on_pause_before)) {
		if (step->end == PR_STEP_CRASHED)
			step_close(step);
		else
			step_run(step);
	}
}

static void on_opened(void *arg)
{
	struct pr_step *step = arg;

	if (step_is_late(step)) {
		step_close(step);
		return;
	}
	if (step->ask.bypass) {
		step->bypassed = step->is_dry = true;
		step->sleeps = false;
	}
	step_begin(step);
}

/* Dry mode of this activity (docs/engine.md 6.4): any member `dry` of its own switches it off. */
static void step_decide_dry(struct pr_step *step)
{
	enum pr_dry dry = step->core->strategies.dry;
	bool probe = pr_activity_is_probe(step->activity);

	if (json_object_get(step->activity, "dry"))
		dry = PR_DRY_NONE;
	step->is_dry = dry == PR_DRY_ACTIVITIES || (dry == PR_DRY_PROBES && probe) ||
		       (dry == PR_DRY_ACTIONS && !probe);
	step->sleeps = !step->is_dry && dry != PR_DRY_PAUSE;
}

static void step_resolve(struct pr_step *step)
{
	const json_t *ref = json_object_get(step->order.item, "ref");

	step->activity =
		json_incref(pr_activity_resolve(step->core->view.document, step->order.item));
	if (json_is_object(step->activity)) {
		step_decide_dry(step);
		step->state = PR_STEP_ASKING;
		step->opened = true;
		step_ask(step, PR_HOOK_BEFORE_ACTIVITY, on_opened);
		return;
	}
	if (pr_value_truthy(ref)) {
		PR_AUTO(buf) struct pr_buf name = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		pr_value_str(ref, &name);
		pr_fail(&step->error, PR_EINVAL, "could not find referenced activity '%s'",
			pr_buf_str(&name));
		step->end = PR_STEP_CRASHED;
	} else {
		step_crash(step, PR_EINVAL, "an activity must be an object");
	}
	step_close(step);
}

void pr_step_ask_gate(struct pr_ask *ask, struct pr_core *core, const struct pr_step_order *order,
	pr_ask_fn *fn, void *arg)
{
	json_t *activity = pr_activity_resolve(core->view.document, order->item);
	struct pr_hook_event event = {
		.point = PR_HOOK_GATE,
		.phase = order->phase,
		.context = activity,
		.background = order->background,
	};

	if (json_is_object(activity))
		pr_ask_start(ask, core, &event, fn, arg);
	else
		fn(arg);
}

struct pr_step *pr_step_start(
	struct pr_core *core, const struct pr_step_order *order, pr_step_fn *fn, void *arg)
{
	struct pr_step *step = calloc(1, sizeof(*step));

	if (!step)
		return NULL;
	step->core = core;
	step->order = *order;
	snprintf(step->list, sizeof(step->list), "%s", order->list);
	step->order.list = step->list;
	step->interruptions = core->interruption.count;
	step->fn = fn;
	step->arg = arg;
	step_resolve(step);
	return step;
}

void pr_step_cut(struct pr_step *step)
{
	switch (step->state) {
	case PR_STEP_PAUSE_BEFORE:
		pr_timer_stop(&step->timer);
		step->end = PR_STEP_INTERRUPTED;
		step_close(step);
		break;
	case PR_STEP_RUNNING:
		if (!step->call) /* being started: it looks for itself */
			break;
		pr_activity_release(pr_steal(step->call));
		step->end = PR_STEP_INTERRUPTED;
		step_over(step);
		break;
	case PR_STEP_PAUSE_AFTER:
		pr_timer_stop(&step->timer);
		step->end = step->end == PR_STEP_DONE ? PR_STEP_INTERRUPTED : step->end;
		step_close(step);
		break;
	case PR_STEP_IDLE:
	case PR_STEP_ASKING:
	case PR_STEP_CLOSING:
	case PR_STEP_ENDED:
		break; /* hooks are hurried by the run; the step looks when they have answered */
	}
}

void pr_step_cut_before(struct pr_step *step)
{
	if (step->state == PR_STEP_PAUSE_BEFORE)
		pr_step_cut(step);
}

void pr_step_free(struct pr_step *step)
{
	if (!step)
		return;
	pr_ask_release(&step->ask);
	pr_task_cancel(&step->task);
	pr_timer_stop(&step->timer);
	pr_activity_release(step->call);
	json_decref(step->activity);
	json_decref(step->pauses);
	json_decref(step->entry);
	free(step);
}
