/* A journal: nothing in it gets out of its place in any document. */

#include "fuzz.h"

#include "report/document.h"

#include <string.h>

static void expect_no_controls(const struct pr_buf *text)
{
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->ptr[i];

		fuzz_expect(c >= 0x20 || c == '\t' || c == '\n');
	}
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;

	for (; (text = strstr(text, part)); text++)
		found++;
	return found;
}

static void expect_document(const struct pr_report *report, pr_document_fn *document)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	bool is_html = document == pr_document_html;

	fuzz_expect(document(report, &out) == 0 && out.len > 0);
	expect_no_controls(&out);
	if (document == pr_document_text)
		return;
	fuzz_expect(!strstr(pr_buf_str(&out), "<script"));
	fuzz_expect(count(pr_buf_str(&out), "<style>") == is_html);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static pr_document_fn *const documents[] = {
		pr_document_text, pr_document_markdown, pr_document_junit, pr_document_html};
	json_auto_t *journal = fuzz_json((const char *)data, size);
	PR_AUTO(report) struct pr_report report = {.journal = NULL};
	struct pr_err err = PR_ERR_INIT;
	int r;

	if (!journal)
		return 0;
	r = pr_report_read(&report, journal, "journal.json", &err);
	fuzz_check_status(r, &err);
	for (size_t i = 0; !r && i < PR_LEN(documents); i++)
		expect_document(&report, documents[i]);
	return 0;
}
