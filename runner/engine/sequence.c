#include "engine/sequence.h"

#include "base/log.h"
#include "codec/pyvalue.h"
#include "experiment/activities.h"

static void on_turn(void *arg);

/* The next item, or the end, in a turn of the loop of its own: however long the list, the stack
 * stays flat. */
static void sequence_go_on(struct pr_sequence *sequence)
{
	pr_task_post(sequence->core->loop, &sequence->task, on_turn, sequence);
}

static void sequence_crash(struct pr_sequence *sequence, const struct pr_err *err)
{
	sequence->stopping = true;
	sequence->end = PR_STEP_CRASHED;
	sequence->error = *err;
}

/* Puts the activities that hooks brought where the next one is looked for (engine/hooks.h). */
static void sequence_insert(struct pr_sequence *sequence, json_t *inserts)
{
	json_t *activity;
	size_t i;

	json_array_foreach (inserts, i, activity) {
		if (json_array_insert(sequence->items, sequence->next + i, activity))
			pr_warn("out of memory: an activity that a control wanted is left out");
	}
}

static void on_step(void *arg, struct pr_step *step)
{
	struct pr_sequence *sequence = arg;

	if (step->end == PR_STEP_CRASHED) {
		sequence_crash(sequence, &step->error);
	} else if (step->end == PR_STEP_INTERRUPTED) {
		sequence->stopping = true;
		sequence->end = PR_STEP_INTERRUPTED;
	}
	if (!sequence->stopping)
		sequence_insert(sequence, step->ask.inserts);
	sequence->current = NULL;
	pr_step_free(step);
	sequence_go_on(sequence);
}

static void on_background(void *arg)
{
	struct pr_sequence *sequence = arg;

	if (!sequence->current && !sequence->gate.core && sequence->stopping)
		sequence_go_on(sequence);
}

static struct pr_step_order sequence_order(const struct pr_sequence *sequence)
{
	json_t *item = json_array_get(sequence->items, sequence->next);

	return (struct pr_step_order){
		.item = item,
		.phase = sequence->phase,
		.background = pr_value_truthy(json_object_get(item, "background")),
		.entries = sequence->entries,
		.list = sequence->list,
	};
}

/* Starts the next item; returns whether the one after it may follow at once. */
static bool sequence_start_item(struct pr_sequence *sequence)
{
	struct pr_step_order order = sequence_order(sequence);
	struct pr_err err = PR_ERR_INIT;

	sequence->next++;
	if (sequence->phase == PR_PHASE_ROLLBACKS)
		pr_info("Rollback: %s", pr_activity_name(order.item));
	sequence->starting = true;
	if (order.background) {
		pr_background_add(&sequence->background, sequence->core, &order, &err);
	} else {
		sequence->current = pr_step_start(sequence->core, &order, on_step, sequence);
		if (!sequence->current)
			pr_fail_nomem(&err);
	}
	sequence->starting = false;
	if (err.code)
		sequence_crash(sequence, &err);
	return !sequence->current;
}

static void sequence_end(struct pr_sequence *sequence)
{
	pr_ask_release(&sequence->gate);
	json_decref(pr_steal(sequence->items));
	json_decref(pr_steal(sequence->entries));
	sequence->core = NULL;
	sequence->fn(sequence->arg);
}

/* Whether no further item is to be started. */
static bool sequence_is_over(struct pr_sequence *sequence)
{
	if (sequence->next >= json_array_size(sequence->items))
		sequence->stopping = true;
	if (sequence->phase == PR_PHASE_METHOD && pr_core_is_stopping(sequence->core))
		sequence->stopping = true;
	return sequence->stopping;
}

/* What hooks brought goes first; all kinds of things may have happened while they waited. */
static void on_gate(void *arg)
{
	struct pr_sequence *sequence = arg;
	json_auto_t *inserts = pr_steal(sequence->gate.inserts);
	bool over = sequence_is_over(sequence);

	if (!over && inserts)
		sequence_insert(sequence, inserts);
	else if (!over && !sequence_start_item(sequence))
		return;
	sequence_go_on(sequence);
}

static void on_turn(void *arg)
{
	struct pr_sequence *sequence = arg;

	if (!sequence_is_over(sequence)) {
		struct pr_step_order order = sequence_order(sequence);

		pr_step_ask_gate(&sequence->gate, sequence->core, &order, on_gate, sequence);
	} else if (!pr_background_busy(&sequence->background)) {
		if (sequence->background.error.code && sequence->end == PR_STEP_DONE)
			sequence_crash(sequence, &sequence->background.error);
		sequence_end(sequence);
	}
}

void pr_sequence_start(struct pr_sequence *sequence, struct pr_core *core, enum pr_phase phase,
	json_t *items, json_t *entries, pr_sequence_fn *fn, void *arg)
{
	*sequence = (struct pr_sequence){
		.core = core,
		.phase = phase,
		.items = json_incref(items),
		.entries = json_incref(entries),
		.list = phase == PR_PHASE_ROLLBACKS ? "rollbacks" : "run",
		.end = PR_STEP_DONE,
		.error = PR_ERR_INIT,
		.fn = fn,
		.arg = arg,
	};
	pr_background_init(&sequence->background, on_background, sequence);
	sequence_go_on(sequence);
}

void pr_sequence_interrupt(struct pr_sequence *sequence, bool all)
{
	bool waiting = !sequence->current && !sequence->starting && !sequence->gate.core &&
		       sequence->stopping;

	sequence->stopping = true;
	if (sequence->end == PR_STEP_DONE)
		sequence->end = PR_STEP_INTERRUPTED;
	pr_background_cut_before(&sequence->background);
	if (sequence->current)
		pr_step_cut(sequence->current);
	if (all || waiting)
		pr_background_cut(&sequence->background);
}

bool pr_sequence_active(const struct pr_sequence *sequence)
{
	return sequence->core != NULL;
}

void pr_sequence_release(struct pr_sequence *sequence)
{
	pr_task_cancel(&sequence->task);
	pr_ask_release(&sequence->gate);
	pr_step_free(pr_steal(sequence->current));
	pr_background_release(&sequence->background);
	json_decref(pr_steal(sequence->items));
	json_decref(pr_steal(sequence->entries));
	sequence->core = NULL;
}
