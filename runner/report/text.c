#include "report/content.h"
#include "report/document.h"
#include "report/moment.h"

#include <string.h>

#define NAME_MAX_BYTES 200
#define LINE_MAX_BYTES 300

static void add_fact(void *arg, const char *label, const char *value)
{
	struct pr_buf *out = arg;

	pr_buf_addf(out, "  %-15s ", label);
	pr_shown_line(PR_SHOWN_PLAIN, value, strlen(value), LINE_MAX_BYTES, out);
	pr_buf_addc(out, '\n');
}

static void add_head(const struct pr_report *report, struct pr_buf *out)
{
	struct pr_report_outcome outcome = pr_report_outcome(report);

	pr_shown_line(PR_SHOWN_PLAIN, report->title, strlen(report->title), LINE_MAX_BYTES, out);
	pr_buf_adds(out, *report->title ? ": " : "");
	pr_shown_line(PR_SHOWN_PLAIN, outcome.word, strlen(outcome.word), NAME_MAX_BYTES, out);
	pr_buf_addf(out, "%s%s\n\n", *outcome.text ? ". " : "", outcome.text);
}

/* "! not met       203 ms  name (probe, http): tolerance not met: what it said" */
static void add_activity(const struct pr_report_activity *activity, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf duration = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf kind = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *tolerance = pr_content_tolerance(activity);
	bool ok = activity->verdict == PR_REPORT_OK;
	size_t before;

	pr_moment_duration(activity->duration, &duration);
	pr_buf_addf(out, "  %c %-7s %13s  ", ok ? ' ' : '!',
		pr_report_verdict_name(activity->verdict), pr_buf_str(&duration));
	pr_shown_line(PR_SHOWN_PLAIN, activity->name, strlen(activity->name), NAME_MAX_BYTES, out);
	pr_content_kind(PR_SHOWN_PLAIN, activity, &kind);
	pr_buf_addf(out, "%s%s%s", kind.len ? " (" : "", pr_buf_str(&kind), kind.len ? ")" : "");
	pr_buf_addf(out, "%s%s", *tolerance ? ", tolerance " : "", tolerance);
	if (!ok) {
		before = out->len;
		pr_buf_adds(out, ": ");
		pr_content_line(PR_SHOWN_PLAIN, activity, LINE_MAX_BYTES, out);
		if (out->len == before + 2) /* nothing was said */
			pr_buf_truncate(out, before);
	}
	pr_buf_addc(out, '\n');
}

static void add_stage(
	const struct pr_report *report, enum pr_report_phase phase, struct pr_buf *out)
{
	const struct pr_report_stage *stage = &report->stages[phase];

	if (!stage->count && !stage->met)
		return;
	pr_buf_addf(out, "\n%s%s", pr_report_phase_name(phase), stage->met ? ", " : "");
	pr_content_stage(report, phase, out);
	pr_buf_addc(out, '\n');
	for (size_t i = 0; i < stage->count; i++)
		if (pr_content_is_listed(&report->activities[stage->first + i]))
			add_activity(&report->activities[stage->first + i], out);
}

int pr_document_text(const struct pr_report *report, struct pr_buf *out)
{
	add_head(report, out);
	pr_content_facts(report, add_fact, out);
	for (int phase = 0; phase < PR_REPORT_PHASES; phase++)
		add_stage(report, (enum pr_report_phase)phase, out);
	return out->status;
}
