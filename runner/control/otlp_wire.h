#ifndef PR_CONTROL_OTLP_WIRE_H
#define PR_CONTROL_OTLP_WIRE_H

/*
 * The protobuf wire format, as much of it as OTLP needs: fields are added to a bounded buffer one
 * after the other, and a message within a message is written to a buffer of its own and added as
 * bytes. Failures are the buffer's: sticky, so that one check at the end is enough (base/buf.h).
 */

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* Adds a field of an integer, a boolean or an enumeration. Status as of pr_buf_add. */
int pr_otlp_wire_varint(struct pr_buf *out, uint32_t field, uint64_t value);

/* Adds a field of 64 bits of fixed size: a time in nanoseconds. */
int pr_otlp_wire_fixed64(struct pr_buf *out, uint32_t field, uint64_t value);

/* Adds a field of a double. */
int pr_otlp_wire_double(struct pr_buf *out, uint32_t field, double value);

/* Adds a field of bytes. `data` may be NULL when n is 0. */
int pr_otlp_wire_bytes(struct pr_buf *out, uint32_t field, const void *data, size_t n);

/* Adds a text, with the registered secrets in it replaced (base/redact.h). */
int pr_otlp_wire_text(struct pr_buf *out, uint32_t field, const char *text);

/* Adds what was written to `message` as a message; a failure of `message` becomes one of `out`. */
int pr_otlp_wire_message(struct pr_buf *out, uint32_t field, const struct pr_buf *message);

#endif
