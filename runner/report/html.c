#include "codec/json.h"
#include "report/content.h"
#include "report/document.h"
#include "report/html_part.h"

#include <string.h>

#define TITLE_MAX 300
#define TEXT_MAX 4000

/* Nothing is loaded and nothing runs, whatever the journal holds: the hash is pr_document_style's.
 */
#define POLICY                                         \
	"default-src 'none'; style-src 'sha256-"       \
	"j1SFxGTnS8WWW9o2ECqQubsNzINgn4j9QvKHHeeR6QI=" \
	"'; base-uri 'none'; form-action 'none'"

static const char *const classes[] = {"is-ok", "is-unmet", "is-failed", "is-open"};

const char *pr_html_class(const struct pr_report *report, enum pr_report_verdict verdict)
{
	return verdict == PR_REPORT_OPEN && report->going ? "is-running" : classes[verdict];
}

void pr_html_text(const char *text, size_t max, struct pr_buf *out)
{
	pr_buf_adds(out, "<bdi>");
	pr_shown_line(PR_SHOWN_MARKUP, text, strlen(text), max, out);
	pr_buf_adds(out, "</bdi>");
}

struct pr_html_choice pr_html_choice(const struct pr_report *report, size_t room)
{
	size_t marked = report->count - report->verdicts[PR_REPORT_OK];
	struct pr_html_choice choice = {.marked = marked < room ? marked : room};

	choice.others = room - choice.marked;
	return choice;
}

bool pr_html_is_chosen(struct pr_html_choice *choice, const struct pr_report_activity *activity)
{
	size_t *room = activity->verdict == PR_REPORT_OK ? &choice->others : &choice->marked;

	if (*room) {
		--*room;
		return true;
	}
	choice->left_out++;
	return false;
}

void pr_html_left_out(const struct pr_html_choice *choice, struct pr_buf *out)
{
	if (choice->left_out)
		pr_buf_addf(out,
			"<p class=\"note\">%zu more are in the journal; those that went wrong come "
			"first.</p>\n",
			choice->left_out);
}

static void add_fact(void *arg, const char *label, const char *value)
{
	struct pr_buf *out = arg;

	pr_buf_addf(out, "<div><dt>%s</dt><dd>", label);
	pr_html_text(value, TITLE_MAX, out);
	pr_buf_adds(out, "</dd></div>\n");
}

void pr_html_facts(const struct pr_report *report, struct pr_buf *out)
{
	pr_buf_adds(out, "<dl class=\"facts\">\n");
	pr_content_facts(report, add_fact, out);
	pr_buf_adds(out, "</dl>\n");
}

static void add_opening(const char *title, struct pr_buf *out)
{
	pr_buf_adds(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<title>");
	pr_shown_line(PR_SHOWN_MARKUP, title, strlen(title), TITLE_MAX, out);
	pr_buf_addf(
		out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", pr_document_style());
}

static void add_header(const struct pr_report *report, const char *title, struct pr_buf *out)
{
	struct pr_report_outcome outcome = pr_report_outcome(report);
	const char *about =
		pr_json_str(pr_json_object(report->journal, "experiment"), "description");

	pr_buf_addf(out,
		"<header class=\"%s\">\n<p class=\"kicker\">Chaos experiment report</p>\n<h1>",
		outcome.tone);
	pr_html_text(title, TITLE_MAX, out);
	pr_buf_adds(out, "</h1>\n<p class=\"outcome\"><span class=\"badge\">");
	pr_html_text(outcome.word, TITLE_MAX, out);
	pr_buf_addf(out, "</span> <span>%s</span></p>\n", outcome.text);
	if (about && *about) {
		pr_buf_adds(out, "<p class=\"about\"><bdi>");
		pr_shown_block(PR_SHOWN_MARKUP, about, strlen(about), TEXT_MAX, out);
		pr_buf_adds(out, "</bdi></p>\n");
	}
	pr_html_facts(report, out);
	pr_buf_adds(out, "</header>\n");
}

int pr_document_html(const struct pr_report *report, struct pr_buf *out)
{
	const char *title = *report->title ? report->title : "Experiment";

	add_opening(title, out);
	add_header(report, title, out);
	pr_html_timeline(report, out);
	pr_html_table(report, out);
	pr_html_details(report, out);
	return pr_buf_adds(out, "</main>\n</body>\n</html>\n");
}
