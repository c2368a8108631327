#include "report/content.h"
#include "report/html_part.h"
#include "report/moment.h"

#define NAME_MAX_BYTES 300
#define SAID_MAX 300

struct table {
	const struct pr_report *report;
	struct pr_html_choice rows;
	struct pr_html_choice details; /* a row links to its details, where they are shown */
	struct pr_buf *out;
};

static void add_name(struct table *table, size_t i)
{
	const struct pr_report_activity *activity = &table->report->activities[i];
	bool linked = pr_html_is_chosen(&table->details, activity);

	if (linked)
		pr_buf_addf(table->out, "<a href=\"#a%zu\">", i);
	pr_html_text(activity->name, NAME_MAX_BYTES, table->out);
	pr_buf_adds(table->out, linked ? "</a>" : "");
}

static void add_row(struct table *table, size_t i)
{
	const struct pr_report_activity *activity = &table->report->activities[i];
	struct pr_buf *out = table->out;

	pr_buf_addf(out, "<tr%s><td class=\"result %s\">%s</td><td>",
		activity->verdict == PR_REPORT_OK ? "" : " class=\"marked\"",
		pr_html_class(table->report, activity->verdict),
		pr_content_verdict(table->report, activity->verdict));
	add_name(table, i);
	pr_buf_adds(out, "</td><td>");
	pr_content_kind(PR_SHOWN_MARKUP, activity, out);
	pr_buf_adds(out, "</td><td class=\"number\">");
	pr_moment_duration(activity->start, out);
	pr_buf_adds(out, "</td><td class=\"number\">");
	pr_moment_duration(activity->duration, out);
	pr_buf_addf(
		out, "</td><td>%s</td><td class=\"said\"><bdi>", pr_content_tolerance(activity));
	pr_content_line(PR_SHOWN_MARKUP, activity, SAID_MAX, out);
	pr_buf_adds(out, "</bdi></td></tr>\n");
}

static void add_stage(struct table *table, enum pr_report_phase phase)
{
	const struct pr_report_stage *stage = &table->report->stages[phase];

	if (!stage->count)
		return;
	pr_buf_addf(table->out, "<tbody><tr><th colspan=\"7\" scope=\"rowgroup\">%s</th></tr>\n",
		pr_report_phase_name(phase));
	for (size_t i = stage->first; i < stage->first + stage->count; i++)
		if (pr_html_is_chosen(&table->rows, &table->report->activities[i]))
			add_row(table, i);
	pr_buf_adds(table->out, "</tbody>\n");
}

void pr_html_table(const struct pr_report *report, struct pr_buf *out)
{
	struct table table = {.report = report,
		.rows = pr_html_choice(report, PR_HTML_ROWS),
		.details = pr_html_choice(report, PR_HTML_DETAILS),
		.out = out};

	pr_buf_adds(out, "<section><h2>Activities</h2>\n");
	if (!report->count) {
		pr_buf_adds(out, "<p class=\"note\">None was played.</p></section>\n");
		return;
	}
	pr_buf_adds(out, "<div class=\"scroll\"><table><thead><tr><th>Result</th><th>Activity</th>"
			 "<th>Kind</th><th>From</th><th>Duration</th><th>Tolerance</th>"
			 "<th>Said</th></tr></thead>\n");
	for (int phase = 0; phase < PR_REPORT_PHASES; phase++)
		add_stage(&table, (enum pr_report_phase)phase);
	pr_buf_adds(out, "</table></div>\n");
	pr_html_left_out(&table.rows, out);
	pr_buf_adds(out, "</section>\n");
}
