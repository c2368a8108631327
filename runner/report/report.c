#include "report/report.h"

#include "base/buf.h"
#include "base/text.h"
#include "codec/json.h"
#include "report/moment.h"

#include <stdlib.h>
#include <string.h>

/* The members without which a reader could be told nothing, or something wrong. */
static const struct {
	const char *name;
	json_type type;
	bool nullable;
	const char *kind;
} members[] = {
	{"experiment", JSON_OBJECT, false, "object"},
	{"status", JSON_STRING, true, "string"},
	{"steady_states", JSON_OBJECT, true, "object"},
	{"run", JSON_ARRAY, true, "array"},
	{"rollbacks", JSON_ARRAY, true, "array"},
};

static const char *const phase_names[] = {
	"Steady state before", "Method", "Steady state during", "Steady state after", "Rollbacks"};
static const char *const verdict_names[] = {"ok", "not met", "failed", "no end"};

const char *pr_report_phase_name(enum pr_report_phase phase)
{
	return phase_names[phase];
}

const char *pr_report_verdict_name(enum pr_report_verdict verdict)
{
	return verdict_names[verdict];
}

static int check_missing(const json_t *journal, const char *path, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf missing = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	bool is_experiment = json_object_get(journal, "method") != NULL;

	for (size_t i = 0; i < PR_LEN(members); i++)
		if (!json_object_get(journal, members[i].name))
			pr_buf_addf(&missing, "%s'%s'", missing.len ? ", " : "", members[i].name);
	if (missing.status)
		return pr_fail_nomem(err);
	if (!missing.len)
		return 0;
	return pr_fail(err, PR_EINVAL, "'%s' is not a journal: it has no %s%s", path,
		pr_buf_str(&missing), is_experiment ? " (an experiment: run it first)" : "");
}

static int check(const json_t *journal, const char *path, struct pr_err *err)
{
	if (!json_is_object(journal))
		return pr_fail(err, PR_EINVAL, "'%s' is not a journal: it is no JSON object", path);
	if (check_missing(journal, path, err))
		return err ? (int)err->code : PR_EINVAL;
	for (size_t i = 0; i < PR_LEN(members); i++) {
		const json_t *member = json_object_get(journal, members[i].name);

		if (json_typeof(member) != members[i].type &&
			!(members[i].nullable && json_is_null(member)))
			return pr_fail(err, PR_EINVAL,
				"'%s' is not a journal: '%s' is of kind %s, not %s", path,
				members[i].name, pr_json_kind(member), members[i].kind);
	}
	return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = pr_json_str(object, key);

	return text ? text : "";
}

static double seconds_of(const json_t *object, const char *key)
{
	const json_t *number = json_object_get(object, key);

	return json_is_number(number) && json_number_value(number) >= 0 ? json_number_value(number)
									: -1.0;
}

/* A probe of a hypothesis that could not be asked has no tolerance that was met, either: what it
 * says is worth more. */
static enum pr_report_verdict verdict_of(const json_t *entry)
{
	const char *status = pr_json_str(entry, "status");

	if (json_array_size(json_object_get(entry, "exception")))
		return PR_REPORT_FAILED;
	if (json_is_false(json_object_get(entry, "tolerance_met")))
		return PR_REPORT_UNMET;
	if (pr_text_eq(status, "succeeded"))
		return PR_REPORT_OK;
	return status ? PR_REPORT_FAILED : PR_REPORT_OPEN;
}

struct reading {
	struct pr_report *report;
	double origin; /* of the run, seconds since 1970 */
	bool known;
};

/* Where it stands on the run's own time; what a clock set back put before it is at its start. */
static double start_of(struct reading *reading, const json_t *entry)
{
	double start;

	if (!pr_moment_read(pr_json_str(entry, "start"), &start))
		return -1.0;
	if (!reading->known) {
		reading->origin = start;
		reading->known = true;
	}
	return start > reading->origin ? start - reading->origin : 0;
}

