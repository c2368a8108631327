#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "control/native_rows.h"
#include "experiment/activities.h"

/* The member of a repetition that says which one it is: 1 is the first after the activity itself.
 */
#define INDEX "iteration_index"

/* Executes an activity several times (chaosaddons.controls.repeat). */
struct repeat {
	json_int_t count; /* in all */
	bool breaks;      /* after a failed one */
};

static json_t *make_repetition(const json_t *activity, json_int_t index)
{
	json_t *copy = pr_json_deep_copy(activity);

	if (copy && json_object_set_new(copy, INDEX, json_integer(index)))
		json_decref(pr_steal(copy));
	return copy;
}

static bool is_repetition(const json_t *item, const json_t *activity, json_int_t index)
{
	return json_integer_value(json_object_get(item, INDEX)) == index &&
	       pr_text_eq(pr_json_str(item, "name"), pr_json_str(activity, "name"));
}

/* Among the probes, which stay where they are for the next time the hypothesis is checked. */
static void repeat_probe(const json_t *document, const json_t *activity, json_int_t index)
{
	json_t *probes = pr_document_probes(document);
	size_t i = 0;

	while (i < json_array_size(probes) &&
		pr_activity_resolve(document, json_array_get(probes, i)) != activity)
		i++;
	if (i == json_array_size(probes) ||
		is_repetition(json_array_get(probes, i + 1), activity, index))
		return;
	if (json_array_insert_new(probes, i + 1, make_repetition(activity, index)))
		pr_warn("out of memory: activity '%s' is not repeated", pr_activity_name(activity));
}

static void repeat(
	const struct pr_hook_event *event, json_int_t index, struct pr_hook_answer *answer)
{
	if (event->background)
		pr_warn("Activity '%s' is not repeated: it runs in the background",
			pr_activity_name(event->context));
	else if (event->phase == PR_PHASE_METHOD || event->phase == PR_PHASE_ROLLBACKS)
		answer->insert = make_repetition(event->context, index);
	else
		repeat_probe(event->run->document, event->context, index);
}

static void on(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	const struct repeat *rule = self;
	json_int_t done;

	(void)ticket;
	if (event->point != PR_HOOK_AFTER_ACTIVITY)
		return;
	done = json_integer_value(json_object_get(event->context, INDEX)) + 1;
	if (done >= rule->count)
		return;
	if (rule->breaks && !pr_text_eq(pr_json_str(event->state, "status"), "succeeded"))
		pr_debug("Last iteration failed so stopping our iterations of '%s'",
			pr_activity_name(event->context));
	else
		repeat(event, done, answer);
}

static int configure(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	const json_t *arguments = pr_native_arguments(declaration);
	const json_t *count = json_object_get(arguments, "repeat_count");
	struct repeat *self;

	(void)env;
	if (count && !json_is_integer(count))
		return pr_fail(err, PR_EINVAL, "repeat_count must be a whole number, not %s",
			pr_json_kind(count));
	self = malloc(sizeof *self);
	if (!self)
		return pr_fail_nomem(err);
	self->count = json_integer_value(count);
	self->breaks =
		pr_value_truthy(json_object_get(arguments, "break_if_previous_iteration_failed"));
	*ret_native = (struct pr_native){.hook = {.on = on, .self = self}, .free = free};
	return 0;
}

static const char *const modules[] = {"chaosaddons.controls.repeat", NULL};

static const struct pr_native_known known[] = {
	{"repeat_count", true},
	{"break_if_previous_iteration_failed", false},
	{NULL, false},
};

const struct pr_native_control pr_native_repeat = {
	.modules = modules, .known = known, .idle = "nothing is repeated", .configure = configure};
