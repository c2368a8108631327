#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "control/extension.h"
#include "control/guard.h"
#include "control/native_rows.h"
#include "experiment/activities.h"

#include <math.h>

#define FREQUENCY_S 30
#define RECOVERY_S 600
#define TIMEOUT_MAX_S 1e9
#define PROBES_MAX 64
#define US_PER_S 1e6

/* How long the system was not well, for the extension `dora` (docs/protocol.md 4.4). */
struct metrics {
	struct pr_native_env env;
	const json_t *arguments; /* borrowed */
	json_t *extension;       /* owned; NULL: the experiment has none */
	struct pr_guard *guard;
	uint64_t ailing; /* a bit for each probe that was not well when it was last asked */
	int64_t detected_us, recovered_us; /* wall time; 0: not yet */
	double timeout_s;
	bool late;        /* the recovery took longer */
	bool interrupted; /* whoever stopped the run waits: it does not, for the recovery */
	struct pr_hook_ticket *ticket;
	struct pr_timer timer; /* the recovery has its time, whatever becomes of the probes */
};

static double number_of(const json_t *arguments, const char *key, double fallback)
{
	const json_t *value = json_object_get(arguments, key);

	return json_is_number(value) && json_number_value(value) > 0 ? json_number_value(value)
								     : fallback;
}

static void resume(struct metrics *self)
{
	struct pr_hook_ticket *ticket = pr_steal(self->ticket);
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	if (ticket)
		pr_hook_resume(ticket, &answer);
}

static json_t *stamp_of(int64_t wall_us)
{
	char stamp[PR_STAMP_SIZE];

	if (!wall_us)
		return json_null();
	pr_stamp_iso6(stamp, wall_us);
	return json_string(stamp);
}

/* What was found goes into the extension; the run may go on. */
static void close_metrics(struct metrics *self)
{
	double seconds = (double)(self->recovered_us - self->detected_us) / US_PER_S;
	bool recovered = self->recovered_us != 0;
	json_t *over = self->late || recovered
			       ? json_boolean(self->late || seconds >= self->timeout_s)
			       : json_null();

	pr_timer_stop(&self->timer);
	pr_guard_stop(self->guard);
	(void)json_object_set_new(self->extension, "metrics",
		json_pack("{s:o, s:o, s:o, s:o, s:o}", "detection_time",
			stamp_of(self->detected_us), "recovery_time", stamp_of(self->recovered_us),
			"outage_duration", recovered ? json_real(seconds) : json_null(),
			"went_over_timeout", over, "timeout",
			json_integer((json_int_t)self->timeout_s)));
	resume(self);
}

static void tell_late(void)
{
	pr_info("System took longer than expected to come back to health");
}

static void on_result(void *arg, const struct pr_guard_result *result)
{
	struct metrics *self = arg;
	bool well = result->met && !pr_text_eq(pr_json_str(result->entry, "status"), "failed");
	uint64_t bit = UINT64_C(1) << result->index;
	int64_t now = pr_loop_wall_us(self->env.loop);

	if (result->problem)
		return;
	self->ailing = well ? self->ailing & ~bit : self->ailing | bit;
	if (!well && !self->detected_us)
		self->detected_us = now;
	if (!self->detected_us)
		return;
	if (!self->ailing)
		self->recovered_us = now;
	else if ((double)(now - self->detected_us) > self->timeout_s * US_PER_S)
		self->late = true;
	if (self->late)
		tell_late();
	if (self->late || self->recovered_us)
		close_metrics(self);
}

static void on_late(void *arg)
{
	struct metrics *self = arg;

	self->late = true;
	tell_late();
	close_metrics(self);
}

/* The probes that are given, else those of the hypothesis, each to be repeated. */
static json_t *probes_of(const struct metrics *self, const json_t *document)
{
	const json_t *given = json_object_get(self->arguments, "probes");
	double period = number_of(self->arguments, "frequency", FREQUENCY_S);
	json_t *probes =
		pr_json_deep_copy(pr_value_truthy(given) ? given : pr_document_probes(document));
	json_t *probe;
	size_t i;

	json_array_foreach (probes, i, probe) {
		(void)json_object_set_new(probe, "frequency", json_real(period));
	}
	return probes;
}

static void start(struct metrics *self, const struct pr_run_view *view)
{
	json_auto_t *probes = probes_of(self, view->document);
	struct pr_err err = PR_ERR_INIT;
	json_t *extension = pr_extension_named(view->document, "dora");

	if (!extension) {
		pr_debug("Failed to find the dora extension block");
		return;
	}
	if (json_array_size(probes) == 0 || json_array_size(probes) > PROBES_MAX ||
		pr_guard_new(&self->env, probes, on_result, self, &self->guard, &err)) {
		pr_warn("Metrics are not measured: %s",
			err.code ? err.msg : "there are no probes, or too many");
		return;
	}
	self->extension = json_incref(extension);
	(void)pr_guard_start(self->guard, view, NULL);
}

/* Waits for the recovery, as long as it may take. Returns whether it does. */
static bool wait_for_recovery(struct metrics *self)
{
	int64_t us = self->detected_us + (int64_t)(self->timeout_s * US_PER_S) -
		     pr_loop_wall_us(self->env.loop);

	return self->detected_us && !self->interrupted &&
	       pr_value_truthy(json_object_get(self->arguments, "block_execution")) &&
	       !pr_timer_start(self->env.loop, &self->timer, us, on_late, self);
}

static bool is_open(const struct metrics *self)
{
	return self->guard && !json_object_get(self->extension, "metrics");
}

static void on(void *arg, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct metrics *self = arg;

	if (event->point == PR_HOOK_BEFORE_EXPERIMENT)
		start(self, event->run);
	if (event->point == PR_HOOK_INTERRUPTED)
		self->interrupted = true;
	if (event->point != PR_HOOK_AFTER_EXPERIMENT || !is_open(self))
		return;
	if (wait_for_recovery(self)) {
		self->ticket = ticket;
		answer->verdict = PR_HOOK_WAIT;
	} else {
		close_metrics(self);
	}
}

static void cancel(void *arg)
{
	struct metrics *self = arg;

	if (self->ticket)
		close_metrics(self);
}

static void metrics_free(void *arg)
{
	struct metrics *self = arg;

	pr_timer_stop(&self->timer);
	pr_guard_free(self->guard);
	json_decref(self->extension);
	free(self);
}

static int configure(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	struct metrics *self = calloc(1, sizeof *self);

	if (!self)
		return pr_fail_nomem(err);
	self->env = *env;
	self->arguments = pr_native_arguments(declaration);
	self->timeout_s =
		fmin(number_of(self->arguments, "recovery_timeout", RECOVERY_S), TIMEOUT_MAX_S);
	*ret_native = (struct pr_native){
		.hook = {.on = on, .cancel = cancel, .self = self}, .free = metrics_free};
	return 0;
}

static const char *const modules[] = {"chaosreliably.controls.metrics", NULL};

static const struct pr_native_known known[] = {
	{"probes", false},
	{"frequency", false},
	{"recovery_timeout", false},
	{"block_execution", false},
	{NULL, false},
};

const struct pr_native_control pr_native_metrics = {
	.modules = modules, .known = known, .events = true, .configure = configure};
