#include "report/content.h"
#include "report/document.h"
#include "report/moment.h"

#include <string.h>

#define CELL_MAX 300

static void add_cell(const char *text, struct pr_buf *out)
{
	pr_shown_line(PR_SHOWN_MARKDOWN, text, strlen(text), CELL_MAX, out);
	pr_buf_adds(out, " |");
}

static void add_fact(void *arg, const char *label, const char *value)
{
	struct pr_buf *out = arg;

	pr_buf_addf(out, "| %s | ", label);
	add_cell(value, out);
	pr_buf_adds(out, "\n");
}

static void add_head(const struct pr_report *report, struct pr_buf *out)
{
	struct pr_report_outcome outcome = pr_report_outcome(report);
	const char *title = *report->title ? report->title : "Experiment";

	pr_buf_adds(out, "## ");
	pr_shown_line(PR_SHOWN_MARKDOWN, title, strlen(title), CELL_MAX, out);
	pr_buf_adds(out, "\n\n**");
	pr_shown_line(PR_SHOWN_MARKDOWN, outcome.word, strlen(outcome.word), CELL_MAX, out);
	pr_buf_addf(out, "**%s%s\n\n| | |\n|---|---|\n", *outcome.text ? ": " : "", outcome.text);
}

static void add_activity(const struct pr_report_activity *activity, struct pr_buf *out)
{
	bool ok = activity->verdict == PR_REPORT_OK;

	pr_buf_adds(out, ok ? "| " : "| **");
	pr_buf_adds(out, pr_report_verdict_name(activity->verdict));
	pr_buf_adds(out, ok ? " | " : "** | ");
	add_cell(activity->name, out);
	pr_buf_addc(out, ' ');
	pr_content_kind(PR_SHOWN_MARKDOWN, activity, out);
	pr_buf_adds(out, " | ");
	pr_moment_duration(activity->duration, out);
	pr_buf_addf(out, " | %s | ", pr_content_tolerance(activity));
	pr_content_line(PR_SHOWN_MARKDOWN, activity, CELL_MAX, out);
	pr_buf_adds(out, " |\n");
}

static void add_stage(
	const struct pr_report *report, enum pr_report_phase phase, struct pr_buf *out)
{
	const struct pr_report_stage *stage = &report->stages[phase];
	bool headed = false;

	if (!stage->count && !stage->met)
		return;
	pr_buf_addf(out, "\n### %s\n\n", pr_report_phase_name(phase));
	if (stage->met) {
		pr_content_stage(report, phase, out);
		pr_buf_adds(out, "\n");
	}
	for (size_t i = stage->first; i < stage->first + stage->count; i++) {
		if (!pr_content_is_listed(&report->activities[i]))
			continue;
		if (!headed)
			pr_buf_addf(out,
				"%s| Result | Activity | Kind | Duration | Tolerance | Said |\n"
				"|---|---|---|---:|---|---|\n",
				stage->met ? "\n" : "");
		headed = true;
		add_activity(&report->activities[i], out);
	}
}

int pr_document_markdown(const struct pr_report *report, struct pr_buf *out)
{
	add_head(report, out);
	pr_content_facts(report, add_fact, out);
	for (int phase = 0; phase < PR_REPORT_PHASES; phase++)
		add_stage(report, (enum pr_report_phase)phase, out);
	return out->status;
}
