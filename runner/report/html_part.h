#ifndef PR_REPORT_HTML_PART_H
#define PR_REPORT_HTML_PART_H

/* Which activities the parts of the HTML document show. Private to the layer. */

#include "report/html.h"

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

#endif
