#include "report/content.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "report/moment.h"

#include <stdlib.h>
#include <string.h>

#define TOTAL ((size_t)16 << 20)
#define ROOM_MIN ((size_t)200)
#define TEXT_MAX 400

struct facts {
	const struct pr_report *report;
	pr_fact_fn *visit;
	void *arg;
	struct pr_buf value;
	int status;
};

/* Hands over what was collected in `value`, if anything. */
static void give(struct facts *facts, const char *label)
{
	if (facts->value.status)
		facts->status = facts->value.status;
	else if (facts->value.len)
		facts->visit(facts->arg, label, pr_buf_str(&facts->value));
	pr_buf_clear(&facts->value);
}

static void give_moment(struct facts *facts, const char *label, const char *key)
{
	const char *text = pr_json_str(facts->report->journal, key);

	if (text)
		pr_moment_add(text, &facts->value);
	give(facts, label);
}

/* A run that was interrupted may have deviated before. */
static void give_status(struct facts *facts)
{
	if (facts->report->status)
		pr_buf_addf(&facts->value, "%s%s", facts->report->status,
			facts->report->deviated ? ", deviated" : "");
	give(facts, "Status");
}

static void give_duration(struct facts *facts)
{
	if (facts->report->duration >= 0)
		pr_moment_duration(facts->report->duration, &facts->value);
	give(facts, "Duration");
}

const char *pr_content_verdict(const struct pr_report *report, enum pr_report_verdict verdict)
{
	return verdict == PR_REPORT_OPEN && report->going ? "running"
							  : pr_report_verdict_name(verdict);
}

/* "12: 9 ok, 1 not met, 2 failed" */
static void give_counts(struct facts *facts)
{
	const struct pr_report *report = facts->report;
	const char *between = ": ";

	pr_buf_addf(&facts->value, "%zu", report->count);
	for (int i = 0; i < PR_REPORT_VERDICTS; i++) {
		if (!report->verdicts[i])
			continue;
		pr_buf_addf(&facts->value, "%s%zu %s", between, report->verdicts[i],
			pr_content_verdict(report, (enum pr_report_verdict)i));
		between = ", ";
	}
	give(facts, "Activities");
}

static void give_text(struct facts *facts, const char *label, const json_t *object, const char *key)
{
	const char *text = pr_json_str(object, key);

	if (text)
		pr_buf_adds(&facts->value, text);
	give(facts, label);
}

/* What `recover` did to it: "2026-11-20 16:24:56 UTC, 2 rollbacks", the last time. */
static void give_recovery(struct facts *facts)
{
	const json_t *ours = pr_json_object(facts->report->journal, "plan-runner");
	const json_t *all = pr_json_array(ours, "recoveries");
	const json_t *last = json_array_get(all, json_array_size(all) - 1);
	const char *start = pr_json_str(last, "start");
	size_t played = json_array_size(pr_json_array(last, "rollbacks"));

	if (!start)
		return;
	pr_moment_add(start, &facts->value);
	pr_buf_addf(&facts->value, ", %zu %s", played, played == 1 ? "rollback" : "rollbacks");
	if (json_array_size(all) > 1)
		pr_buf_addf(&facts->value, ", after %zu before it", json_array_size(all) - 1);
	give(facts, "Recovered");
}

int pr_content_facts(const struct pr_report *report, pr_fact_fn *visit, void *arg)
{
	struct facts facts = {.report = report,
		.visit = visit,
		.arg = arg,
		.value = PR_BUF_INIT(PR_BUF_TEXT_MAX)};

	give_status(&facts);
	give_moment(&facts, "Started", "start");
	give_moment(&facts, "Ended", "end");
	give_duration(&facts);
	give_recovery(&facts);
	give_counts(&facts);
	give_text(&facts, "Dry run", pr_json_object(report->journal, "experiment"), "dry");
	give_text(&facts, "Host", report->journal, "node");
	give_text(&facts, "Platform", report->journal, "platform");
	give_text(&facts, "Journal format", report->journal, "chaoslib-version");
	pr_buf_adds(&facts.value, report->path);
	give(&facts, "Journal");
	pr_buf_release(&facts.value);
	return facts.status;
}

static void add_string(const json_t *string, struct pr_buf *out)
{
	if (json_is_string(string))
		pr_buf_add(out, json_string_value(string), json_string_length(string));
}

int pr_content_exception(const struct pr_report_activity *activity, struct pr_buf *out)
{
	const json_t *exception = json_object_get(activity->entry, "exception");
	size_t i;
	const json_t *piece;

	add_string(exception, out);
	json_array_foreach (pr_json_mutable(exception), i, piece)
		add_string(piece, out);
	return out->status;
}

