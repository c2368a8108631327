#include "control/application.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

enum level {
	LEVEL_NONE,
	LEVEL_EXPERIMENT,
	LEVEL_SECTION, /* method, rollbacks */
	LEVEL_LOCAL,   /* hypothesis, activity: what may bring its own */
};

static const struct point {
	enum level level;
	const char *scope;
} points[PR_HOOK_FINISHED + 1] = {
	[PR_HOOK_BEFORE_EXPERIMENT] = {LEVEL_EXPERIMENT, "before"},
	[PR_HOOK_AFTER_EXPERIMENT] = {LEVEL_EXPERIMENT, "after"},
	[PR_HOOK_BEFORE_HYPOTHESIS] = {LEVEL_LOCAL, "before"},
	[PR_HOOK_AFTER_HYPOTHESIS] = {LEVEL_LOCAL, "after"},
	[PR_HOOK_BEFORE_METHOD] = {LEVEL_SECTION, "before"},
	[PR_HOOK_AFTER_METHOD] = {LEVEL_SECTION, "after"},
	[PR_HOOK_BEFORE_ROLLBACKS] = {LEVEL_SECTION, "before"},
	[PR_HOOK_AFTER_ROLLBACKS] = {LEVEL_SECTION, "after"},
	[PR_HOOK_BEFORE_ACTIVITY] = {LEVEL_LOCAL, "before"},
	[PR_HOOK_AFTER_ACTIVITY] = {LEVEL_LOCAL, "after"},
};

bool pr_application_is_for(enum pr_hook_point point)
{
	return points[point].level != LEVEL_NONE;
}

static bool is_automatic(const json_t *control)
{
	const json_t *automatic = json_object_get(control, "automatic");

	return !automatic || pr_value_truthy(automatic);
}

static bool has_name(const json_t *control, const json_t *name)
{
	const json_t *own = json_object_get(control, "name");

	return own && name ? pr_value_equal(own, name) : own == name;
}

/* The automatic ones of the experiment, without the one called `name` where `skip` says so. */
static int add_automatic(json_t *calls, const json_t *experiment, const json_t *name, bool skip)
{
	json_t *control;
	size_t i;
	int rc = 0;

	json_array_foreach (pr_json_mutable(experiment), i, control) {
		if (is_automatic(control) && !(skip && has_name(control, name)))
			rc |= json_array_append(calls, control);
	}
	return rc;
}

/* Those that a reference appends: the control of the experiment which has that name. */
static int add_references(json_t *calls, const json_t *base, const json_t *experiment)
{
	const json_t *item;
	size_t i;
	int rc = 0;

	json_array_foreach (base, i, item) {
		const json_t *ref = json_object_get(item, "ref");
		json_t *control;
		size_t k;

		json_array_foreach (pr_json_mutable(experiment), k, control) {
			if (ref && has_name(control, ref)) {
				rc |= json_array_append(calls, control);
				break;
			}
		}
	}
	return rc;
}

/* Once for each of the others: what the innermost puts in front comes last in front of them. */
static int add_mixed(json_t *calls, const json_t *base, const json_t *experiment)
{
	int rc = 0;

	if (json_array_size(base) == 0)
		return add_automatic(calls, experiment, NULL, false);
	for (size_t i = json_array_size(base); i > 0; i--) {
		const json_t *item = json_array_get(base, i - 1);

		if (!json_object_get(item, "ref"))
			rc |= add_automatic(calls, experiment, json_object_get(item, "name"), true);
	}
	rc |= json_array_extend(calls, pr_json_mutable(base));
	return rc | add_references(calls, base, experiment);
}

static int add_calls(json_t *calls, const json_t *globals, const struct pr_hook_event *event)
{
	json_auto_t *base = json_array();
	json_t *experiment = pr_json_array(event->run->document, "controls");
	json_t *local = pr_json_array(event->context, "controls");
	enum level level = points[event->point].level;
	int rc = base ? json_array_extend(base, pr_json_mutable(globals)) : -1;

	if (!rc && level == LEVEL_LOCAL && local)
		rc = json_array_extend(base, local);
	if (!rc && level == LEVEL_EXPERIMENT && experiment)
		rc = json_array_extend(base, experiment);
	if (rc)
		return rc;
	if (json_array_size(experiment) == 0)
		return json_array_extend(calls, base);
	if (level == LEVEL_SECTION)
		return add_automatic(calls, experiment, NULL, false);
	if (level == LEVEL_EXPERIMENT)
		return json_array_extend(calls, base) | add_references(calls, base, experiment);
	return add_mixed(calls, base, experiment);
}

json_t *pr_application_of(const json_t *globals, const struct pr_hook_event *event)
{
	json_t *calls = json_array();

	if (!calls || add_calls(calls, globals, event)) {
		json_decref(calls);
		return NULL;
	}
	for (size_t i = json_array_size(calls); i > 0; i--) {
		const json_t *scope = json_object_get(json_array_get(calls, i - 1), "scope");

		if (pr_value_truthy(scope) &&
			!pr_text_eq(json_string_value(scope), points[event->point].scope))
			(void)json_array_remove(calls, i - 1);
	}
	return calls;
}
