#include "control/otlp.h"
#include "control/otlp_settings.h"
#include "control/otlp_wire.h"

#include "base/env.h"
#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect_bytes(const struct pr_buf *buf, const char *bytes, size_t n)
{
	assert_int_equal(buf->len, n);
	assert_memory_equal(pr_buf_str(buf), bytes, n);
}

#define EXPECT(buf, text) expect_bytes(buf, text, sizeof(text) - 1)

static void integers_take_as_many_bytes_as_they_need(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(64);

	(void)state;
	pr_otlp_wire_varint(&out, 1, 0);
	pr_otlp_wire_varint(&out, 2, 300);
	pr_otlp_wire_varint(&out, 16, UINT64_MAX);
	EXPECT(&out, "\x08\x00\x10\xac\x02\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

static void fixed_numbers_are_little_endian(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(64);

	(void)state;
	pr_otlp_wire_fixed64(&out, 7, UINT64_C(0x0102030405060708));
	pr_otlp_wire_double(&out, 4, 1.5);
	EXPECT(&out, "\x39\x08\x07\x06\x05\x04\x03\x02\x01\x21\0\0\0\0\0\0\xf8\x3f");
}

static void messages_stand_within_messages(void **state)
{
	PR_AUTO(buf) struct pr_buf inner = PR_BUF_INIT(64);
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(64);

	(void)state;
	pr_otlp_wire_text(&inner, 1, "ab");
	pr_otlp_wire_message(&out, 2, &inner);
	EXPECT(&out, "\x12\x04\x0a\x02"
		     "ab");
}

static void what_is_too_large_fails_outside_too(void **state)
{
	PR_AUTO(buf) struct pr_buf inner = PR_BUF_INIT(4);
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(64);

	(void)state;
	pr_otlp_wire_text(&inner, 1, "too long");
	assert_int_equal(pr_otlp_wire_message(&out, 2, &inner), PR_ELIMIT);
}

static void secrets_are_replaced_with_the_right_length(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(64);

	(void)state;
	assert_int_equal(pr_redact_add("canary-value", NULL), 0);
	pr_otlp_wire_text(&out, 1, "<canary-value>");
	pr_redact_forget();
	EXPECT(&out, "\x0a\x0c<**********>");
}

/* The smallest batch: what a decoder reads of larger ones is looked at in tests/cli. */
static void a_span_is_written_with_its_fields(void **state)
{
	struct pr_span span = {.kind = PR_SPAN_CLIENT, .start_us = 1, .end_us = 2, .failed = true};
	char name[] = "n";
	struct pr_otlp_batch batch = {.spans = &span, .count = 1};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(512);
	static const char end[] =
		"\x2a\x01n\x30\x03\x39\xe8\x03\0\0\0\0\0\0\x41\xd0\x07\0\0\0\0\0\0"
		"\x7a\x02\x18\x02";

	(void)state;
	span.name = name;
	memset(span.trace, 0xaa, sizeof span.trace);
	memset(span.id, 0xbb, sizeof span.id);
	assert_int_equal(pr_otlp_write_protobuf(&batch, &out), 0);
	assert_true(out.len > sizeof end);
	assert_memory_equal(out.ptr + out.len - (sizeof end - 1), end, sizeof end - 1);
	assert_non_null(memmem(out.ptr, out.len, "\x0a\x10\xaa\xaa", 4));
	assert_non_null(memmem(out.ptr, out.len, "\x12\x08\xbb\xbb", 4));
}

/* Each kind of attribute, and what a span may lack, as protobuf's JSON has them. */
static void spans_are_written_as_json(void **state)
{
	static const char expected[] =
		"{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\","
		"\"value\":{\"stringValue\":\"s\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":"
		"\"plan-runner\",\"version\":\"" PR_VERSION "\"},\"spans\":[{\"traceId\":"
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"spanId\":\"bbbbbbbbbbbbbbbb\",\"name\":"
		"\"n\",\"kind\":3,\"startTimeUnixNano\":\"1000\",\"endTimeUnixNano\":\"2000\","
		"\"attributes\":[{\"key\":\"b\",\"value\":{\"boolValue\":true}},{\"key\":\"i\","
		"\"value\":{\"intValue\":\"-5\"}},{\"key\":\"d\",\"value\":{\"doubleValue\":"
		"0.5}},{\"key\":\"l\",\"value\":{\"arrayValue\":{\"values\":[{\"stringValue\":"
		"\"x\"},{\"stringValue\":\"y\"}]}}}],\"status\":{\"code\":2}},{\"traceId\":"
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"spanId\":\"cccccccccccccccc\","
		"\"parentSpanId\":\"bbbbbbbbbbbbbbbb\",\"name\":\"m\",\"kind\":1,"
		"\"startTimeUnixNano\":\"1000\",\"endTimeUnixNano\":\"2000\",\"attributes\":[],"
		"\"status\":{}}]}]}]}";
	char names[][2] = {"n", "m"};
	json_auto_t *attributes =
		json_pack("{s:b, s:i, s:f, s:[s, s]}", "b", 1, "i", -5, "d", 0.5, "l", "x", "y");
	json_auto_t *resource = json_pack("{s:s}", "service.name", "s");
	struct pr_span spans[] = {{.kind = PR_SPAN_CLIENT,
					  .name = names[0],
					  .start_us = 1,
					  .end_us = 2,
					  .attributes = attributes,
					  .failed = true},
		{.kind = PR_SPAN_INTERNAL, .name = names[1], .start_us = 1, .end_us = 2}};
	struct pr_otlp_batch batch = {.spans = spans, .count = 2, .resource = resource};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(4096);

	(void)state;
	memset(spans[0].trace, 0xaa, sizeof spans[0].trace);
	memset(spans[1].trace, 0xaa, sizeof spans[1].trace);
	memset(spans[0].id, 0xbb, sizeof spans[0].id);
	memset(spans[1].id, 0xcc, sizeof spans[1].id);
	memset(spans[1].parent, 0xbb, sizeof spans[1].parent);
	assert_int_equal(pr_otlp_write_json(&batch, &out), 0);
	assert_string_equal(pr_buf_str(&out), expected);
}

static void traceparent_names_trace_and_span(void **state)
{
	struct pr_span span = {0};
	char text[PR_TRACEPARENT_SIZE];

	(void)state;
	memset(span.trace, 0x0f, sizeof span.trace);
	memset(span.id, 0xf0, sizeof span.id);
	pr_span_traceparent(&span, text);
	assert_string_equal(text, "00-0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f-f0f0f0f0f0f0f0f0-01");
}

static const char *const variables[] = {"OTEL_VENDOR", "OTEL_EXPORTER_OTLP_ENDPOINT",
	"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS",
	"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT",
	"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_SDK_DISABLED",
	"OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "DYNATRACE_TOKEN"};

static int clear_variables(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(variables); i++)
		(void)pr_env_unset(variables[i], NULL);
	pr_redact_forget();
	return 0;
}

static const struct {
	const char *set[4]; /* name, value, … */
	const char *url;    /* NULL: nothing is sent */
	const char *header; /* "name: value" of the last one, NULL: none */
	int64_t timeout_ms; /* 0: not looked at */
} cases[] = {
	{{NULL}, "http://localhost:4318/v1/traces", NULL, 10000},
	{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:1/x//"}, "http://a:1/x/v1/traces", NULL, 0},
	{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
		 "http://b/"},
		"http://b/", NULL, 0},
	{{"OTEL_EXPORTER_OTLP_ENDPOINT", "a:4318"}, NULL, NULL, 0},
	{{"OTEL_SDK_DISABLED", "TRUE"}, NULL, NULL, 0},
	{{"OTEL_VENDOR", "aws"}, NULL, NULL, 0},
	{{"OTEL_VENDOR", "azure", "OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"}, "http://a/v1/traces",
		NULL, 0},
	{{"OTEL_EXPORTER_OTLP_HEADERS", "junk,, a = b%20c ,=x"}, "http://localhost:4318/v1/traces",
		"a: b c", 0},
	{{"OTEL_EXPORTER_OTLP_HEADERS", "a=all", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b%3dc%zz"},
		"http://localhost:4318/v1/traces", "a: b=c%zz", 0},
	{{"OTEL_VENDOR", "dynatrace", "DYNATRACE_TOKEN", "secret"},
		"http://localhost:4318/v1/traces", "Authorization: Api-Token secret", 0},
	{{"DYNATRACE_TOKEN", "secret"}, "http://localhost:4318/v1/traces", NULL, 0},
	{{"OTEL_EXPORTER_OTLP_TIMEOUT", "2"}, "http://localhost:4318/v1/traces", NULL, 2001},
	{{"OTEL_EXPORTER_OTLP_TIMEOUT", "2500"}, "http://localhost:4318/v1/traces", NULL, 2501},
	{{"OTEL_EXPORTER_OTLP_TIMEOUT", "soon"}, "http://localhost:4318/v1/traces", NULL, 10000},
};

static void variables_say_where_traces_go(void **state)
{
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_otlp_settings settings;
		char header[128] = "";

		clear_variables(state);
		for (size_t n = 0; n < PR_LEN(cases[i].set) && cases[i].set[n]; n += 2)
			assert_int_equal(pr_env_set(cases[i].set[n], cases[i].set[n + 1], NULL), 0);
		assert_int_equal(pr_otlp_settings_read(&settings, NULL, NULL), 0);
		assert_int_equal(settings.disabled, cases[i].url == NULL);
		if (cases[i].url)
			assert_string_equal(settings.url, cases[i].url);
		if (settings.header_count)
			pr_text_print(header, sizeof header, "%s: %s",
				settings.headers[settings.header_count - 1].name,
				settings.headers[settings.header_count - 1].value);
		assert_string_equal(header, cases[i].header ? cases[i].header : "");
		if (cases[i].timeout_ms)
			assert_int_equal(settings.timeout_ms, cases[i].timeout_ms);
		pr_otlp_settings_release(&settings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_take_as_many_bytes_as_they_need),
		cmocka_unit_test(fixed_numbers_are_little_endian),
		cmocka_unit_test(messages_stand_within_messages),
		cmocka_unit_test(what_is_too_large_fails_outside_too),
		cmocka_unit_test(secrets_are_replaced_with_the_right_length),
		cmocka_unit_test(a_span_is_written_with_its_fields),
		cmocka_unit_test(spans_are_written_as_json),
		cmocka_unit_test(traceparent_names_trace_and_span),
		cmocka_unit_test_teardown(variables_say_where_traces_go, clear_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
