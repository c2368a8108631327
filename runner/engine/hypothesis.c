#include "engine/hypothesis.h"

#include "activity/tolerance.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "experiment/activities.h"
#include "experiment/shape.h"

#include <stdio.h>

static void on_turn(void *arg);

static void hypothesis_go_on(struct pr_hypothesis *hypothesis)
{
	pr_task_post(hypothesis->core->loop, &hypothesis->task, on_turn, hypothesis);
}

static void hypothesis_crash(struct pr_hypothesis *hypothesis, const char *message)
{
	hypothesis->end = PR_HYPOTHESIS_CRASHED;
	pr_fail(&hypothesis->error, PR_EINVAL, "%s", message);
}

/* Puts the state, still without a verdict, into the journal. */
static int state_place(struct pr_hypothesis *hypothesis)
{
	json_t *states = json_object_get(hypothesis->core->view.journal, "steady_states");
	json_t *during = json_object_get(states, "during");
	json_t *state = json_pack("{s:n, s:[]}", "steady_state_met", "probes");
	const char *name = pr_phase_name(hypothesis->phase);

	if (!state)
		return PR_ENOMEM;
	hypothesis->state = state;
	hypothesis->probes = json_object_get(state, "probes");
	if (hypothesis->phase == PR_PHASE_DURING) {
		snprintf(hypothesis->list, sizeof(hypothesis->list),
			"steady_states.during.%zu.probes", json_array_size(during));
		return json_array_append(during, state);
	}
	snprintf(hypothesis->list, sizeof(hypothesis->list), "steady_states.%s.probes", name);
	return json_object_set(states, name, state);
}

/* Takes it out again: a check without an outcome is none (docs/engine.md 7.2). */
static void state_withdraw(struct pr_hypothesis *hypothesis)
{
	json_t *states = json_object_get(hypothesis->core->view.journal, "steady_states");
	json_t *during = json_object_get(states, "during");

	if (hypothesis->phase == PR_PHASE_DURING)
		json_array_remove(during, json_array_size(during) - 1);
	else
		json_object_set_new(states, pr_phase_name(hypothesis->phase), json_null());
}

static void hypothesis_leave(struct pr_hypothesis *hypothesis)
{
	bool withdrawn =
		hypothesis->end == PR_HYPOTHESIS_INTERRUPTED ||
		(hypothesis->end == PR_HYPOTHESIS_CRASHED && hypothesis->phase == PR_PHASE_DURING);

	if (withdrawn && hypothesis->state)
		state_withdraw(hypothesis);
	json_decref(pr_steal(hypothesis->section));
	json_decref(pr_steal(hypothesis->tolerance));
	hypothesis->core = NULL;
	hypothesis->fn(hypothesis->arg);
}

static void on_closed(void *arg)
{
	struct pr_hypothesis *hypothesis = arg;

	if (hypothesis->core->interruption.count != hypothesis->interruptions)
		hypothesis->end = PR_HYPOTHESIS_INTERRUPTED;
	hypothesis_leave(hypothesis);
}

static void hypothesis_ask(
	struct pr_hypothesis *hypothesis, enum pr_hook_point point, pr_ask_fn *fn)
{
	struct pr_hook_event event = {
		.point = point,
		.phase = hypothesis->phase,
		.context = hypothesis->section,
		.state = hypothesis->state,
	};

	pr_ask_start(&hypothesis->ask, hypothesis->core, &event, fn, hypothesis);
}

static void hypothesis_close(struct pr_hypothesis *hypothesis)
{
	enum pr_hypothesis_end end = hypothesis->end;

	if (end == PR_HYPOTHESIS_MET)
		pr_info("Steady state hypothesis is met!");
	if (end == PR_HYPOTHESIS_MET || end == PR_HYPOTHESIS_MISSED || end == PR_HYPOTHESIS_FAILED)
		json_object_set_new(hypothesis->state, "steady_state_met",
			json_boolean(end == PR_HYPOTHESIS_MET));
	hypothesis_ask(hypothesis, PR_HOOK_AFTER_HYPOTHESIS, on_closed);
}

/* The verdict on one probe: into its entry and, where it is bad, into the log. */
static void hypothesis_judge(struct pr_hypothesis *hypothesis, struct pr_step *step, bool met)
{
	const char *name = pr_activity_name(step->activity);

	if (pr_json_set(step->entry, "tolerance_met", json_boolean(met), NULL))
		hypothesis_crash(hypothesis, "out of memory");
	pr_core_touch(hypothesis->core, step->entry, hypothesis->list, step->index);
	if (met)
		return;
	if (hypothesis->end == PR_HYPOTHESIS_MET)
		hypothesis->end = PR_HYPOTHESIS_MISSED;
	if (hypothesis->phase == PR_PHASE_DURING)
		pr_warn("Continuous steady state probe '%s' is not in the given tolerance", name);
	else
		pr_critical("Steady state probe '%s' is not in the given tolerance so failing this "
			    "experiment",
			name);
}

