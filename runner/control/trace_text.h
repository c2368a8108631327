#ifndef PR_CONTROL_TRACE_TEXT_H
#define PR_CONTROL_TRACE_TEXT_H

/* What the spans of a run say: names, times and attributes of docs/protocol.md 4.4. */

#include "base/loop.h"
#include "control/span.h"

/* "activity: NAME". Caller frees; NULL: no memory. */
char *pr_trace_text_name(const json_t *activity) PR_MUST_CHECK;

/* The moment that a run entry has under `key`, else now; microseconds of the wall clock. */
int64_t pr_trace_text_moment(const json_t *entry, const char *key, const struct pr_loop *loop);

/* What is known of an activity when it starts. */
void pr_trace_text_open(struct pr_span *span, const json_t *activity, bool background);

/* What its run entry says at its end; long outputs are cut. */
void pr_trace_text_close(struct pr_span *span, const json_t *entry);

/* The request of an http activity, as the experiment writes it: unsubstituted. */
void pr_trace_text_request(struct pr_span *span, const json_t *provider);

/* What was answered to it. */
void pr_trace_text_answer(struct pr_span *span, const json_t *entry);

/* How the run ended. */
void pr_trace_text_outcome(struct pr_span *span, const json_t *journal, bool exit_signal);

/*
 * Where the platform has the execution, where OTEL_EXPORTER_OTLP_TRACES_HEADERS is set and there is
 * one. `plan` may be NULL.
 */
void pr_trace_text_execution(struct pr_span *span, const json_t *document, const char *plan);

/* Whether a run was interrupted for this reason by SIGINT, SIGUSR1 or SIGUSR2 (docs/engine.md 7.2).
 */
bool pr_trace_text_is_signal(const char *reason);

#endif
