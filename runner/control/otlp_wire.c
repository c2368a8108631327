#include "control/otlp_wire.h"

#include "base/redact.h"

#include <string.h>

/* The last three bits of the number before a field. */
enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2 };

static void add_varint(struct pr_buf *out, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		pr_buf_addc(out, (char)(value | 0x80));
	pr_buf_addc(out, (char)value);
}

static void add_tag(struct pr_buf *out, uint32_t field, unsigned kind)
{
	add_varint(out, (uint64_t)field << 3 | kind);
}

int pr_otlp_wire_varint(struct pr_buf *out, uint32_t field, uint64_t value)
{
	add_tag(out, field, WIRE_VARINT);
	add_varint(out, value);
	return out->status;
}

int pr_otlp_wire_fixed64(struct pr_buf *out, uint32_t field, uint64_t value)
{
	add_tag(out, field, WIRE_FIXED64);
	for (unsigned i = 0; i < sizeof value; i++)
		pr_buf_addc(out, (char)(value >> 8 * i));
	return out->status;
}

int pr_otlp_wire_double(struct pr_buf *out, uint32_t field, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return pr_otlp_wire_fixed64(out, field, bits);
}

int pr_otlp_wire_bytes(struct pr_buf *out, uint32_t field, const void *data, size_t n)
{
	add_tag(out, field, WIRE_BYTES);
	add_varint(out, n);
	return pr_buf_add(out, data, n);
}

int pr_otlp_wire_text(struct pr_buf *out, uint32_t field, const char *text)
{
	PR_AUTO(buf) struct pr_buf clean = PR_BUF_INIT(out->max);

	pr_redact_copy(text, strlen(text), &clean);
	return pr_otlp_wire_message(out, field, &clean);
}

int pr_otlp_wire_message(struct pr_buf *out, uint32_t field, const struct pr_buf *message)
{
	if (message->status && !out->status)
		out->status = message->status;
	return pr_otlp_wire_bytes(out, field, message->ptr, message->len);
}
