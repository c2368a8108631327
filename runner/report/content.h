#ifndef PR_REPORT_CONTENT_H
#define PR_REPORT_CONTENT_H

/* What every document says of a run and of an activity. Private to the layer. */

#include "base/buf.h"
#include "base/shown.h"
#include "report/report.h"

/* pr_report_verdict_name, but "running" for one without an end while the run goes on; static. */
const char *pr_content_verdict(const struct pr_report *report, enum pr_report_verdict verdict);

/* Called with each fact: the label is ours, the value may hold anything. */
typedef void pr_fact_fn(void *arg, const char *label, const char *value);

/* The facts about the run, those that the journal has. Status as of pr_buf_add. */
int pr_content_facts(const struct pr_report *report, pr_fact_fn *visit, void *arg);

/* Adds what an activity came to, for a reader: the message of its exception, else its output ("exit
 * status 1: …" of a process, "status 503: …" of an HTTP call, a string as it is, anything else as
 * JSON), nothing for none. As it is, not made safe. Status as of pr_buf_add. */
int pr_content_said(const struct pr_report_activity *activity, struct pr_buf *out);

/* Adds the output as it is: of a process what it wrote to standard output. Status as of pr_buf_add.
 */
int pr_content_output(const struct pr_report_activity *activity, struct pr_buf *out);

/* Adds what a process wrote to standard error; nothing for others. Status as of pr_buf_add. */
int pr_content_errors(const struct pr_report_activity *activity, struct pr_buf *out);

/* Adds at most `max` bytes of the first line of pr_content_said, shown. Status as of pr_buf_add. */
int pr_content_line(enum pr_shown how, const struct pr_report_activity *activity, size_t max,
	struct pr_buf *out);

/* Adds the whole exception as it is; nothing where there is none. Status as of pr_buf_add. */
int pr_content_exception(const struct pr_report_activity *activity, struct pr_buf *out);

/* "met", "not met", or "" where there was no tolerance. Static. */
const char *pr_content_tolerance(const struct pr_report_activity *activity);

/* Adds "action, process, in the background". Status as of pr_buf_add. */
int pr_content_kind(
	enum pr_shown how, const struct pr_report_activity *activity, struct pr_buf *out);

/* Whether documents list the activity: of the checks during the method only what went wrong. */
bool pr_content_is_listed(const struct pr_report_activity *activity);

/* How many bytes of output each activity may have, so that a document stays readable. */
size_t pr_content_room(const struct pr_report *report, size_t max);

/* Adds "2 checks: met" for a hypothesis, "" for lists of activities. Status as of pr_buf_add. */
int pr_content_stage(
	const struct pr_report *report, enum pr_report_phase phase, struct pr_buf *out);

#endif
