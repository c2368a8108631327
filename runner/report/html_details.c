#include "codec/json_write.h"
#include "report/content.h"
#include "report/html_part.h"
#include "report/moment.h"

#include <string.h>

#define NAME_MAX_BYTES 300
#define BLOCK_MAX ((size_t)16 << 10)

struct block {
	size_t room;
	struct pr_buf *out;
};

static void add_block(const struct block *block, const char *label, const struct pr_buf *text)
{
	if (text->status)
		block->out->status = text->status;
	if (!text->len)
		return;
	pr_buf_addf(block->out, "<h4>%s</h4><pre>", label);
	pr_shown_block(PR_SHOWN_MARKUP, text->ptr, text->len, block->room, block->out);
	pr_buf_adds(block->out, "</pre>\n");
}

/* A string as it is, anything else as JSON. */
static void add_value(const struct block *block, const char *label, const json_t *value)
{
	static const struct pr_json_style style = PR_JSON_JOURNAL;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!value || json_is_null(value))
		return;
	if (json_is_string(value))
		pr_buf_add(&text, json_string_value(value), json_string_length(value));
	else
		pr_json_write(value, &style, &text);
	add_block(block, label, &text);
}

/* What a process wrote is read as it was written, not as JSON. */
static void add_output(const struct block *block, const json_t *output)
{
	const json_t *streams[] = {
		json_object_get(output, "stdout"), json_object_get(output, "stderr")};

	if (!json_is_string(streams[0]) || !json_is_string(streams[1])) {
		add_value(block, "Output", output);
		return;
	}
	add_value(block, "Exit status", json_object_get(output, "status"));
	add_value(block, "Standard output", streams[0]);
	add_value(block, "Standard error", streams[1]);
}

/* What went wrong is what readers look for. */
static bool is_open(const struct pr_report *report, const struct pr_report_activity *activity)
{
	if (activity->verdict == PR_REPORT_OPEN)
		return !report->going;
	return activity->verdict != PR_REPORT_OK;
}

static void add_activity(const struct pr_report *report, size_t i, const struct block *block)
{
	const struct pr_report_activity *activity = &report->activities[i];
	const json_t *declared = json_object_get(activity->entry, "activity");
	PR_AUTO(buf) struct pr_buf exception = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_buf *out = block->out;

	pr_buf_addf(out, "<details id=\"a%zu\"%s><summary><span class=\"%s\">%s</span> ", i,
		is_open(report, activity) ? " open" : "", pr_html_class(report, activity->verdict),
		pr_content_verdict(report, activity->verdict));
	pr_html_text(activity->name, NAME_MAX_BYTES, out);
	pr_buf_addf(out, " <span class=\"note\">%s, ", pr_report_phase_name(activity->phase));
	pr_moment_duration(activity->duration, out);
	pr_buf_adds(out, "</span></summary>\n");
	pr_content_exception(activity, &exception);
	add_block(block, "Exception", &exception);
	add_output(block, json_object_get(activity->entry, "output"));
	add_value(block, "Tolerance", json_object_get(declared, "tolerance"));
	add_value(block, "Provider", json_object_get(declared, "provider"));
	pr_buf_adds(out, "</details>\n");
}

void pr_html_details(const struct pr_report *report, struct pr_buf *out)
{
	struct pr_html_choice choice = pr_html_choice(report, PR_HTML_DETAILS);
	struct block block = {.room = pr_content_room(report, BLOCK_MAX), .out = out};

	if (!report->count)
		return;
	pr_buf_adds(out, "<section><h2>Details</h2>\n");
	for (size_t i = 0; i < report->count; i++)
		if (pr_html_is_chosen(&choice, &report->activities[i]))
			add_activity(report, i, &block);
	pr_html_left_out(&choice, out);
	pr_buf_adds(out, "</section>\n");
}
