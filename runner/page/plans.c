#include "base/text.h"
#include "codec/json.h"
#include "page/part.h"

/* "now" and when it is launched: "0 4 * * 1, Europe/Paris". */
static void add_schedule(const json_t *schedule, struct pr_buf *out)
{
	const char *zone = pr_json_str(schedule, "timezone");

	if (!pr_text_eq(pr_json_str(schedule, "type"), "cron")) {
		pr_buf_adds(out, "once");
		return;
	}
	pr_buf_adds(out, "<code>");
	pr_page_text(pr_json_str(schedule, "pattern"), "-", out);
	pr_buf_adds(out, "</code> <span class=\"note\">");
	pr_page_text(zone, "UTC", out);
	pr_buf_adds(out, "</span>");
}

static void add_last(const json_t *plan, struct pr_buf *out)
{
	const json_t *last = pr_json_object(plan, "last_executions_info");
	const char *running = pr_json_str(pr_json_object(last, "running"), "timestamp");
	const char *ended = pr_json_str(pr_json_object(last, "terminated"), "timestamp");
	const char *plan_status = pr_json_str(plan, "status");

	if (running && (!ended || pr_text_eq(plan_status, "running"))) {
		pr_buf_adds(out, "<span class=\"note\">began</span> ");
		pr_page_time(running, out);
	} else if (ended) {
		pr_buf_adds(out, "<span class=\"note\">ended</span> ");
		pr_page_time(ended, out);
	} else {
		pr_buf_adds(out, "<span class=\"note\">never</span>");
	}
}

static void add_plan(const json_t *plan, struct pr_buf *out)
{
	const json_t *count = json_object_get(plan, "executions_count");

	pr_buf_adds(out, "<tr><td class=\"state\">");
	pr_page_badge(pr_page_plan_badge(plan), out);
	pr_buf_adds(out, "</td><th scope=\"row\"><a class=\"link\" href=\"/plans/");
	pr_page_attribute(pr_json_str(plan, "id"), out);
	pr_buf_adds(out, "\">");
	pr_page_text(
		pr_json_str(pr_json_object(plan, "definition"), "title"), "Untitled plan", out);
	pr_buf_adds(out, "</a></th><td>");
	add_schedule(pr_json_object(pr_json_object(plan, "definition"), "schedule"), out);
	pr_buf_addf(out, "</td><td class=\"number\">%" JSON_INTEGER_FORMAT "</td><td>",
		json_integer_value(count));
	add_last(plan, out);
	pr_buf_adds(out, "</td></tr>\n");
}

static void add_plans(const struct pr_page_list *list, struct pr_buf *out)
{
	size_t i;
	const json_t *plan;

	if (!json_array_size(list->items)) {
		pr_buf_adds(out, "<p class=\"note\">There is no plan yet: <code>plan-deployer plan "
				 "create</code> makes one.</p>\n");
		return;
	}
	pr_buf_adds(out,
		"<div class=\"scroll\"><table class=\"list\">"
		"<caption class=\"unseen\">Plans, newest first</caption><thead><tr>"
		"<th scope=\"col\">Status</th><th scope=\"col\">Plan</th>"
		"<th scope=\"col\">Schedule</th><th scope=\"col\" class=\"number\">Executions</th>"
		"<th scope=\"col\">Last execution</th></tr></thead>\n<tbody>\n");
	json_array_foreach (pr_json_mutable(list->items), i, plan)
		add_plan(plan, out);
	pr_buf_adds(out, "</tbody></table></div>\n");
}

/* The parameter that keeps the other list where it is. */
static void other_page(char *text, size_t size, const char *name, const struct pr_page_list *list)
{
	*text = '\0';
	if (list->page > 1)
		pr_text_print(text, size, "&amp;%s=%lld", name, list->page);
}

static bool any_going(const json_t *executions)
{
	size_t i;
	const json_t *execution;

	json_array_foreach (pr_json_mutable(executions), i, execution)
		if (pr_page_is_going(execution))
			return true;
	return false;
}