/* The last piece of a traceback says what happened; the class is the same for all of them. */
static int add_message(const json_t *exception, struct pr_buf *out)
{
	static const char class[] = "chaoslib.exceptions.ActivityFailed: ";
	const json_t *last = json_array_get(exception, json_array_size(exception) - 1);
	const char *text = json_string_value(last);
	size_t n = json_string_length(last);
	size_t skip;

	if (!text)
		return out->status;
	skip = pr_text_starts(text, class) ? sizeof(class) - 1 : 0;
	while (n > skip && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	while (skip < n && (text[skip] == '\n' || text[skip] == ' '))
		skip++;
	return n > skip ? pr_buf_add(out, text + skip, n - skip) : out->status;
}

/* What a process activity has of a stream; NULL for the output of other providers. */
static const json_t *stream(const json_t *output, const char *name)
{
	const json_t *text = json_object_get(output, name);

	return json_is_string(json_object_get(output, "stdout")) && json_is_string(text) ? text
											 : NULL;
}

/* A string as it is, anything else as JSON. */
static int add_value(const json_t *value, struct pr_buf *out)
{
	static const struct pr_json_style style = {.redact = true};

	if (json_is_string(value))
		add_string(value, out);
	else if (value && !json_is_null(value))
		pr_json_write(value, &style, out);
	return out->status;
}

int pr_content_output(const struct pr_report_activity *activity, struct pr_buf *out)
{
	const json_t *output = json_object_get(activity->entry, "output");
	const json_t *standard = stream(output, "stdout");

	return add_value(standard ? standard : output, out);
}

int pr_content_errors(const struct pr_report_activity *activity, struct pr_buf *out)
{
	return add_value(stream(json_object_get(activity->entry, "output"), "stderr"), out);
}

/* "exit status 1: what it wrote", "status 503: the body" */
static int add_answer(const json_t *output, struct pr_buf *out)
{
	const json_t *body = json_object_get(output, "body");
	const json_t *status = json_object_get(output, "status");
	bool is_process = stream(output, "stdout") != NULL;
	json_int_t code = json_integer_value(status);

	if (!is_process && (!body || !json_is_integer(status)))
		return add_value(output, out);
	if (is_process) {
		body = stream(output, code ? "stderr" : "stdout");
		if (!json_string_length(body))
			body = stream(output, code ? "stdout" : "stderr");
	}
	if (code || !is_process)
		pr_buf_addf(out, "%sstatus %lld%s", is_process ? "exit " : "", (long long)code,
			json_is_string(body) && !json_string_length(body) ? "" : ": ");
	return add_value(body, out);
}

int pr_content_said(const struct pr_report_activity *activity, struct pr_buf *out)
{
	const json_t *exception = json_object_get(activity->entry, "exception");

	if (json_array_size(exception))
		return add_message(exception, out);
	return add_answer(json_object_get(activity->entry, "output"), out);
}

int pr_content_line(enum pr_shown how, const struct pr_report_activity *activity, size_t max,
	struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf said = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *end;
	int r = pr_content_said(activity, &said);

	if (r)
		return out->status = r;
	end = memchr(pr_buf_str(&said), '\n', said.len);
	return pr_shown_line(how, pr_buf_str(&said),
		end ? (size_t)(end - pr_buf_str(&said)) : said.len, max, out);
}

const char *pr_content_tolerance(const struct pr_report_activity *activity)
{
	const json_t *met = json_object_get(activity->entry, "tolerance_met");

	return json_is_true(met) ? "met" : json_is_false(met) ? "not met" : "";
}

int pr_content_kind(
	enum pr_shown how, const struct pr_report_activity *activity, struct pr_buf *out)
{
	pr_shown_line(how, activity->type, strlen(activity->type), TEXT_MAX, out);
	if (*activity->provider) {
		pr_buf_adds(out, *activity->type ? ", " : "");
		pr_shown_line(how, activity->provider, strlen(activity->provider), TEXT_MAX, out);
	}
	return pr_buf_adds(out, activity->background ? ", in the background" : "");
}

bool pr_content_is_listed(const struct pr_report_activity *activity)
{
	return activity->phase != PR_REPORT_DURING || activity->verdict != PR_REPORT_OK;
}

size_t pr_content_room(const struct pr_report *report, size_t max)
{
	size_t room = TOTAL / (report->count + 1);

	if (room < ROOM_MIN)
		return ROOM_MIN;
	return room < max ? room : max;
}

int pr_content_stage(const struct pr_report *report, enum pr_report_phase phase, struct pr_buf *out)
{
	const struct pr_report_stage *stage = &report->stages[phase];

	if (!stage->met)
		return out->status;
	pr_buf_addf(out, "%zu %s: ", stage->count, stage->count == 1 ? "check" : "checks");
	if (json_is_boolean(stage->met))
		return pr_buf_adds(out, json_is_true(stage->met) ? "met" : "not met");
	return pr_buf_adds(out, "not known");
}
