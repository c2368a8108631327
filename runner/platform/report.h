#ifndef PR_PLATFORM_REPORT_H
#define PR_PLATFORM_REPORT_H

/* The bodies that a runner sends about an execution (docs/protocol.md 2.7-2.9). */

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * {"result": "<journal as text>", "log"?: …, "plan_id": …}. The journal is redacted, and NUL, which
 * the platform cannot store (docs/protocol.md 2.1), becomes U+FFFD. NULL as `log`: no member. NULL:
 * no memory.
 */
json_t *pr_report_results(
	const json_t *journal, const struct pr_buf *log, const char *plan) PR_MUST_CHECK;

/* {"status": …, "error": …}; NULL as `error` is null. It is redacted, and may be no UTF-8. */
json_t *pr_report_plan_status(const char *status, const char *error) PR_MUST_CHECK;

/* {"current": "running", "started_on": …, "plan_id": …} */
json_t *pr_report_running(const char *started_on, const char *plan) PR_MUST_CHECK;

/* {"current": "pause", "duration": …, "plan_id": …}; the platform takes 0 to 3300 whole seconds. */
json_t *pr_report_paused(int64_t duration_s, const char *plan) PR_MUST_CHECK;

/* {"current": "finished", "status": …, "deviated": …, "plan_id": …} */
json_t *pr_report_finished(const char *status, bool deviated, const char *plan) PR_MUST_CHECK;

/* Number of entries of a journal, by which its growth is estimated. */
size_t pr_report_entries(const json_t *journal);

#endif
