#include "actions/summary.h"

#include "actions/activities.h"
#include "actions/markdown.h"
#include "actions/timeline.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"

#include <string.h>

#define TITLE_MAX 300
#define FACT_MAX 1000
#define NAME_MAX_BYTES 200
#define DETAIL_MAX 300

static const char cut_note[] =
	"\nThe rest is left out: a summary must not be larger. The journal has everything.\n";

static void add_fact(const char *name, const char *value, struct pr_buf *out)
{
	if (!value || !*value)
		return;
	pr_buf_addf(out, "- %s: ", name);
	pr_markdown_text(value, FACT_MAX, out);
	pr_buf_addc(out, '\n');
}

/* An address that could end the link is shown as text. */
static void add_link(const char *name, const char *url, struct pr_buf *out)
{
	if (!url || !*url)
		return;
	if (!pr_text_starts(url, "http") || strpbrk(url, " \t\r\n<>()[]|\\`\"'") ||
		pr_redact_found(url, strlen(url))) {
		add_fact(name, url, out);
		return;
	}
	pr_buf_addf(out, "- %s: <%s>\n", name, url);
}

static void add_duration(double seconds, struct pr_buf *out)
{
	if (seconds >= 0.0)
		pr_buf_addf(out, "%.3f s", seconds);
}

struct table {
	struct pr_actions_span span;
	struct pr_buf *out;
};

static void add_row(void *arg, const struct pr_actions_activity *activity)
{
	const struct table *table = arg;
	struct pr_buf *out = table->out;
	PR_AUTO(free) char *detail = pr_actions_detail(activity);

	pr_buf_adds(out, "| ");
	pr_markdown_text(activity->name, NAME_MAX_BYTES, out);
	pr_buf_adds(out, " | ");
	pr_markdown_text(activity->type, NAME_MAX_BYTES, out);
	pr_buf_addf(out, " | %s | ", activity->phase);
	pr_markdown_text(activity->status, NAME_MAX_BYTES, out);
	pr_buf_adds(out, activity->untolerated ? ", not tolerated | " : " | ");
	add_duration(activity->duration, out);
	pr_buf_adds(out, " | ");
	pr_actions_bar(&table->span, activity, out);
	pr_buf_adds(out, " | ");
	pr_markdown_text(detail ? detail : "", DETAIL_MAX, out);
	pr_buf_adds(out, " |\n");
}

static void add_facts(const json_t *journal, const struct pr_actions_result *result,
	const struct pr_actions_facts *facts, struct pr_buf *out)
{
	const json_t *duration = json_object_get(journal, "duration");

	add_fact("Experiment", pr_json_str(pr_json_object(journal, "experiment"), "title"), out);
	add_fact("Plan", facts->plan, out);
	add_link("Execution", facts->url, out);
	add_fact("Status", result->status, out);
	add_fact("Deviated", result->deviated ? "yes" : "no", out);
	add_fact("Started", pr_json_str(journal, "start"), out);
	if (json_is_number(duration))
		pr_buf_addf(out, "- Duration: %.3f s\n", json_number_value(duration));
	add_fact("Journal", facts->journal, out);
	add_fact("Log", facts->log, out);
	add_fact("Error", facts->error, out);
}

int pr_actions_summary(const json_t *journal, const struct pr_actions_result *result,
	const struct pr_actions_facts *facts, struct pr_buf *out)
{
	struct table table = {.out = out};

	pr_buf_addf(out, "## Chaos experiment: %s\n\n", pr_actions_outcome(result));
	add_facts(journal, result, facts, out);
	if (journal) {
		pr_buf_adds(out,
			"\n| Activity | Type | Phase | Status | Duration | Timeline | Result |\n"
			"| --- | --- | --- | --- | ---: | --- | --- |\n");
		pr_actions_span_read(journal, &table.span);
		pr_actions_each(journal, add_row, &table);
	}
	pr_buf_addc(out, '\n');
	return pr_markdown_cut(out, PR_ACTIONS_SUMMARY_MAX, cut_note);
}
