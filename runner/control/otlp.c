#include "control/otlp.h"

#include "codec/json.h"
#include "control/otlp_wire.h"

#include <string.h>

#define NS_PER_US UINT64_C(1000)
#define STATUS_ERROR 2
#define SCOPE "plan-runner"

/* The numbers of the fields in opentelemetry/proto: trace, common and resource, version 1. */
enum { REQUEST_RESOURCE_SPANS = 1 };
enum { RESOURCE_SPANS_RESOURCE = 1, RESOURCE_SPANS_SCOPE_SPANS = 2 };
enum { RESOURCE_ATTRIBUTES = 1 };
enum { SCOPE_SPANS_SCOPE = 1, SCOPE_SPANS_SPANS = 2 };
enum { SCOPE_NAME = 1, SCOPE_VERSION = 2 };
enum { KEY_VALUE_KEY = 1, KEY_VALUE_VALUE = 2 };
enum { VALUE_TEXT = 1, VALUE_BOOL = 2, VALUE_INT = 3, VALUE_DOUBLE = 4, VALUE_ARRAY = 5 };
enum { ARRAY_VALUES = 1 };
enum { STATUS_CODE = 3 };
enum {
	SPAN_TRACE_ID = 1,
	SPAN_ID = 2,
	SPAN_PARENT_ID = 4,
	SPAN_NAME = 5,
	SPAN_KIND = 6,
	SPAN_START = 7,
	SPAN_END = 8,
	SPAN_ATTRIBUTES = 9,
	SPAN_STATUS = 15,
};

static void write_array(const json_t *list, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf array = PR_BUF_INIT(out->max);
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		PR_AUTO(buf) struct pr_buf value = PR_BUF_INIT(out->max);

		if (json_is_string(item))
			pr_otlp_wire_text(&value, VALUE_TEXT, json_string_value(item));
		pr_otlp_wire_message(&array, ARRAY_VALUES, &value);
	}
	pr_otlp_wire_message(out, VALUE_ARRAY, &array);
}

static void write_value(const json_t *value, struct pr_buf *out)
{
	if (json_is_string(value))
		pr_otlp_wire_text(out, VALUE_TEXT, json_string_value(value));
	else if (json_is_boolean(value))
		pr_otlp_wire_varint(out, VALUE_BOOL, json_is_true(value));
	else if (json_is_integer(value))
		pr_otlp_wire_varint(out, VALUE_INT, (uint64_t)json_integer_value(value));
	else if (json_is_real(value))
		pr_otlp_wire_double(out, VALUE_DOUBLE, json_real_value(value));
	else
		write_array(value, out);
}

static void write_attributes(const json_t *attributes, uint32_t field, struct pr_buf *out)
{
	const char *key;
	json_t *value;

	json_object_foreach (pr_json_mutable(attributes), key, value) {
		PR_AUTO(buf) struct pr_buf pair = PR_BUF_INIT(out->max);
		PR_AUTO(buf) struct pr_buf any = PR_BUF_INIT(out->max);

		write_value(value, &any);
		pr_otlp_wire_text(&pair, KEY_VALUE_KEY, key);
		pr_otlp_wire_message(&pair, KEY_VALUE_VALUE, &any);
		pr_otlp_wire_message(out, field, &pair);
	}
}

static bool has_parent(const struct pr_span *span)
{
	static const uint8_t none[PR_SPAN_ID_BYTES];

	return memcmp(span->parent, none, sizeof none) != 0;
}

static void write_span(const struct pr_span *span, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(out->max);
	PR_AUTO(buf) struct pr_buf status = PR_BUF_INIT(out->max);

	pr_otlp_wire_bytes(&text, SPAN_TRACE_ID, span->trace, sizeof span->trace);
	pr_otlp_wire_bytes(&text, SPAN_ID, span->id, sizeof span->id);
	if (has_parent(span))
		pr_otlp_wire_bytes(&text, SPAN_PARENT_ID, span->parent, sizeof span->parent);
	pr_otlp_wire_text(&text, SPAN_NAME, span->name);
	pr_otlp_wire_varint(&text, SPAN_KIND, span->kind);
	pr_otlp_wire_fixed64(&text, SPAN_START, (uint64_t)span->start_us * NS_PER_US);
	pr_otlp_wire_fixed64(&text, SPAN_END, (uint64_t)span->end_us * NS_PER_US);
	write_attributes(span->attributes, SPAN_ATTRIBUTES, &text);
	if (span->failed)
		pr_otlp_wire_varint(&status, STATUS_CODE, STATUS_ERROR);
	pr_otlp_wire_message(&text, SPAN_STATUS, &status);
	pr_otlp_wire_message(out, SCOPE_SPANS_SPANS, &text);
}

int pr_otlp_write_protobuf(const struct pr_otlp_batch *batch, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf scope = PR_BUF_INIT(out->max);
	PR_AUTO(buf) struct pr_buf scope_spans = PR_BUF_INIT(out->max);
	PR_AUTO(buf) struct pr_buf resource = PR_BUF_INIT(out->max);
	PR_AUTO(buf) struct pr_buf resource_spans = PR_BUF_INIT(out->max);

	pr_otlp_wire_text(&scope, SCOPE_NAME, SCOPE);
	pr_otlp_wire_text(&scope, SCOPE_VERSION, PR_VERSION);
	pr_otlp_wire_message(&scope_spans, SCOPE_SPANS_SCOPE, &scope);
	for (size_t i = 0; i < batch->count; i++)
		write_span(&batch->spans[i], &scope_spans);
	write_attributes(batch->resource, RESOURCE_ATTRIBUTES, &resource);
	pr_otlp_wire_message(&resource_spans, RESOURCE_SPANS_RESOURCE, &resource);
	pr_otlp_wire_message(&resource_spans, RESOURCE_SPANS_SCOPE_SPANS, &scope_spans);
	return pr_otlp_wire_message(out, REQUEST_RESOURCE_SPANS, &resource_spans);
}
