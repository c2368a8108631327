#include "control/otlp.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_US UINT64_C(1000)
#define STATUS_ERROR 2
#define SCOPE "plan-runner"

/* 64-bit integers are texts in protobuf's JSON. */
static json_t *number_text(uint64_t number, bool negative)
{
	char text[24];

	if (negative)
		snprintf(text, sizeof text, "%" PRId64, (int64_t)number);
	else
		snprintf(text, sizeof text, "%" PRIu64, number);
	return json_string(text);
}

static json_t *any_value(const json_t *value)
{
	json_auto_t *values = NULL;
	const json_t *item;
	size_t i;

	if (json_is_string(value))
		return json_pack("{s:O}", "stringValue", value);
	if (json_is_boolean(value))
		return json_pack("{s:O}", "boolValue", value);
	if (json_is_integer(value))
		return json_pack("{s:o}", "intValue",
			number_text((uint64_t)json_integer_value(value), true));
	if (json_is_real(value))
		return json_pack("{s:O}", "doubleValue", value);
	values = json_array();
	json_array_foreach (value, i, item)
		if (pr_json_append(values, json_pack("{s:O}", "stringValue", item), NULL))
			return NULL;
	return json_pack("{s:{s:O}}", "arrayValue", "values", values);
}

static json_t *attribute_list(const json_t *attributes)
{
	json_auto_t *list = json_array();
	const char *key;
	json_t *value;

	json_object_foreach (pr_json_mutable(attributes), key, value) {
		if (pr_json_append(list,
			    json_pack("{s:s, s:o}", "key", key, "value", any_value(value)), NULL))
			return NULL;
	}
	return pr_steal(list);
}

static json_t *hex_text(const uint8_t *bytes, size_t n)
{
	char text[2 * PR_TRACE_ID_BYTES + 1];

	pr_text_hex(text, bytes, n);
	return json_string(text);
}

static json_t *span_value(const struct pr_span *span)
{
	static const uint8_t none[PR_SPAN_ID_BYTES];
	json_auto_t *value =
		json_pack("{s:o, s:o}", "traceId", hex_text(span->trace, sizeof span->trace),
			"spanId", hex_text(span->id, sizeof span->id));
	json_t *status = span->failed ? json_pack("{s:i}", "code", STATUS_ERROR) : json_object();
	int rc = 0;

	if (memcmp(span->parent, none, sizeof none) != 0)
		rc = pr_json_set(
			value, "parentSpanId", hex_text(span->parent, sizeof span->parent), NULL);
	rc |= pr_json_set(value, "name", json_string(span->name), NULL);
	rc |= pr_json_set(value, "kind", json_integer(span->kind), NULL);
	rc |= pr_json_set(value, "startTimeUnixNano",
		number_text((uint64_t)span->start_us * NS_PER_US, false), NULL);
	rc |= pr_json_set(value, "endTimeUnixNano",
		number_text((uint64_t)span->end_us * NS_PER_US, false), NULL);
	rc |= pr_json_set(value, "attributes", attribute_list(span->attributes), NULL);
	rc |= pr_json_set(value, "status", status, NULL);
	return rc ? NULL : pr_steal(value);
}

int pr_otlp_write_json(const struct pr_otlp_batch *batch, struct pr_buf *out)
{
	static const struct pr_json_style style = {.compact = true, .redact = true};
	json_auto_t *spans = json_array();
	json_auto_t *request = NULL;

	for (size_t i = 0; i < batch->count; i++)
		if (pr_json_append(spans, span_value(&batch->spans[i]), NULL))
			return PR_ENOMEM;
	request = json_pack("{s:[{s:{s:o}, s:[{s:{s:s, s:s}, s:O}]}]}", "resourceSpans", "resource",
		"attributes", attribute_list(batch->resource), "scopeSpans", "scope", "name", SCOPE,
		"version", PR_VERSION, "spans", spans);
	return request ? pr_json_write(request, &style, out) : PR_ENOMEM;
}
