#include "report/content.h"
#include "report/html_part.h"
#include "report/moment.h"

#include <string.h>

#define NAME_MAX_BYTES 160
#define THINNEST 0.15 /* percent: what took no time is seen all the same */

/* The limits of the axis, a quarter each. */
static void add_axis(const struct pr_report *report, struct pr_buf *out)
{
	static const char *const anchors[] = {"start", "middle", "middle", "middle", "end"};

	pr_buf_adds(out, "<div class=\"row axis\"><span></span><svg width=\"100%\" height=\"16\" "
			 "aria-hidden=\"true\">");
	for (int i = 0; i < 5; i++) {
		pr_buf_addf(
			out, "<text x=\"%d%%\" y=\"12\" text-anchor=\"%s\">", i * 25, anchors[i]);
		pr_moment_duration(report->span * i / 4, out);
		pr_buf_adds(out, "</text>");
	}
	pr_buf_adds(out, "</svg><span></span></div>\n");
}

static double percent(double seconds, double span)
{
	double part = seconds / span * 100;

	return part < 100 ? part : 100;
}

static void add_rect(double span, const struct pr_report_activity *activity, struct pr_buf *out)
{
	double x = percent(activity->start, span);
	/* one without an end may go on to the end of the run */
	double width = activity->duration >= 0 ? percent(activity->duration, span) : 100 - x;

	if (width < THINNEST)
		width = THINNEST;
	if (x + width > 100)
		x = 100 - width;
	pr_buf_addf(out,
		"<rect class=\"%s\" x=\"%.3f%%\" y=\"6\" width=\"%.3f%%\" height=\"12\" rx=\"2\"/>",
		activity->background ? "background" : "", x, width);
}

static void add_bar(const struct pr_report *report, size_t i, struct pr_buf *out)
{
	const struct pr_report_activity *activity = &report->activities[i];

	pr_buf_addf(out, "<div class=\"row\"><a class=\"name%s\" href=\"#a%zu\" title=\"",
		activity->verdict == PR_REPORT_OK ? "" : " marked", i);
	pr_shown_line(PR_SHOWN_MARKUP, activity->name, strlen(activity->name), NAME_MAX_BYTES, out);
	pr_buf_adds(out, "\">");
	pr_html_text(activity->name, NAME_MAX_BYTES, out);
	pr_buf_addf(out,
		"</a><svg class=\"lane %s\" width=\"100%%\" height=\"24\" role=\"img\" "
		"aria-label=\"",
		pr_html_class(report, activity->verdict));
	pr_buf_addf(out, "%s, from ", pr_content_verdict(report, activity->verdict));
	pr_moment_duration(activity->start, out);
	pr_buf_adds(out, "\">");
	if (activity->start >= 0)
		add_rect(report->span, activity, out);
	pr_buf_adds(out, "</svg><span class=\"time\">");
	pr_moment_duration(activity->duration, out);
	pr_buf_adds(out, "</span></div>\n");
}

static void add_key(const struct pr_report *report, struct pr_buf *out)
{
	bool background = false;

	pr_buf_adds(out, "<div class=\"key\">");
	for (int i = 0; i < PR_REPORT_VERDICTS; i++) {
		if (!report->verdicts[i])
			continue;
		pr_buf_addf(out,
			"<span><svg class=\"%s\" aria-hidden=\"true\"><rect x=\"1\" y=\"1\" "
			"width=\"20\" height=\"10\" rx=\"2\"/></svg>%s</span>",
			pr_html_class(report, (enum pr_report_verdict)i),
			pr_content_verdict(report, (enum pr_report_verdict)i));
	}
	for (size_t i = 0; i < report->count && !background; i++)
		background = report->activities[i].background;
	if (background)
		pr_buf_adds(out, "<span><svg class=\"is-ok\" aria-hidden=\"true\"><rect "
				 "class=\"background\" x=\"1\" y=\"1\" width=\"20\" height=\"10\" "
				 "rx=\"2\"/></svg>in the background</span>");
	pr_buf_adds(out, "</div>\n");
}

void pr_html_timeline(const struct pr_report *report, struct pr_buf *out)
{
	struct pr_html_choice choice = pr_html_choice(report, PR_HTML_BARS);

	if (!report->count)
		return;
	pr_buf_adds(out, "<section><h2>Timeline</h2>\n");
	add_axis(report, out);
	for (int phase = 0; phase < PR_REPORT_PHASES; phase++) {
		const struct pr_report_stage *stage = &report->stages[phase];

		if (!stage->count)
			continue;
		pr_buf_addf(out, "<h3>%s <span class=\"note\">",
			pr_report_phase_name((enum pr_report_phase)phase));
		pr_content_stage(report, (enum pr_report_phase)phase, out);
		pr_buf_adds(out, "</span></h3>\n");
		for (size_t i = stage->first; i < stage->first + stage->count; i++)
			if (pr_html_is_chosen(&choice, &report->activities[i]))
				add_bar(report, i, out);
	}
	add_key(report, out);
	pr_html_left_out(&choice, out);
	pr_buf_adds(out, "</section>\n");
}
