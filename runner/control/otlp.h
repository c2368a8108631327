#ifndef PR_CONTROL_OTLP_H
#define PR_CONTROL_OTLP_H

/*
 * Spans as an OTLP collector takes them (docs/protocol.md 4.4): an ExportTraceServiceRequest in
 * protobuf, since some vendors refuse JSON, or in OTLP's JSON. Registered secrets are replaced.
 */

#include "base/buf.h"
#include "control/span.h"

#include <jansson.h>
#include <stddef.h>

struct pr_otlp_batch {
	const json_t *resource; /* attributes of who sends: texts */
	const struct pr_span *spans;
	size_t count;
};

/* Adds the batch in protobuf. Status as of pr_buf_add. */
int pr_otlp_write_protobuf(const struct pr_otlp_batch *batch, struct pr_buf *out);

/* Adds the batch in JSON likewise. */
int pr_otlp_write_json(const struct pr_otlp_batch *batch, struct pr_buf *out);

#endif