static void hypothesis_next(struct pr_hypothesis *hypothesis, struct pr_step *step)
{
	pr_step_free(step);
	hypothesis_go_on(hypothesis);
}

/* A tolerance of type probe has answered (docs/engine.md 5.4). */
static void on_tolerance_probe(void *arg, const struct pr_outcome *outcome)
{
	struct pr_hypothesis *hypothesis = arg;
	struct pr_step *step = pr_steal(hypothesis->probed);

	if (outcome->kind == PR_OUTCOME_CRASHED)
		hypothesis_crash(hypothesis, outcome->message);
	else
		hypothesis_judge(hypothesis, step,
			outcome->kind == PR_OUTCOME_SUCCEEDED &&
				pr_tolerance_probe_met(outcome->output));
	pr_activity_release(pr_steal(hypothesis->call));
	hypothesis_next(hypothesis, step);
}

/* Starts the probe that a tolerance is; on_tolerance_probe goes on. */
static int tolerance_start_probe(struct pr_hypothesis *hypothesis, struct pr_step *step,
	json_t *tolerance, json_t *output, struct pr_err *err)
{
	struct pr_activity_env env = pr_core_env(hypothesis->core);
	int r = pr_tolerance_inject(tolerance, output, err);

	if (r)
		return r;
	json_decref(hypothesis->tolerance);
	hypothesis->tolerance = json_incref(tolerance);
	r = hypothesis->core->start(
		&env, tolerance, on_tolerance_probe, hypothesis, &hypothesis->call, err);
	if (r == 0)
		hypothesis->probed = step;
	return r;
}

/* Evaluates the tolerance of the item, not of what it refers to. With `probed` set the answer comes
 * later. */
static int hypothesis_evaluate(
	struct pr_hypothesis *hypothesis, struct pr_step *step, bool *ret_met, struct pr_err *err)
{
	struct pr_activity_env env = pr_core_env(hypothesis->core);
	json_t *given = json_object_get(step->order.item, "tolerance");
	json_t *output = json_object_get(step->entry, "output");
	json_auto_t *tolerance = NULL;
	int r = pr_tolerance_resolve(given ? given : json_null(), &env.scope, &tolerance, err);

	if (r)
		return r;
	if (pr_tolerance_is_probe(tolerance))
		return tolerance_start_probe(hypothesis, step, tolerance, output, err);
	return pr_tolerance_apply(tolerance, output, &env.scope, ret_met, err);
}

/* What a control put among the probes to be executed, as a pause is, is not judged: what validation
 * lets through has a tolerance. */
static bool is_judged(const struct pr_step *step)
{
	return pr_activity_is_probe(step->activity) ||
	       json_object_get(step->order.item, "tolerance");
}

/* A probe has succeeded: is it within its tolerance? */
static void hypothesis_check(struct pr_hypothesis *hypothesis, struct pr_step *step)
{
	enum pr_dry dry = hypothesis->core->strategies.dry;
	struct pr_err err = PR_ERR_INIT;
	bool met = true;
	int r = 0;

	if (!is_judged(step)) {
		hypothesis_next(hypothesis, step);
		return;
	}
	if (dry != PR_DRY_PROBES && dry != PR_DRY_ACTIVITIES && !step->bypassed)
		r = hypothesis_evaluate(hypothesis, step, &met, &err);
	if (hypothesis->probed)
		return;
	if (r)
		hypothesis_crash(hypothesis, err.msg);
	else
		hypothesis_judge(hypothesis, step, met);
	hypothesis_next(hypothesis, step);
}

static void on_step(void *arg, struct pr_step *step)
{
	struct pr_hypothesis *hypothesis = arg;

	hypothesis->step = NULL;
	if (step->end == PR_STEP_DONE && pr_activity_is_pause(step->activity)) {
		pr_step_free(step);
		hypothesis_go_on(hypothesis);
		return;
	}
	if (step->end == PR_STEP_DONE &&
		!pr_text_eq(pr_json_str(step->entry, "status"), "failed")) {
		hypothesis_check(hypothesis, step);
		return;
	}
	if (step->end == PR_STEP_INTERRUPTED) {
		hypothesis->end = PR_HYPOTHESIS_INTERRUPTED;
	} else if (step->end == PR_STEP_CRASHED) {
		hypothesis_crash(hypothesis, step->error.msg);
	} else {
		hypothesis->end = PR_HYPOTHESIS_FAILED;
		pr_warn("Probe terminated unexpectedly, so its tolerance could not be validated");
		hypothesis_judge(hypothesis, step, false);
	}
	hypothesis_next(hypothesis, step);
}

