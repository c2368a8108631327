#include "control/guard.h"

#include "activity/provider.h"
#include "activity/tolerance.h"
#include "base/log.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "engine/entry.h"
#include "experiment/activities.h"

#include <string.h>

#define US_PER_S 1e6
#define PERIOD_MAX_S 1e9

struct watch {
	struct pr_guard *guard;
	json_t *item;     /* as it was given; borrowed */
	json_t *activity; /* what is run; owned, NULL: never ran */
	json_t *entry;    /* of this time; owned */
	json_t *tolerance;
	int64_t start_us;
	int64_t period_us; /* 0: once */
	bool awaited;
	struct pr_activity_call *call;
	struct pr_timer timer;
};

struct pr_guard {
	struct pr_native_env env;
	const struct pr_run_view *view; /* NULL: stopped */
	json_t *probes;
	struct watch *watches;
	size_t count;
	size_t awaited; /* that are still waited for */
	pr_loop_fn *ready;
	pr_guard_fn *fn;
	void *arg;
};

static void watch_begin(void *arg);

static struct pr_activity_env activity_env(const struct pr_guard *guard)
{
	const struct pr_run_view *view = guard->view;

	return (struct pr_activity_env){.loop = guard->env.loop,
		.scope = {.configuration = view->configuration, .secrets = view->secrets},
		.limits = guard->env.limits,
		.ca_file = guard->env.ca_file};
}

static void watch_forget(struct watch *watch)
{
	pr_activity_release(pr_steal(watch->call));
	json_decref(pr_steal(watch->entry));
	json_decref(pr_steal(watch->tolerance));
	json_decref(pr_steal(watch->activity));
}

/* One time is over: the result is told, then comes the next time. */
static void watch_end(struct watch *watch, bool met, const char *problem)
{
	struct pr_guard *guard = watch->guard;
	int64_t now = pr_loop_wall_us(guard->env.loop);
	struct pr_guard_result result = {.index = (size_t)(watch - guard->watches),
		.name = pr_activity_name(watch->activity),
		.entry = watch->entry,
		.met = met,
		.problem = problem};

	(void)pr_entry_end(watch->entry, watch->start_us, now, NULL);
	guard->fn(guard->arg, &result);
	watch_forget(watch);
	if (!guard->view)
		return;
	if (watch->period_us && pr_timer_start(guard->env.loop, &watch->timer, watch->period_us,
					watch_begin, watch))
		pr_warn("out of memory: a probe is not repeated");
	if (watch->awaited && --guard->awaited == 0)
		guard->ready(guard->arg);
}

static void on_tolerance(void *arg, const struct pr_outcome *outcome)
{
	struct watch *watch = arg;

	watch_end(watch,
		outcome->kind == PR_OUTCOME_SUCCEEDED && pr_tolerance_probe_met(outcome->output),
		outcome->kind == PR_OUTCOME_CRASHED ? outcome->message : NULL);
}

/* A tolerance that is a probe itself gets the output as its argument `value`. */
static int ask_tolerance(
	struct watch *watch, const json_t *tolerance, json_t *output, struct pr_err *err)
{
	struct pr_activity_env env = activity_env(watch->guard);
	int rc;

	pr_activity_release(pr_steal(watch->call));
	watch->tolerance = pr_json_deep_copy(tolerance);
	if (!watch->tolerance)
		return pr_fail_nomem(err);
	rc = pr_tolerance_inject(watch->tolerance, output, err);
	return rc ? rc
		  : pr_activity_start(
			    &env, watch->tolerance, on_tolerance, watch, &watch->call, err);
}

static void watch_judge(struct watch *watch)
{
	struct pr_activity_env env = activity_env(watch->guard);
	json_t *given = json_object_get(watch->item, "tolerance");
	json_t *output = json_object_get(watch->entry, "output");
	json_auto_t *tolerance = NULL;
	struct pr_err err = PR_ERR_INIT;
	bool met = false;
	int rc = pr_tolerance_resolve(given ? given : json_null(), &env.scope, &tolerance, &err);

	if (!rc && pr_tolerance_is_probe(tolerance)) {
		rc = ask_tolerance(watch, tolerance, output, &err);
		if (!rc)
			return;
	} else if (!rc) {
		rc = pr_tolerance_apply(tolerance, output, &env.scope, &met, &err);
	}
	watch_end(watch, !rc && met, rc ? err.msg : NULL);
}

