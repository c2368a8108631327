#ifndef PR_CONTROL_OTLP_EXPORT_H
#define PR_CONTROL_OTLP_EXPORT_H

/*
 * Sends spans to a collector in batches, beside the run (docs/protocol.md 4.4): one call at a time,
 * after 5 seconds or when much has come together. What a collector does not take is given up after
 * a while; that is logged once and changes nothing. What waits is bounded.
 */

#include "base/loop.h"
#include "control/otlp_settings.h"
#include "control/span.h"

struct pr_otlp_export;

/*
 * `settings` is borrowed and must outlive it; `ca_file` of the command, for when the settings have
 * none. Caller frees.
 */
int pr_otlp_export_new(struct pr_loop *loop, const struct pr_otlp_settings *settings,
	const char *ca_file, struct pr_otlp_export **ret_export, struct pr_err *err);

/* Takes the contents of an ended span, which is not open afterwards. */
void pr_otlp_export_add(struct pr_otlp_export *export, struct pr_span *span);

/*
 * Sends what is left, until `deadline_us` of the loop's clock at the latest. To be called once,
 * after the last span.
 */
void pr_otlp_export_finish(struct pr_otlp_export *export, int64_t deadline_us);

/*
 * Calls `fn` once, later, when what pr_otlp_export_finish began is over; returns false, without a
 * call, when it is already.
 */
bool pr_otlp_export_wait(struct pr_otlp_export *export, pr_loop_fn *fn, void *arg);

/* Ends what is under way, without a callback. NULL is allowed. */
void pr_otlp_export_free(struct pr_otlp_export *export);

#endif