static void read_entry(struct reading *reading, enum pr_report_phase phase, const json_t *entry)
{
	struct pr_report *report = reading->report;
	struct pr_report_stage *stage = &report->stages[phase];
	const json_t *activity = pr_json_object(entry, "activity");
	struct pr_report_activity *seen;

	if (!json_is_object(entry)) /* controls may put anything into a method's list */
		return;
	seen = &report->activities[report->count++];
	*seen = (struct pr_report_activity){.phase = phase,
		.verdict = verdict_of(entry),
		.name = *text_of(activity, "name") ? text_of(activity, "name") : "(no name)",
		.type = text_of(activity, "type"),
		.provider = text_of(pr_json_object(activity, "provider"), "type"),
		.start = start_of(reading, entry),
		.duration = seconds_of(entry, "duration"),
		.background = json_is_true(json_object_get(activity, "background")),
		.entry = entry};
	stage->count++;
	stage->marked += seen->verdict != PR_REPORT_OK;
	report->verdicts[seen->verdict]++;
	if (seen->start >= 0 && seen->duration >= 0 && seen->start + seen->duration > report->span)
		report->span = seen->start + seen->duration;
}

static void read_list(struct reading *reading, enum pr_report_phase phase, const json_t *list)
{
	size_t i;
	const json_t *entry;

	json_array_foreach (pr_json_mutable(list), i, entry)
		read_entry(reading, phase, entry);
}

static void read_state(struct reading *reading, enum pr_report_phase phase, const json_t *state)
{
	const json_t *met = json_object_get(state, "steady_state_met");
	struct pr_report_stage *stage = &reading->report->stages[phase];

	if (!stage->met || json_is_false(met)) /* of several, one that was not met counts */
		stage->met = met;
	read_list(reading, phase, pr_json_array(state, "probes"));
}

static void read_phase(struct reading *reading, enum pr_report_phase phase)
{
	const json_t *journal = reading->report->journal;
	const json_t *states = pr_json_object(journal, "steady_states");
	size_t i;
	const json_t *state;

	reading->report->stages[phase].first = reading->report->count;
	if (phase == PR_REPORT_METHOD)
		read_list(reading, phase, pr_json_array(journal, "run"));
	else if (phase == PR_REPORT_ROLLBACKS)
		read_list(reading, phase, pr_json_array(journal, "rollbacks"));
	else if (phase == PR_REPORT_DURING)
		json_array_foreach (pr_json_array(states, "during"), i, state)
			read_state(reading, phase, state);
	else
		read_state(reading, phase,
			pr_json_object(states, phase == PR_REPORT_BEFORE ? "before" : "after"));
}

static size_t count_entries(const json_t *journal)
{
	const json_t *states = pr_json_object(journal, "steady_states");
	size_t count = json_array_size(pr_json_array(journal, "run")) +
		       json_array_size(pr_json_array(journal, "rollbacks")) +
		       json_array_size(pr_json_array(pr_json_object(states, "before"), "probes")) +
		       json_array_size(pr_json_array(pr_json_object(states, "after"), "probes"));
	size_t i;
	const json_t *state;

	json_array_foreach (pr_json_array(states, "during"), i, state)
		count += json_array_size(pr_json_array(state, "probes"));
	return count;
}

int pr_report_read(
	struct pr_report *report, const json_t *journal, const char *path, struct pr_err *err)
{
	struct reading reading = {.report = report};
	int r = check(journal, path, err);

	*report = (struct pr_report){.journal = journal, .path = path};
	if (r)
		return r;
	report->title = text_of(pr_json_object(journal, "experiment"), "title");
	report->status = pr_json_str(journal, "status");
	report->deviated = json_is_true(json_object_get(journal, "deviated"));
	report->duration = seconds_of(journal, "duration");
	report->activities = calloc(count_entries(journal) + 1, sizeof(*report->activities));
	if (!report->activities)
		return pr_fail_nomem(err);
	reading.known = pr_moment_read(pr_json_str(journal, "start"), &reading.origin);
	for (int phase = 0; phase < PR_REPORT_PHASES; phase++)
		read_phase(&reading, (enum pr_report_phase)phase);
	if (report->duration > report->span)
		report->span = report->duration;
	if (report->span <= 0)
		report->span = 1;
	return 0;
}

void pr_report_release(struct pr_report *report)
{
	if (!report)
		return;
	free(report->activities);
	report->activities = NULL;
	report->count = 0;
}
