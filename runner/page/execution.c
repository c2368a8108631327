#include "base/shown.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "page/part.h"
#include "report/html.h"
#include "report/moment.h"

#include <string.h>

#define JOURNAL_MAX ((size_t)256 << 10)
#define LOG_MAX ((size_t)256 << 10)
#define COMING_MAX 100

/* What the live state says beyond its word: who asked for it, for how long. */
static void add_state_note(const json_t *state, struct pr_buf *out)
{
	const char *user = pr_json_str(pr_json_object(state, "user"), "name");
	const json_t *duration = json_object_get(state, "duration");

	if (json_is_integer(duration) && json_integer_value(duration) > 0) {
		pr_buf_adds(out, " <span>for ");
		pr_moment_duration((double)json_integer_value(duration), out);
		pr_buf_adds(out, "</span>");
	}
	if (user && *user) {
		pr_buf_adds(out, " <span>asked for by ");
		pr_page_text(user, "", out);
		pr_buf_adds(out, "</span>");
	}
}

static void add_outcome(const json_t *execution, const struct pr_report *report, struct pr_buf *out)
{
	pr_buf_adds(out, "<p class=\"outcome\">");
	pr_page_badge(pr_page_execution_badge(execution), out);
	if (pr_page_is_going(execution))
		add_state_note(pr_json_object(execution, "user_state"), out);
	else if (report->journal && report->status)
		pr_buf_addf(out, " <span>%s</span>", pr_report_outcome(report).text);
	pr_buf_adds(out, "</p>\n");
}

/* What the runner noted about where it ran (docs/protocol.md 2.10): only addresses of the web
 * become links. */
static void add_extra(const json_t *extra, struct pr_buf *out)
{
	const char *value = pr_json_str(extra, "value");

	if (!pr_text_eq(pr_json_str(extra, "type"), "url") || !value)
		return;
	if (!pr_text_starts(value, "https://") && !pr_text_starts(value, "http://"))
		return;
	if (strlen(value) > PR_PAGE_TEXT_MAX) /* would be cut */
		return;
	pr_buf_adds(out, "<div><dt>Ran in ");
	pr_page_text(pr_json_str(extra, "topic"), "", out);
	pr_buf_adds(out, "</dt><dd><a class=\"link\" rel=\"noopener noreferrer\" href=\"");
	pr_page_attribute(value, out);
	pr_buf_adds(out, "\">");
	pr_page_text(value, "", out);
	pr_buf_adds(out, "</a></dd></div>\n");
}

static void add_extras(const json_t *journal, struct pr_buf *out)
{
	const json_t *experiment = pr_json_object(journal, "experiment");
	size_t i, k;
	const json_t *extension, *extra;

	json_array_foreach (pr_json_array(experiment, "extensions"), i, extension)
		if (pr_text_eq(pr_json_str(extension, "name"), "reliably"))
			json_array_foreach (pr_json_array(extension, "extra"), k, extra)
				add_extra(extra, out);
}

static void add_links(const json_t *execution, struct pr_buf *out)
{
	const char *plan = pr_json_str(execution, "plan_id");

	pr_buf_adds(out, "<p class=\"links\">");
	if (plan) {
		pr_buf_adds(out, "<a class=\"link\" href=\"/plans/");
		pr_page_attribute(plan, out);
		pr_buf_adds(out, "\">Plan</a> ");
	}
	pr_buf_adds(out, "<a class=\"link\" download=\"journal.json\" href=\"");
	pr_page_execution_file(execution, "journal.json", out);
	pr_buf_adds(out, "\">Download the journal</a> <a class=\"link\" download=\"log.txt\" "
			 "href=\"");
	pr_page_execution_file(execution, "log.txt", out);
	pr_buf_adds(out, "\">Download the log</a></p>\n");
}

static void add_header(const json_t *execution, const struct pr_report *report, struct pr_buf *out)
{
	const json_t *journal = pr_json_object(execution, "result");
	const char *about = pr_json_str(pr_json_object(journal, "experiment"), "description");

	pr_buf_addf(out, "<header class=\"%s\">\n<p class=\"kicker\">Execution</p>\n<h1>",
		pr_page_execution_badge(execution).tone);
	pr_page_text(pr_page_execution_title(execution), "Untitled experiment", out);
	pr_buf_adds(out, "</h1>\n");
	add_outcome(execution, report, out);
	if (about && *about) {
		pr_buf_adds(out, "<p class=\"about\"><bdi>");
		pr_shown_block(PR_SHOWN_MARKUP, about, strlen(about), 4000, out);
		pr_buf_adds(out, "</bdi></p>\n");
	}
	if (report->journal)
		pr_html_facts(report, out);
	pr_buf_adds(out, "<dl class=\"facts\">\n");
	pr_page_fact("Execution", pr_json_str(execution, "id"), out);
	pr_page_fact("Experiment", pr_json_str(execution, "experiment_id"), out);
	add_extras(journal, out);
	pr_buf_adds(out, "</dl>\n");
	add_links(execution, out);
	pr_buf_adds(out, "</header>\n");
}

struct coming {
	struct pr_buf *out;
	size_t room;
};

/* The activities of one list from the `from`th on. */
static void add_coming(struct coming *coming, const json_t *list, size_t from, const char *phase)
{
	for (size_t i = from; i < json_array_size(list) && coming->room; i++) {
		const json_t *activity = json_array_get(list, i);

		coming->room--;
		pr_buf_adds(coming->out, "<li>");
		pr_page_text(pr_json_str(activity, "name"), "(no name)", coming->out);
		pr_buf_addf(coming->out, " <span class=\"note\">%s</span></li>\n", phase);
	}
}