static struct pr_step_order hypothesis_order(const struct pr_hypothesis *hypothesis)
{
	json_t *probes = pr_json_array(hypothesis->section, "probes");

	return (struct pr_step_order){
		.item = json_array_get(probes, hypothesis->next),
		.phase = hypothesis->phase,
		.background = false,
		.entries = hypothesis->probes,
		.list = hypothesis->list,
	};
}

static void on_gate(void *arg)
{
	struct pr_hypothesis *hypothesis = arg;
	struct pr_step_order order = hypothesis_order(hypothesis);

	if (hypothesis->core->interruption.count != hypothesis->interruptions) {
		hypothesis_go_on(hypothesis);
		return;
	}
	hypothesis->next++;
	hypothesis->step = pr_step_start(hypothesis->core, &order, on_step, hypothesis);
	if (!hypothesis->step) {
		hypothesis_crash(hypothesis, "out of memory");
		hypothesis_go_on(hypothesis);
	}
}

static void on_turn(void *arg)
{
	struct pr_hypothesis *hypothesis = arg;
	json_t *probes = pr_json_array(hypothesis->section, "probes");

	if (hypothesis->core->interruption.count != hypothesis->interruptions)
		hypothesis->end = PR_HYPOTHESIS_INTERRUPTED;
	if (hypothesis->end == PR_HYPOTHESIS_MET && hypothesis->next < json_array_size(probes)) {
		struct pr_step_order order = hypothesis_order(hypothesis);

		pr_step_ask_gate(&hypothesis->ask, hypothesis->core, &order, on_gate, hypothesis);
	} else {
		hypothesis_close(hypothesis);
	}
}

static void on_opened(void *arg)
{
	struct pr_hypothesis *hypothesis = arg;

	struct pr_err err = PR_ERR_INIT;

	if (pr_shape_check_controls(hypothesis->core->view.document, hypothesis->section, &err))
		hypothesis_crash(hypothesis, err.msg);
	else if (state_place(hypothesis))
		hypothesis_crash(hypothesis, "out of memory");
	hypothesis_go_on(hypothesis);
}

void pr_hypothesis_start(struct pr_hypothesis *hypothesis, struct pr_core *core,
	enum pr_phase phase, pr_hypothesis_fn *fn, void *arg)
{
	json_t *section = pr_json_object(core->view.document, "steady-state-hypothesis");
	const char *title = pr_json_str(section, "title");

	json_decref(hypothesis->state);
	*hypothesis = (struct pr_hypothesis){
		.core = core,
		.phase = phase,
		.section = json_incref(section),
		.interruptions = core->interruption.count,
		.end = PR_HYPOTHESIS_MET,
		.error = PR_ERR_INIT,
		.fn = fn,
		.arg = arg,
	};
	pr_info("Steady state hypothesis: %s", title ? title : "None");
	hypothesis_ask(hypothesis, PR_HOOK_BEFORE_HYPOTHESIS, on_opened);
}

void pr_hypothesis_interrupt(struct pr_hypothesis *hypothesis)
{
	if (hypothesis->step) {
		pr_step_cut(hypothesis->step);
	} else if (hypothesis->call) {
		pr_activity_release(pr_steal(hypothesis->call));
		pr_step_free(pr_steal(hypothesis->probed));
		hypothesis_go_on(hypothesis);
	}
}

bool pr_hypothesis_active(const struct pr_hypothesis *hypothesis)
{
	return hypothesis->core != NULL;
}

void pr_hypothesis_release(struct pr_hypothesis *hypothesis)
{
	pr_ask_release(&hypothesis->ask);
	pr_task_cancel(&hypothesis->task);
	pr_step_free(pr_steal(hypothesis->step));
	pr_step_free(pr_steal(hypothesis->probed));
	pr_activity_release(pr_steal(hypothesis->call));
	json_decref(pr_steal(hypothesis->section));
	json_decref(pr_steal(hypothesis->state));
	json_decref(pr_steal(hypothesis->tolerance));
	hypothesis->core = NULL;
}