static void on_outcome(void *arg, const struct pr_outcome *outcome)
{
	struct watch *watch = arg;
	int rc = 0;

	if (outcome->kind == PR_OUTCOME_SUCCEEDED)
		rc = pr_entry_succeed(watch->entry, outcome->output, NULL);
	else
		rc = pr_entry_fail(watch->entry, outcome->message, NULL);
	if (rc || outcome->kind == PR_OUTCOME_CRASHED)
		watch_end(watch, false, rc ? "out of memory" : outcome->message);
	else
		watch_judge(watch);
}

/* From the loop, so that results never come from within pr_guard_start. */
static void watch_begin(void *arg)
{
	struct watch *watch = arg;
	struct pr_activity_env env = activity_env(watch->guard);
	struct pr_err err = PR_ERR_INIT;

	watch->activity =
		json_incref(pr_activity_resolve(watch->guard->view->document, watch->item));
	watch->start_us = pr_loop_wall_us(watch->guard->env.loop);
	watch->entry = pr_entry_new(watch->activity, watch->start_us);
	if (!json_is_object(watch->activity))
		watch_end(watch, false, "there is no such activity");
	else if (!watch->entry)
		watch_end(watch, false, "out of memory");
	else if (pr_activity_start(&env, watch->activity, on_outcome, watch, &watch->call, &err))
		watch_end(watch, false, err.msg);
}

static int watch_init(struct watch *watch, struct pr_guard *guard, json_t *item, struct pr_err *err)
{
	const json_t *frequency = json_object_get(item, "frequency");
	double period = json_number_value(frequency);

	if (!json_is_object(item))
		return pr_fail(
			err, PR_EINVAL, "a probe must be an object, not %s", pr_json_kind(item));
	if (pr_value_truthy(frequency) && !(period > 0 && period <= PERIOD_MAX_S))
		return pr_fail(err, PR_EINVAL, "the frequency of probe '%s' is no time in seconds",
			pr_activity_name(item));
	*watch = (struct watch){.guard = guard, .item = item};
	watch->period_us = (int64_t)(period * US_PER_S);
	watch->awaited = !watch->period_us && !pr_value_truthy(json_object_get(item, "background"));
	return 0;
}

int pr_guard_new(const struct pr_native_env *env, json_t *probes, pr_guard_fn *fn, void *arg,
	struct pr_guard **ret_guard, struct pr_err *err)
{
	struct pr_guard *guard;
	size_t count = json_array_size(probes);
	int rc = 0;

	if (!json_is_array(probes))
		return pr_fail(err, PR_EINVAL, "its probes must be a list");
	guard = calloc(1, sizeof *guard);
	if (guard)
		guard->watches = calloc(count + 1, sizeof *guard->watches);
	if (!guard || !guard->watches) {
		free(guard);
		return pr_fail_nomem(err);
	}
	guard->env = *env;
	guard->probes = json_incref(probes);
	guard->fn = fn;
	guard->arg = arg;
	for (size_t i = 0; !rc && i < count; i++)
		rc = watch_init(&guard->watches[i], guard, json_array_get(probes, i), err);
	guard->count = rc ? 0 : count;
	if (rc)
		pr_guard_free(guard);
	else
		*ret_guard = guard;
	return rc;
}

bool pr_guard_start(struct pr_guard *guard, const struct pr_run_view *view, pr_loop_fn *ready)
{
	guard->view = view;
	guard->ready = ready;
	guard->awaited = 0;
	for (size_t i = 0; i < guard->count; i++) {
		struct watch *watch = &guard->watches[i];

		if (pr_timer_start(guard->env.loop, &watch->timer, 0, watch_begin, watch))
			pr_warn("out of memory: a probe is left out");
		else
			guard->awaited += watch->awaited;
	}
	return guard->awaited > 0;
}

void pr_guard_stop(struct pr_guard *guard)
{
	guard->view = NULL;
	for (size_t i = 0; i < guard->count; i++) {
		struct watch *watch = &guard->watches[i];

		pr_timer_stop(&watch->timer);
		pr_activity_release(pr_steal(watch->call));
	}
}

void pr_guard_free(struct pr_guard *guard)
{
	if (!guard)
		return;
	pr_guard_stop(guard);
	for (size_t i = 0; i < guard->count; i++)
		watch_forget(&guard->watches[i]);
	json_decref(guard->probes);
	free(guard->watches);
	free(guard);
}
