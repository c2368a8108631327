#include "experiment/findings.h"

#include "base/buf.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

#define FINDINGS_MAX 1000

static void add_place(struct pr_buf *out, const struct pr_place *place)
{
	if (place->outer)
		add_place(out, place->outer);
	if (!place->key)
		pr_buf_addf(out, "[%zu]", place->index);
	else if (out->len)
		pr_buf_addf(out, ".%s", place->key);
	else
		pr_buf_adds(out, place->key);
}

static char *place_text(const struct pr_place *place)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(4096);

	if (place)
		add_place(&text, place);
	if (text.status == PR_ELIMIT)
		return pr_text_dup("");
	return pr_buf_take(&text);
}

static struct pr_finding *next_item(struct pr_findings *findings)
{
	size_t cap = findings->cap ? findings->cap * 2 : 16;
	struct pr_finding *items;

	if (findings->count < findings->cap)
		return &findings->items[findings->count];
	items = realloc(findings->items, cap * sizeof *items);
	if (!items)
		return NULL;
	findings->items = items;
	findings->cap = cap;
	return &items[findings->count];
}

void pr_findings_add(struct pr_findings *findings, enum pr_finding_level level,
	const struct pr_place *place, const char *fmt, ...)
{
	PR_AUTO(free) char *where = NULL;
	PR_AUTO(free) char *text = NULL;
	struct pr_finding *item;
	va_list args;

	if (findings->count >= FINDINGS_MAX)
		return;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	where = place_text(place);
	item = next_item(findings);
	if (!item || !where || !text) {
		findings->out_of_memory = true;
		return;
	}
	*item = (struct pr_finding){.level = level,
		.kind = findings->kind,
		.place = pr_steal(where),
		.text = pr_steal(text)};
	findings->count++;
}

size_t pr_findings_errors(const struct pr_findings *findings)
{
	size_t errors = 0;

	for (size_t i = 0; i < findings->count; i++)
		errors += findings->items[i].level == PR_FINDING_ERROR;
	return errors;
}

const struct pr_finding *pr_findings_first_error(const struct pr_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].level == PR_FINDING_ERROR)
			return &findings->items[i];
	return NULL;
}

const char *pr_finding_kind_name(enum pr_finding_kind kind)
{
	static const char *const names[] = {[PR_FINDING_EXPERIMENT] = "InvalidExperiment",
		[PR_FINDING_ACTIVITY] = "InvalidActivity",
		[PR_FINDING_CONTROL] = "InvalidControl"};

	return names[kind];
}

void pr_findings_release(struct pr_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->items[i].place);
		free(findings->items[i].text);
	}
	free(findings->items);
	*findings = (struct pr_findings)PR_FINDINGS_INIT;
}
