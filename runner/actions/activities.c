#include "actions/activities.h"

#include "base/clock.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"

#include <string.h>

#define US_PER_S 1e6

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = pr_json_str(object, key);

	return text ? text : "";
}

static int64_t time_of(const json_t *entry, const char *key)
{
	int64_t wall_us;

	return pr_stamp_read(pr_json_str(entry, key), &wall_us) ? wall_us : -1;
}

/* What was interrupted may have an end and nothing else. */
static double duration_of(const json_t *entry)
{
	const json_t *duration = json_object_get(entry, "duration");
	int64_t start = time_of(entry, "start");
	int64_t end = time_of(entry, "end");

	if (json_is_number(duration))
		return json_number_value(duration);
	return start >= 0 && end >= start ? (double)(end - start) / US_PER_S : -1.0;
}

struct visit {
	const char *phase;
	bool only_untolerated;
	pr_actions_activity_fn *call;
	void *arg;
};

static void visit_list(const struct visit *visit, const json_t *list)
{
	size_t i;
	const json_t *entry;

	json_array_foreach (pr_json_mutable(list), i, entry) {
		const json_t *activity = pr_json_object(entry, "activity");
		struct pr_actions_activity seen = {.phase = visit->phase,
			.name = text_of(activity, "name"),
			.type = text_of(activity, "type"),
			.status = text_of(entry, "status"),
			.start_us = time_of(entry, "start"),
			.duration = duration_of(entry),
			.untolerated = json_is_false(json_object_get(entry, "tolerance_met")),
			.entry = entry};

		if (seen.untolerated || !visit->only_untolerated)
			visit->call(visit->arg, &seen);
	}
}

static void visit_state(const struct visit *visit, const json_t *state)
{
	visit_list(visit, pr_json_array(state, "probes"));
}

void pr_actions_each(const json_t *journal, pr_actions_activity_fn *call, void *arg)
{
	const json_t *states = pr_json_object(journal, "steady_states");
	struct visit visit = {.call = call, .arg = arg};
	size_t i;
	const json_t *state;

	visit.phase = "Hypothesis before";
	visit_state(&visit, pr_json_object(states, "before"));
	visit.phase = "Method";
	visit_list(&visit, pr_json_array(journal, "run"));
	visit.phase = "Hypothesis during";
	visit.only_untolerated = true;
	json_array_foreach (pr_json_array(states, "during"), i, state)
		visit_state(&visit, state);
	visit.phase = "Hypothesis after";
	visit.only_untolerated = false;
	visit_state(&visit, pr_json_object(states, "after"));
	visit.phase = "Rollbacks";
	visit_list(&visit, pr_json_array(journal, "rollbacks"));
}

/* The last piece of a traceback says what happened. */
static char *said_by(const json_t *exception)
{
	static const char class[] = "chaoslib.exceptions.ActivityFailed: ";
	const char *piece =
		json_string_value(json_array_get(exception, json_array_size(exception) - 1));
	PR_AUTO(free) char *copy = pr_text_dup(piece ? piece : "");
	const char *text = copy ? pr_text_trim(copy) : NULL;

	return pr_text_dup(text && pr_text_starts(text, class) ? text + sizeof(class) - 1 : text);
}

char *pr_actions_detail(const struct pr_actions_activity *activity)
{
	const json_t *exception = pr_json_array(activity->entry, "exception");
	const json_t *output = json_object_get(activity->entry, "output");

	if (json_array_size(exception))
		return said_by(exception);
	if (json_is_string(output))
		return pr_text_dup(json_string_value(output));
	return !output || json_is_null(output) ? pr_text_dup("") : pr_json_line(output);
}
