#include "page/part.h"

#include "base/text.h"
#include "codec/json.h"
#include "report/html.h"
#include "report/moment.h"

#include <string.h>

struct badge_row {
	const char *value;
	struct pr_page_badge badge;
};

/* docs/protocol.md 2.6. One that is completed has ended, with whatever result: only executions
 * tell. */
static const struct badge_row plan_rows[] = {
	{"creating", {"creating", "quiet"}},
	{"created", {"ready", "quiet"}},
	{"running", {"running", "live"}},
	{"completed", {"completed", "quiet"}},
	{"error", {"error", "bad"}},
	{"creation error", {"creation error", "bad"}},
	{"deletion error", {"deletion error", "bad"}},
	{"suspend_error", {"suspending failed", "bad"}},
	{"resuming_error", {"resuming failed", "bad"}},
	{"suspending", {"suspending", "warn"}},
	{"suspended", {"suspended", "warn"}},
	{"resuming", {"resuming", "quiet"}},
};

/* docs/protocol.md 2.8, but for the end */
static const struct badge_row state_rows[] = {
	{"pending", {"pending", "quiet"}},
	{"running", {"running", "live"}},
	{"pause", {"paused", "warn"}},
	{"resume", {"running", "live"}},
	{"terminate", {"stopping", "warn"}},
};

static const struct badge_row end_rows[] = {
	{"completed", {"completed", "good"}},
	{"failed", {"failed", "bad"}},
	{"aborted", {"aborted", "warn"}},
	{"interrupted", {"interrupted", "warn"}},
};

static struct pr_page_badge badge_of(const struct badge_row *rows, size_t n, const char *value)
{
	for (size_t i = 0; i < n; i++)
		if (pr_text_eq(rows[i].value, value))
			return rows[i].badge;
	return (struct pr_page_badge){value && *value ? value : "unknown", "quiet"};
}

struct pr_page_badge pr_page_plan_badge(const json_t *plan)
{
	return badge_of(plan_rows, PR_LEN(plan_rows), pr_json_str(plan, "status"));
}

/* What is told of it in a list, where it has no journal. */
static const json_t *summary_of(const json_t *execution)
{
	return pr_json_object(execution, "summary");
}

bool pr_page_is_going(const json_t *execution)
{
	const json_t *state = pr_json_object(execution, "user_state");

	return !pr_text_eq(pr_json_str(state, "current"), "finished");
}

/* The journal tells more than the state: a method that was not played completes, too. */
struct pr_page_badge pr_page_execution_badge(const json_t *execution)
{
	const json_t *state = pr_json_object(execution, "user_state");
	const json_t *journal = pr_json_object(execution, "result");
	PR_AUTO(report) struct pr_report report = {.journal = NULL};

	if (pr_page_is_going(execution))
		return badge_of(state_rows, PR_LEN(state_rows), pr_json_str(state, "current"));
	if (json_is_true(json_object_get(state, "deviated")))
		return (struct pr_page_badge){"deviated", "bad"};
	if (pr_json_str(summary_of(execution), "word"))
		return (struct pr_page_badge){pr_json_str(summary_of(execution), "word"),
			pr_json_str(summary_of(execution), "tone")};
	if (journal && !pr_report_read(&report, journal, "", NULL) && report.status) {
		struct pr_report_outcome outcome = pr_report_outcome(&report);

		return (struct pr_page_badge){outcome.word, outcome.tone};
	}
	if (!pr_json_str(state, "status"))
		return (struct pr_page_badge){"ended", "quiet"};
	return badge_of(end_rows, PR_LEN(end_rows), pr_json_str(state, "status"));
}

void pr_page_badge(struct pr_page_badge badge, struct pr_buf *out)
{
	pr_buf_addf(out, "<span class=\"badge %s\">", badge.tone);
	pr_page_text(badge.word, "unknown", out);
	pr_buf_adds(out, "</span>");
}

void pr_page_text(const char *text, const char *fallback, struct pr_buf *out)
{
	if (text && *text)
		pr_html_text(text, PR_PAGE_TEXT_MAX, out);
	else
		pr_buf_adds(out, fallback);
}

const char *pr_page_execution_title(const json_t *execution)
{
	const json_t *journal = pr_json_object(execution, "result");

	if (summary_of(execution))
		return pr_json_str(summary_of(execution), "title");
	return pr_json_str(pr_json_object(journal, "experiment"), "title");
}

json_t *pr_page_execution_duration(const json_t *execution)
{
	const json_t *journal = pr_json_object(execution, "result");

	return json_object_get(summary_of(execution) ? summary_of(execution) : journal, "duration");
}

int pr_page_summarise(json_t *execution, struct pr_err *err)
{
	struct pr_page_badge badge = pr_page_execution_badge(execution);
	json_t *summary = json_pack("{s:s?, s:s?, s:s?, s:O?}", "word", badge.word, "tone",
		badge.tone, "title", pr_page_execution_title(execution), "duration",
		pr_page_execution_duration(execution));

	json_object_del(execution, "result");
	return pr_json_set(execution, "summary", summary, err);
}

void pr_page_time(const char *text, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!text || !*text) {
		pr_buf_adds(out, "-");
		return;
	}
	pr_moment_add(text, &shown);
	pr_buf_adds(out, "<time datetime=\"");
	pr_page_attribute(text, out);
	pr_buf_adds(out, "\">");
	pr_page_attribute(pr_buf_str(&shown), out);
	pr_buf_adds(out, "</time>");
}

void pr_page_fact(const char *label, const char *text, struct pr_buf *out)
{
	if (!text || !*text)
		return;
	pr_buf_addf(out, "<div><dt>%s</dt><dd>", label);
	pr_page_text(text, "", out);
	pr_buf_adds(out, "</dd></div>\n");
}

void pr_page_execution_address(const json_t *execution, struct pr_buf *out)
{
	pr_buf_adds(out, "/executions/view/?id=");
	pr_page_attribute(pr_json_str(execution, "id"), out);
	pr_buf_adds(out, "&amp;exp=");
	pr_page_attribute(pr_json_str(execution, "experiment_id"), out);
}

void pr_page_execution_file(const json_t *execution, const char *name, struct pr_buf *out)
{
	pr_buf_adds(out, "/executions/");
	pr_page_attribute(pr_json_str(execution, "experiment_id"), out);
	pr_buf_adds(out, "/");
	pr_page_attribute(pr_json_str(execution, "id"), out);
	pr_buf_addf(out, "/%s", name);
}