static size_t played(const json_t *journal, const char *key)
{
	return json_array_size(pr_json_array(journal, key));
}

/* What the experiment has still to play: the journal's lists go along with the experiment's. */
static void add_to_come(const json_t *journal, struct pr_buf *out)
{
	const json_t *experiment = pr_json_object(journal, "experiment");
	const json_t *probes =
		pr_json_array(pr_json_object(experiment, "steady-state-hypothesis"), "probes");
	const json_t *states = pr_json_object(journal, "steady_states");
	const json_t *before = pr_json_object(states, "before");
	const json_t *after = pr_json_object(states, "after");
	struct coming coming = {.out = out, .room = COMING_MAX};

	pr_buf_adds(out, "<section>\n<h2>To come</h2>\n<ol class=\"coming\">\n");
	add_coming(&coming, probes, played(before, "probes"), "steady state before");
	add_coming(&coming, pr_json_array(experiment, "method"), played(journal, "run"), "method");
	add_coming(&coming, probes, played(after, "probes"), "steady state after");
	add_coming(&coming, pr_json_array(experiment, "rollbacks"), played(journal, "rollbacks"),
		"rollbacks");
	pr_buf_adds(out, "</ol>\n");
	if (coming.room == COMING_MAX)
		pr_buf_adds(out, "<p class=\"note\">Nothing more.</p>\n");
	pr_buf_adds(out, "</section>\n");
}

static void add_journal(const json_t *execution, struct pr_buf *out)
{
	static const struct pr_json_style style = PR_JSON_JOURNAL;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_json_write(json_object_get(execution, "result"), &style, &text))
		out->status = text.status;
	pr_buf_adds(out, "<section>\n<h2>Journal</h2>\n<details id=\"journal\"><summary>As JSON"
			 "</summary>\n");
	if (text.len > JOURNAL_MAX)
		pr_buf_adds(
			out, "<p class=\"note\">The beginning; the download has all of it.</p>\n");
	pr_buf_adds(out, "<pre id=\"journal-text\" class=\"tall\" tabindex=\"0\" "
			 "aria-label=\"Journal\">");
	pr_shown_block(PR_SHOWN_MARKUP, pr_buf_str(&text), text.len, JOURNAL_MAX, out);
	pr_buf_adds(out, "</pre>\n</details>\n</section>\n");
}

/* The last lines, the first of them whole. */
static const char *tail_of(const char *log)
{
	size_t n = strlen(log);
	const char *line;

	if (n <= LOG_MAX)
		return log;
	line = strchr(log + n - LOG_MAX, '\n');
	return line && line[1] ? line + 1 : log + n - LOG_MAX;
}

static void add_log(const char *log, struct pr_buf *out)
{
	const char *tail;

	pr_buf_adds(out, "<section>\n<h2>Log</h2>\n");
	if (!log || !*log) {
		pr_buf_adds(out, "<p class=\"note\">There is none yet.</p>\n</section>\n");
		return;
	}
	tail = tail_of(log);
	if (tail != log)
		pr_buf_adds(out, "<p class=\"note\">The end; the download has all of it.</p>\n");
	pr_buf_adds(out, "<pre id=\"log-text\" class=\"tall log\" tabindex=\"0\" "
			 "aria-label=\"Log\">");
	pr_shown_block(PR_SHOWN_MARKUP, tail, strlen(tail), LOG_MAX, out);
	pr_buf_adds(out, "</pre>\n</section>\n");
}

/* While it goes on the axis reaches to the present. */
static void read_report(
	const struct pr_page_frame *frame, const json_t *execution, struct pr_report *report)
{
	const json_t *journal = pr_json_object(execution, "result");
	double start;

	if (!journal || pr_report_read(report, journal, "", NULL)) {
		*report = (struct pr_report){.journal = NULL};
		return;
	}
	report->going = pr_page_is_going(execution) && !report->status;
	if (!report->going || !frame->now || !pr_moment_read(pr_json_str(journal, "start"), &start))
		return;
	if ((double)frame->now / 1e6 - start > report->span)
		report->span = (double)frame->now / 1e6 - start;
	for (size_t i = 0; i < report->count; i++) {
		struct pr_report_activity *activity = &report->activities[i];

		if (activity->verdict == PR_REPORT_OPEN && activity->start >= 0)
			activity->duration = report->span - activity->start;
	}
}

int pr_page_execution(const struct pr_page_frame *frame, const json_t *execution, const char *log,
	struct pr_buf *out)
{
	PR_AUTO(report) struct pr_report report = {.journal = NULL};
	const char *title = pr_page_execution_title(execution);
	struct pr_page_head head = {.title = title && *title ? title : "Untitled experiment",
		.pace = pr_page_is_going(execution) ? PR_PAGE_GOING : PR_PAGE_WATCHED,
		.id = pr_json_str(execution, "id")};

	read_report(frame, execution, &report);
	pr_page_open(frame, &head, out);
	add_header(execution, &report, out);
	if (report.journal) {
		pr_html_timeline(&report, out);
		if (report.going)
			add_to_come(report.journal, out);
		pr_html_table(&report, out);
		pr_html_details(&report, out);
	}
	add_journal(execution, out);
	add_log(log, out);
	return pr_page_close(out);
}
