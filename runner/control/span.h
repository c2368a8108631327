#ifndef PR_CONTROL_SPAN_H
#define PR_CONTROL_SPAN_H

/* One span of a trace: what was done, from when to when, beneath what (docs/protocol.md 4.4). */

#include "activity/provider.h"
#include "base/err.h"

#include <jansson.h>
#include <stdint.h>

#define PR_TRACE_ID_BYTES 16
#define PR_SPAN_ID_BYTES 8

/* As OTLP numbers them. */
enum pr_span_kind { PR_SPAN_UNSPECIFIED, PR_SPAN_INTERNAL = 1, PR_SPAN_CLIENT = 3 };

/* All zero is one that has not been opened. */
struct pr_span {
	uint8_t trace[PR_TRACE_ID_BYTES];
	uint8_t id[PR_SPAN_ID_BYTES];
	uint8_t parent[PR_SPAN_ID_BYTES]; /* zero: it is a root */
	enum pr_span_kind kind;
	char *name; /* owned; NULL: not opened */
	int64_t start_us;
	int64_t end_us;
	json_t *attributes; /* owned: texts, numbers, booleans, lists of texts; NULL: none */
	bool failed;        /* status "error" instead of none */
};

/*
 * Opens one at `start_us` of the wall clock, beneath `parent`, or, with NULL, as the root of a new
 * trace. PR_ENOMEM, PR_EIO without randomness; release in any case.
 */
int pr_span_open(struct pr_span *span, const struct pr_span *parent, const char *name,
	int64_t start_us, struct pr_err *err);

/*
 * Sets an attribute; takes `value` in any case. Nothing for a span that is not open, and where
 * memory is out: the span then lacks it.
 */
void pr_span_set(struct pr_span *span, const char *key, json_t *value);

/* The header `traceparent` of the W3C's trace context: what goes on is beneath this span. */
void pr_span_traceparent(const struct pr_span *span, char text[PR_TRACEPARENT_SIZE]);

/* Frees the contents; it is not open afterwards. */
void pr_span_release(struct pr_span *span);

#endif
