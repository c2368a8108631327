#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "codec/json.h"
#include "engine/journal.h"
#include "report/document.h"

#include <sys/stat.h>

#define JOURNAL_MAX (SIZE_MAX / 4)
#define DOCUMENT_MODE 0644

static const struct {
	const char *name;
	pr_document_fn *write;
} formats[] = {
	{"text", pr_document_text},
	{"html", pr_document_html},
	{"markdown", pr_document_markdown},
	{"junit", pr_document_junit},
};

static pr_document_fn *format_find(const char *name)
{
	for (size_t i = 0; name && i < PR_LEN(formats); i++)
		if (pr_text_eq(name, formats[i].name))
			return formats[i].write;
	return formats[0].write;
}

/* Whether the value has more than the file: a `.part` that another journal left counts nothing. */
static bool was_folded(const char *path, const struct pr_limits *limits, const json_t *value)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(JOURNAL_MAX);
	struct pr_limits own = *limits;
	json_auto_t *alone = NULL;

	own.document_bytes = JOURNAL_MAX;
	own.depth *= 2;
	return !pr_file_read(path, &text, NULL) &&
	       !pr_json_parse(text.ptr, text.len, path, &own, &alone, NULL) &&
	       !json_equal(alone, value);
}

static void tell_part(struct pr_context *context, const char *path, const json_t *value)
{
	PR_AUTO(free) char *part = pr_text_format("%s.part", path);

	if (!part || !pr_file_exists(part))
		return;
	if (was_folded(path, &context->limits, value))
		pr_complain(context, "what '%s' has is in the report", part);
	else
		pr_complain(context, "'%s' has nothing that belongs to this journal", part);
}

/* Nobody wants a report in the place of its journal. */
static int check_output(const char *path, const char *journal, struct pr_err *err)
{
	struct stat to;
	struct stat from;

	if (!path)
		return 0;
	if (stat(path, &to) == 0 && stat(journal, &from) == 0 && S_ISREG(to.st_mode) &&
		to.st_dev == from.st_dev && to.st_ino == from.st_ino)
		return pr_fail(err, PR_EINVAL, "'%s' is the journal: name another file", path);
	return pr_file_check_replaceable(path, err);
}

static int write_document(const char *path, const struct pr_buf *document, struct pr_err *err)
{
	if (path)
		return pr_file_replace(
			path, document->ptr, document->len, DOCUMENT_MODE, false, err);
	return pr_print_document(document->ptr, document->len, err);
}

static int show(struct pr_context *context, const struct pr_args *args, struct pr_err *err)
{
	const char *path = args->positionals[0];
	const char *output = pr_args_value(args, "output");
	PR_AUTO(report) struct pr_report report = {.journal = NULL};
	PR_AUTO(buf) struct pr_buf document = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *journal = NULL;
	int r = pr_journal_read(path, &context->limits, &journal, err);

	if (!r)
		r = check_output(output, path, err);
	if (!r)
		r = pr_report_read(&report, journal, path, err);
	if (r)
		return r;
	tell_part(context, path, journal);
	format_find(pr_args_value(args, "format"))(&report, &document);
	r = pr_buf_check(&document, "the report", err);
	return r ? r : write_document(output, &document, err);
}

static int run_show(struct pr_context *context, const struct pr_args *args)
{
	struct pr_err err = PR_ERR_INIT;

	if (show(context, args, &err) == 0)
		return PR_EXIT_OK;
	pr_complain(context, "%s", err.msg);
	return PR_EXIT_DEVIATED;
}

static const char *const format_names[] = {"text", "html", "markdown", "junit", NULL};

static const struct pr_option show_options[] = {
	{"format", 0, PR_OPTION_VALUE, "FORMAT", "text (default), html, markdown or junit.",
		format_names},
	{"output", 'o', PR_OPTION_VALUE, "FILE", "Write to this file, not to standard output.",
		NULL},
};

static const struct pr_positional show_positionals[] = {
	{"JOURNAL", "What a run wrote: journal.json.", false},
};

const struct pr_command pr_command_report_show = {.name = "show",
	.summary = "Show a journal as a report.",
	PR_OPTIONS(show_options),
	PR_POSITIONALS(show_positionals),
	.run = run_show};
