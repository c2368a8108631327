#ifndef PR_REPORT_HTML_PART_H
#define PR_REPORT_HTML_PART_H

/* The parts of the HTML document. Private to the layer. */

#include "base/buf.h"
#include "report/report.h"

/* How many activities each part has room for; a page of more than this is no longer read. */
#define PR_HTML_BARS 250
#define PR_HTML_ROWS 2000
#define PR_HTML_DETAILS 500

/* Says which activities of a report a part shows: those that went wrong first, then from the
 * beginning. */
struct pr_html_choice {
	size_t marked; /* places left for those that went wrong */
	size_t others; /* places left for the rest */
	size_t left_out;
};

/* A choice of `room` activities. */
struct pr_html_choice pr_html_choice(const struct pr_report *report, size_t room);

/* Whether the next activity is shown: to be asked once for each, in their order. */
bool pr_html_is_chosen(struct pr_html_choice *choice, const struct pr_report_activity *activity);

/* Adds how many were left out, if any were. */
void pr_html_left_out(const struct pr_html_choice *choice, struct pr_buf *out);

/* Adds `text` on one line, isolated from the direction of what is around it. */
void pr_html_text(const char *text, size_t max, struct pr_buf *out);

/* "is-unmet": the class that colours a verdict; static. */
const char *pr_html_class(enum pr_report_verdict verdict);

/* Adds the section with a bar for each activity. */
void pr_html_timeline(const struct pr_report *report, struct pr_buf *out);

/* Adds the section with the table. */
void pr_html_table(const struct pr_report *report, struct pr_buf *out);

/* Adds the section with what each activity was and came to. */
void pr_html_details(const struct pr_report *report, struct pr_buf *out);

#endif
