#ifndef PR_REPORT_DOCUMENT_H
#define PR_REPORT_DOCUMENT_H

/* The documents that are made of a report. Time and size are linear in its activities. */

#include "base/buf.h"
#include "report/report.h"

/* Each adds a whole document. Status as of pr_buf_add. */
typedef int pr_document_fn(const struct pr_report *report, struct pr_buf *out);

/* For a terminal or a file: the outcome, facts, a line an activity. */
int pr_document_text(const struct pr_report *report, struct pr_buf *out);

/* The same as tables, in the Markdown of GitHub and GitLab. */
int pr_document_markdown(const struct pr_report *report, struct pr_buf *out);

/*
 * JUnit XML as Jenkins and GitLab read it: a suite a phase, a case an activity; a tolerance that
 * was not met is a failure, an exception or a missing end an error. The suite "Experiment" has one
 * case for the outcome, so that no run that went wrong is all green.
 */
int pr_document_junit(const struct pr_report *report, struct pr_buf *out);

/*
 * One HTML file that needs nothing else, neither scripts nor the network: a timeline to scale, a
 * table, details. Of very many activities it shows those that went wrong first, and says how many
 * it leaves out.
 */
int pr_document_html(const struct pr_report *report, struct pr_buf *out);

/* The style of pr_document_html, whose hash is in its policy; without the element. Static. */
const char *pr_document_style(void);

#endif