static void add_heading(const char *text, const struct pr_page_list *list, struct pr_buf *out)
{
	pr_buf_addf(out, "<section>\n<h2>%s <span class=\"count\">%lld</span></h2>\n", text,
		list->count);
}

int pr_page_home(const struct pr_page_frame *frame, const struct pr_page_list *plans,
	const struct pr_page_list *executions, struct pr_buf *out)
{
	char other[64];
	struct pr_page_head head = {.title = "Plans and executions",
		.pace = any_going(executions->items) ? PR_PAGE_GOING : PR_PAGE_WATCHED};

	pr_page_open(frame, &head, out);
	pr_buf_adds(out, "<h1 class=\"unseen\">Plans and executions</h1>\n");
	add_heading("Plans", plans, out);
	add_plans(plans, out);
	other_page(other, sizeof(other), "executions", executions);
	pr_page_turns(plans, &(struct pr_page_turn){"Pages of plans", "plans", other}, out);
	pr_buf_adds(out, "</section>\n");
	add_heading("Executions", executions, out);
	pr_page_executions(executions, true, out);
	other_page(other, sizeof(other), "plans", plans);
	pr_page_turns(executions,
		&(struct pr_page_turn){"Pages of executions", "executions", other}, out);
	pr_buf_adds(out, "</section>\n");
	return pr_page_close(out);
}

static void add_error(const json_t *plan, struct pr_buf *out)
{
	const char *error = pr_json_str(plan, "error");

	if (!error || !*error)
		return;
	pr_buf_adds(out, "<p class=\"complaint\">");
	pr_page_text(error, "", out);
	pr_buf_adds(out, "</p>\n");
}

static void add_plan_facts(const json_t *plan, struct pr_buf *out)
{
	const json_t *definition = pr_json_object(plan, "definition");
	const json_t *deployment = pr_json_object(definition, "deployment");

	pr_buf_adds(out, "<dl class=\"facts\">\n<div><dt>Schedule</dt><dd>");
	add_schedule(pr_json_object(definition, "schedule"), out);
	pr_buf_adds(out, "</dd></div>\n<div><dt>Last execution</dt><dd>");
	add_last(plan, out);
	pr_buf_adds(out, "</dd></div>\n<div><dt>Created</dt><dd>");
	pr_page_time(pr_json_str(plan, "created_date"), out);
	pr_buf_adds(out, "</dd></div>\n");
	pr_page_fact("Deployment", pr_json_str(deployment, "deployment_type"), out);
	pr_page_fact("Plan", pr_json_str(plan, "id"), out);
	pr_buf_adds(out, "</dl>\n");
}

int pr_page_plan(const struct pr_page_frame *frame, const json_t *plan,
	const struct pr_page_list *executions, struct pr_buf *out)
{
	const char *title = pr_json_str(pr_json_object(plan, "definition"), "title");
	struct pr_page_badge badge = pr_page_plan_badge(plan);
	struct pr_page_head head = {.title = title && *title ? title : "Untitled plan",
		.pace = any_going(executions->items) ? PR_PAGE_GOING : PR_PAGE_WATCHED};

	pr_page_open(frame, &head, out);
	pr_buf_addf(out, "<header class=\"%s\">\n<p class=\"kicker\">Plan</p>\n<h1>", badge.tone);
	pr_page_text(title, "Untitled plan", out);
	pr_buf_adds(out, "</h1>\n<p class=\"outcome\">");
	pr_page_badge(badge, out);
	pr_buf_adds(out, "</p>\n");
	add_error(plan, out);
	add_plan_facts(plan, out);
	pr_buf_adds(out, "</header>\n");
	add_heading("Executions", executions, out);
	pr_page_executions(executions, false, out);
	pr_page_turns(
		executions, &(struct pr_page_turn){"Pages of executions", "executions", ""}, out);
	pr_buf_adds(out, "</section>\n");
	return pr_page_close(out);
}
