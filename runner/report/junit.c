#include "codec/json.h"
#include "report/content.h"
#include "report/document.h"
#include "report/moment.h"

#include <string.h>

#define NAME_MAX_BYTES 300
#define OUTPUT_MAX ((size_t)16 << 10)

/* What the cases of one suite need: names that occurred before, so that no two are the same. */
struct suite {
	const struct pr_report *report;
	const char *name;
	json_t *names; /* name -> how often */
	size_t room;
	struct pr_buf *out;
};

static void add_attribute(const char *name, const char *value, struct pr_buf *out)
{
	pr_buf_addf(out, " %s=\"", name);
	pr_shown_line(PR_SHOWN_MARKUP, value, strlen(value), NAME_MAX_BYTES, out);
	pr_buf_addc(out, '"');
}

static void add_time(double seconds, struct pr_buf *out)
{
	pr_buf_addf(out, " time=\"%.6f\"", seconds >= 0 && seconds < 1e12 ? seconds : 0);
}

/* JUnit's times have no fraction and no zone. */
static void add_timestamp(const json_t *entry, struct pr_buf *out)
{
	const char *start = pr_json_str(entry, "start");
	double seconds;

	if (pr_moment_read(start, &seconds))
		pr_buf_addf(out, " timestamp=\"%.10sT%.8s\"", start, start + 11);
}

/* Jenkins takes what is before the last dot for a package. */
static void add_class(const struct suite *suite, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf title = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_shown_line(PR_SHOWN_MARKUP, suite->report->title, strlen(suite->report->title),
		NAME_MAX_BYTES, &title);
	pr_buf_adds(out, " classname=\"");
	for (size_t i = 0; i < title.len; i++)
		pr_buf_addc(out, title.ptr[i] == '.' ? '_' : title.ptr[i]);
	pr_buf_addf(out, "%s%s\"", title.len ? "." : "", suite->name);
}

/* The second of a name becomes "name (2)": CI systems would take both for one. */
static int add_name(struct suite *suite, const char *name)
{
	json_int_t count = json_integer_value(json_object_get(suite->names, name)) + 1;
	PR_AUTO(buf) struct pr_buf full = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (json_object_set_new_nocheck(suite->names, name, json_integer(count)))
		return suite->out->status = PR_ENOMEM;
	pr_shown_line(PR_SHOWN_PLAIN, name, strlen(name), NAME_MAX_BYTES - 16, &full);
	if (count > 1)
		pr_buf_addf(&full, " (%lld)", (long long)count);
	add_attribute("name", pr_buf_str(&full), suite->out);
	return full.status;
}

static void add_block(
	const char *element, const struct pr_buf *text, size_t room, struct pr_buf *out)
{
	if (!text->len)
		return;
	pr_buf_addf(out, "      <%s>", element);
	pr_shown_block(PR_SHOWN_MARKUP, text->ptr, text->len, room, out);
	pr_buf_addf(out, "</%s>\n", element);
}

static void add_problem(struct suite *suite, const struct pr_report_activity *activity)
{
	bool unmet = activity->verdict == PR_REPORT_UNMET;
	PR_AUTO(buf) struct pr_buf exception = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_buf *out = suite->out;

	pr_buf_addf(out, "      <%s type=\"%s\" message=\"", unmet ? "failure" : "error",
		pr_report_verdict_name(activity->verdict));
	pr_buf_adds(out, unmet ? "the tolerance was not met: " : "");
	pr_buf_adds(out, activity->verdict == PR_REPORT_OPEN ? "no end was recorded" : "");
	pr_content_line(PR_SHOWN_MARKUP, activity, NAME_MAX_BYTES, out);
	pr_buf_adds(out, "\">");
	pr_content_exception(activity, &exception);
	pr_shown_block(PR_SHOWN_MARKUP, pr_buf_str(&exception), exception.len, suite->room, out);
	pr_buf_addf(out, "</%s>\n", unmet ? "failure" : "error");
	if (exception.status)
		out->status = exception.status;
}

