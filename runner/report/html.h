#ifndef PR_REPORT_HTML_H
#define PR_REPORT_HTML_H

/*
 * The parts of the HTML document, for other pages that show a run. All values are escaped; their
 * style is pr_document_style's.
 */

#include "base/buf.h"
#include "report/report.h"

/* Adds `text` on one line, isolated from the direction of what is around it. */
void pr_html_text(const char *text, size_t max, struct pr_buf *out);

/* "is-unmet": the class that colours a verdict; static. */
const char *pr_html_class(const struct pr_report *report, enum pr_report_verdict verdict);

/* Adds the facts about the run as a list. */
void pr_html_facts(const struct pr_report *report, struct pr_buf *out);

/* Adds the section with a bar for each activity. */
void pr_html_timeline(const struct pr_report *report, struct pr_buf *out);

/* Adds the section with the table. */
void pr_html_table(const struct pr_report *report, struct pr_buf *out);

/* Adds the section with what each activity was and came to. */
void pr_html_details(const struct pr_report *report, struct pr_buf *out);

#endif
