#ifndef PR_ACTIONS_SUMMARY_H
#define PR_ACTIONS_SUMMARY_H

/* The summary that a step of GitHub Actions shows: outcome, facts, a table of activities. */

#include "actions/result.h"
#include "base/buf.h"

/* The runner takes 1 MiB from a step, and drops what is larger. */
#define PR_ACTIONS_SUMMARY_MAX ((size_t)900 << 10)

/* What is told beside the journal; NULL where there is none. Borrowed. */
struct pr_actions_facts {
	const char *plan;    /* id */
	const char *url;     /* of the execution */
	const char *journal; /* path */
	const char *log;     /* likewise */
	const char *error;   /* why nothing ran, or why the run ended */
};

/*
 * Adds the Markdown, redacted, at most PR_ACTIONS_SUMMARY_MAX bytes; `journal` NULL: nothing ran.
 * Status as of pr_buf_add.
 */
int pr_actions_summary(const json_t *journal, const struct pr_actions_result *result,
	const struct pr_actions_facts *facts, struct pr_buf *out);

#endif