static void add_case(struct suite *suite, const struct pr_report_activity *activity)
{
	PR_AUTO(buf) struct pr_buf output = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf errors = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_buf_adds(suite->out, "    <testcase");
	add_name(suite, activity->name);
	add_class(suite, suite->out);
	add_time(activity->duration, suite->out);
	pr_buf_adds(suite->out, ">\n");
	if (activity->verdict != PR_REPORT_OK)
		add_problem(suite, activity);
	if (pr_content_output(activity, &output) || pr_content_errors(activity, &errors))
		suite->out->status = PR_ENOMEM;
	add_block("system-out", &output, suite->room, suite->out);
	add_block("system-err", &errors, suite->room, suite->out);
	pr_buf_adds(suite->out, "    </testcase>\n");
}

static void add_counts(size_t tests, size_t failures, size_t errors, struct pr_buf *out)
{
	pr_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\"", tests,
		failures, errors);
}

static double sum(const struct pr_report *report, const struct pr_report_stage *stage)
{
	double seconds = 0;

	for (size_t i = stage->first; i < stage->first + stage->count; i++)
		if (report->activities[i].duration > 0)
			seconds += report->activities[i].duration;
	return seconds;
}

static void add_stage(struct suite *suite, const struct pr_report_stage *stage)
{
	const struct pr_report_activity *first = suite->report->activities + stage->first;
	size_t unmet = 0;

	if (!stage->count)
		return;
	for (size_t i = 0; i < stage->count; i++)
		unmet += first[i].verdict == PR_REPORT_UNMET;
	pr_buf_adds(suite->out, "  <testsuite");
	add_attribute("name", suite->name, suite->out);
	add_counts(stage->count, unmet, stage->marked - unmet, suite->out);
	add_time(sum(suite->report, stage), suite->out);
	add_timestamp(first->entry, suite->out);
	pr_buf_adds(suite->out, ">\n");
	for (size_t i = 0; i < stage->count; i++)
		add_case(suite, first + i);
	pr_buf_adds(suite->out, "  </testsuite>\n");
}

/* The outcome as a case of its own: 0 good, 1 a failure (not met), 2 an error. */
static int outcome_kind(const struct pr_report *report)
{
	struct pr_report_outcome outcome = pr_report_outcome(report);

	if (strcmp(outcome.tone, "good") == 0)
		return 0;
	return outcome.unmet ? 1 : 2;
}

static void add_outcome(struct suite *suite)
{
	static const char *const elements[] = {"", "failure", "error"};
	struct pr_report_outcome outcome = pr_report_outcome(suite->report);
	struct pr_buf *out = suite->out;
	int kind = outcome_kind(suite->report);

	pr_buf_adds(out, "  <testsuite name=\"Experiment\"");
	add_counts(1, kind == 1, kind == 2, out);
	add_time(suite->report->duration, out);
	add_timestamp(suite->report->journal, out);
	pr_buf_adds(out, ">\n    <testcase name=\"outcome\"");
	add_class(suite, out);
	add_time(suite->report->duration, out);
	pr_buf_adds(out, ">\n");
	if (kind) {
		pr_buf_addf(out, "      <%s", elements[kind]);
		add_attribute("type", outcome.word, out);
		add_attribute("message", *outcome.text ? outcome.text : outcome.word, out);
		pr_buf_adds(out, "/>\n");
	}
	pr_buf_adds(out, "    </testcase>\n  </testsuite>\n");
}

int pr_document_junit(const struct pr_report *report, struct pr_buf *out)
{
	struct suite suite = {.report = report,
		.name = "Experiment",
		.room = pr_content_room(report, OUTPUT_MAX),
		.out = out};
	size_t unmet = report->verdicts[PR_REPORT_UNMET];
	int kind = outcome_kind(report);

	pr_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	add_attribute("name", report->title, out);
	add_counts(report->count + 1, unmet + (kind == 1),
		report->count - unmet - report->verdicts[PR_REPORT_OK] + (kind == 2), out);
	add_time(report->duration, out);
	pr_buf_adds(out, ">\n");
	add_outcome(&suite);
	for (int phase = 0; phase < PR_REPORT_PHASES; phase++) {
		json_auto_t *names = json_object();

		if (!names)
			return out->status = PR_ENOMEM;
		suite.names = names;
		suite.name = pr_report_phase_name((enum pr_report_phase)phase);
		add_stage(&suite, &report->stages[phase]);
	}
	return pr_buf_adds(out, "</testsuites>\n");
}
