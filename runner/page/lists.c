#include "codec/json.h"
#include "page/part.h"
#include "report/moment.h"

/* "12 s" of the journal's end, nothing while it runs. */
static void add_duration(const json_t *execution, struct pr_buf *out)
{
	const json_t *duration = pr_page_execution_duration(execution);

	if (json_is_number(duration) && !pr_page_is_going(execution))
		pr_moment_duration(json_number_value(duration), out);
}

static void add_execution(const json_t *execution, bool with_plan, struct pr_buf *out)
{
	const char *plan = pr_json_str(execution, "plan_id");

	pr_buf_adds(out, "<tr><td class=\"state\">");
	pr_page_badge(pr_page_execution_badge(execution), out);
	pr_buf_adds(out, "</td><th scope=\"row\"><a class=\"link\" href=\"");
	pr_page_execution_address(execution, out);
	pr_buf_adds(out, "\">");
	pr_page_text(pr_page_execution_title(execution), "Untitled experiment", out);
	pr_buf_adds(out, "</a></th><td>");
	pr_page_time(pr_json_str(execution, "created_date"), out);
	pr_buf_adds(out, "</td><td class=\"number\">");
	add_duration(execution, out);
	pr_buf_adds(out, "</td>");
	if (with_plan && plan) {
		pr_buf_adds(out, "<td><a class=\"link\" href=\"/plans/");
		pr_page_attribute(plan, out);
		pr_buf_adds(out, "\">Plan</a></td>");
	} else if (with_plan) {
		pr_buf_adds(out, "<td><span class=\"note\">none</span></td>");
	}
	pr_buf_adds(out, "</tr>\n");
}

void pr_page_executions(const struct pr_page_list *list, bool with_plan, struct pr_buf *out)
{
	size_t i;
	const json_t *execution;

	if (!json_array_size(list->items)) {
		pr_buf_adds(out, "<p class=\"note\">Nothing was executed yet.</p>\n");
		return;
	}
	pr_buf_adds(out,
		"<div class=\"scroll\"><table class=\"list\">"
		"<caption class=\"unseen\">Executions, newest first</caption>"
		"<thead><tr><th scope=\"col\">Result</th><th scope=\"col\">Experiment</th>"
		"<th scope=\"col\">Started</th><th scope=\"col\" class=\"number\">Duration</th>");
	pr_buf_adds(out, with_plan ? "<th scope=\"col\">Plan</th>" : "");
	pr_buf_adds(out, "</tr></thead>\n<tbody>\n");
	json_array_foreach (pr_json_mutable(list->items), i, execution)
		add_execution(execution, with_plan, out);
	pr_buf_adds(out, "</tbody></table></div>\n");
}

static void add_turn(
	const struct pr_page_turn *turn, long long page, const char *word, struct pr_buf *out)
{
	pr_buf_addf(out, "<a class=\"link\" href=\"?%s=%lld%s\">%s</a>", turn->name, page,
		turn->other, word);
}

void pr_page_turns(
	const struct pr_page_list *list, const struct pr_page_turn *turn, struct pr_buf *out)
{
	long long last = list->limit > 0 ? (list->count + list->limit - 1) / list->limit : 1;

	if (last <= 1 && list->page <= 1)
		return;
	pr_buf_addf(out, "<nav class=\"turns\" aria-label=\"%s\">", turn->label);
	if (list->page > 1)
		add_turn(turn, list->page - 1 < last ? list->page - 1 : last, "Newer", out);
	pr_buf_addf(out, "<span class=\"note\">page %lld of %lld</span>", list->page, last);
	if (list->page < last)
		add_turn(turn, list->page + 1, "Older", out);
	pr_buf_adds(out, "</nav>\n");
}
