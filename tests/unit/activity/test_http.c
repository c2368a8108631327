#include "activity/http_exchange.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static int build(const char *provider, struct pr_http_exchange *exchange, struct pr_err *err)
{
	json_auto_t *fields = json_loads(provider, 0, NULL);
	json_auto_t *configuration =
		json_pack("{s:s, s:f, s:i}", "name", "v w", "time", 0.5, "n", 7);
	const struct pr_scope scope = {.configuration = configuration};

	assert_non_null(fields);
	return pr_http_exchange_build(fields, &scope, exchange, err);
}

/* What an activity becomes on the wire. */
struct sent {
	const char *provider;
	const char *method;
	const char *url;
	const char *body; /* NULL: none */
	const char *type; /* the only header beside Connection; NULL: none */
};

static const char *type_sent(const struct pr_http_request *request)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strcasecmp(request->headers[i].name, "Content-Type") == 0)
			return request->headers[i].value;
	return NULL;
}

static void check_sent(const struct sent *want)
{
	struct pr_http_exchange e;
	struct pr_err err = PR_ERR_INIT;
	const char *type;

	if (build(want->provider, &e, &err))
		fail_msg("%s: %s", want->provider, err.msg);
	type = type_sent(&e.request);
	assert_string_equal(e.request.method, want->method);
	assert_string_equal(e.request.url, want->url);
	assert_int_equal(e.request.header_count, want->type ? 2 : 1);
	assert_string_equal(type ? type : "", want->type ? want->type : "");
	assert_int_equal(e.request.body_len, want->body ? strlen(want->body) : 0);
	if (want->body)
		assert_memory_equal(e.request.body, want->body, e.request.body_len);
	pr_http_exchange_release(&e);
}

static void method_address_and_body_come_from_the_fields(void **state)
{
	static const struct sent cases[] = {
		{"{\"url\": \"http://h/a\"}", "GET", "http://h/a", NULL, NULL},
		{"{\"url\": \" http://h/a b#c\", \"method\": \"delete\"}", "DELETE",
			"http://h/a%20b", NULL, NULL},
		{"{\"url\": \"http://h/${name}\"}", "GET", "http://h/v%20w", NULL, NULL},
		{"{\"url\": \"http://h/\", \"arguments\": {\"a\": \"${n}\"}}", "GET",
			"http://h/?a=7", NULL, NULL},
		{"{\"url\": \"http://h/?q=1\", \"arguments\": {\"a\": 1}}", "GET",
			"http://h/?q=1&a=1", NULL, NULL},
		{"{\"url\": \"http://h/?\", \"arguments\": {\"a\": 1}}", "GET", "http://h/?a=1",
			NULL, NULL},
		{"{\"url\": \" http://h/a ?#f\"}", "GET", "http://h/a%20", NULL, NULL},
		{"{\"url\": \"http://h/?\"}", "GET", "http://h/", NULL, NULL},
		{"{\"url\": \"http://h/\", \"arguments\": {\"a\": null}}", "GET", "http://h/", NULL,
			NULL},
		{"{\"url\": \"http://h/\", \"arguments\": \"a b=c\"}", "GET", "http://h/?a%20b=c",
			NULL, NULL},
		{"{\"url\": \"http://h/\", \"method\": \"POST\", \"arguments\": {\"a\": [1, "
		 "true]}}",
			"POST", "http://h/", "a=1&a=True", "application/x-www-form-urlencoded"},
		{"{\"url\": \"http://h/\", \"method\": \"put\", \"arguments\": \"raw \\u00e9\"}",
			"PUT", "http://h/", "raw \xC3\xA9", NULL},
		{"{\"url\": \"http://h/\", \"method\": \"POST\", \"arguments\": {}}", "POST",
			"http://h/", NULL, NULL},
		{"{\"url\": \"http://h/\", \"method\": \"POST\", \"headers\": {\"Content-Type\": "
		 "\"application/json\"}, \"arguments\": {\"a\": 1, \"c\": null, \"e\": "
		 "\"\\u00e9\"}}",
			"POST", "http://h/", "{\"a\": 1, \"c\": null, \"e\": \"\\u00e9\"}",
			"application/json"},
		{"{\"url\": \"http://h/\", \"method\": \"POST\", \"headers\": {\"Content-Type\": "
		 "\"application/json\"}, \"arguments\": \"x\"}",
			"POST", "http://h/", "\"x\"", "application/json"},
		{"{\"url\": \"http://h/\", \"method\": \"POST\", \"headers\": {\"content-type\": "
		 "\"application/json\"}, \"arguments\": {\"a\": 1}}",
			"POST", "http://h/", "a=1", "application/json"},
		{"{\"url\": \"http://h/\", \"method\": \"POST\", \"headers\": {\"Content-Type\": "
		 "null}, \"arguments\": {\"a\": 1}}",
			"POST", "http://h/", "a=1", "application/x-www-form-urlencoded"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++)
		check_sent(&cases[i]);
}

static void headers_go_out_as_the_reference_sends_them(void **state)
{
	static const struct {
		const char *headers;
		const char *name;
		const char *value;
	} cases[] = {
		{"{}", "Connection", "keep-alive"},
		{"{\"connection\": \"close\"}", "connection", "close"},
		{"{\"A\": \"x\u00e9\"}", "A", "x\xE9"},
		{"{\"A\": \"\", \"B\": \"b\"}", "B", "b"},
		{"{\"accept-encoding\": null}", "accept-encoding", "identity"},
		{"{\"Accept\": null}", "Accept", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		char provider[128];
		struct pr_http_exchange e;
		size_t at = 0;

		snprintf(provider, sizeof provider, "{\"url\": \"http://h/\", \"headers\": %s}",
			cases[i].headers);
		assert_int_equal(build(provider, &e, NULL), 0);
		while (at < e.request.header_count &&
			strcmp(e.request.headers[at].name, cases[i].name) != 0)
			at++;
		assert_true(at < e.request.header_count);
		if (cases[i].value)
			assert_string_equal(e.request.headers[at].value, cases[i].value);
		else
			assert_null(e.request.headers[at].value);
		pr_http_exchange_release(&e);
	}
}

static void times_are_of_connection_and_silence(void **state)
{
	static const struct {
		const char *timeout;
		int64_t connect_ms; /* -1: refused */
		int64_t idle_ms;
	} cases[] = {
		{"null", 0, 0},
		{"2", 2000, 2000},
		{"0.0001", 1, 1},
		{"\"${time}\"", 500, 500},
		{"[1, 3]", 1000, 3000},
		{"[\"${n}\", \"${time}\"]", 7000, 500},
		{"[null, 3]", 0, 3000},
		{"0", -1, 0},
		{"-1", -1, 0},
		{"\"1\"", -1, 0},
		{"true", -1, 0},
		{"[1]", -1, 0},
		{"[1, 2, 3]", -1, 0},
		{"{}", -1, 0},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		char provider[128];
		struct pr_http_exchange e;
		int rc;

		snprintf(provider, sizeof provider, "{\"url\": \"http://h/\", \"timeout\": %s}",
			cases[i].timeout);
		rc = build(provider, &e, NULL);
		assert_int_equal(rc, cases[i].connect_ms < 0 ? PR_EINVAL : 0);
		if (rc)
			continue;
		assert_int_equal(e.request.connect_ms, cases[i].connect_ms);
		assert_int_equal(e.request.idle_ms, cases[i].idle_ms);
		pr_http_exchange_release(&e);
	}
}

static void what_the_reference_crashes_on_is_refused(void **state)
{
	static const char *const providers[] = {"{\"url\": 5}", "{}", "{\"url\": null}",
		"{\"url\": \"http://h/\", \"method\": 5}",
		"{\"url\": \"http://h/\", \"headers\": {\"A\": 5}}",
		"{\"url\": \"http://h/\", \"headers\": {\"A\": \"\u20ac\"}}",
		"{\"url\": \"http://h/\", \"headers\": [\"A\"]}",
		"{\"url\": \"http://h/\", \"method\": null}",
		"{\"url\": \"http://h/\", \"method\": \"\"}", "{\"url\": \"http://*/\"}",
		"{\"url\": \"http://.h/\"}", "{\"url\": \"http://a..b/\"}",
		"{\"url\": \"http://h/\", \"arguments\": [\"a\"]}",
		"{\"url\": \"http://h/\", \"headers\": {\"A\": \"${n}\"}}",
		"{\"url\": \"http://h/\", \"arguments\": [1]}",
		"{\"url\": \"http://h/\", \"method\": \"POST\", \"arguments\": 5}"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(providers); i++) {
		struct pr_http_exchange e;
		struct pr_err err = PR_ERR_INIT;

		if (build(providers[i], &e, &err) != PR_EINVAL || !err.msg[0])
			fail_msg("%s is not refused", providers[i]);
	}
}

static void verification_and_retries_are_those_of_the_fields(void **state)
{
	static const struct {
		const char *fields;
		bool verify;
		const char *ca_file;
		int retries;
	} cases[] = {
		{"", true, NULL, 0},
		{", \"verify_tls\": false, \"max_retries\": 3", false, NULL, 3},
		{", \"verify_tls\": \"/ca.pem\", \"max_retries\": \"3\"", true, "/ca.pem", 0},
		{", \"max_retries\": null", true, NULL, 3},
		{", \"max_retries\": true", true, NULL, 1},
		{", \"max_retries\": 1.5", true, NULL, 1},
		{", \"max_retries\": -1", true, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		char provider[256];
		struct pr_http_exchange e;

		snprintf(provider, sizeof provider, "{\"url\": \"http://h/\"%s}", cases[i].fields);
		assert_int_equal(build(provider, &e, NULL), 0);
		assert_int_equal(e.policy.verify_tls, cases[i].verify);
		assert_int_equal(e.policy.ca_file != NULL, cases[i].ca_file != NULL);
		assert_int_equal(e.retries, cases[i].retries);
		assert_int_equal(e.request.redirects, 30);
		assert_true(e.request.cookies && e.request.compressed && e.request.netrc);
		pr_http_exchange_release(&e);
	}
}

static void the_content_type_decides_what_the_body_becomes(void **state)
{
	static const struct {
		const char *type;
		const char *bytes;
		const char *body; /* as JSON; NULL: refused */
	} cases[] = {
		{"application/json", "{\"a\": [1]}", "{\"a\": [1]}"},
		{"application/json", "5", "5"},
		{"application/json", "{\"a\": [18446744073709551615, 9223372036854775807]}",
			"{\"a\": [1.8446744073709552e19, 9223372036854775807]}"},
		{"application/json", "", NULL},
		{"application/json", "{", NULL},
		{"application/json; charset=utf-8", "{}", "\"{}\""},
		{"text/plain", "\xC3\xA9", "\"\\u00c3\\u00a9\""},
		{"text/plain; charset=UTF-8", "\xC3\xA9", "\"\\u00e9\""},
		{"text/plain; charset=\"latin1\"", "\xE9", "\"\\u00e9\""},
		{"application/octet-stream", "\xC3\xA9", "\"\\u00e9\""},
		{"application/x-text", "\xC3\xA9", "\"\\u00c3\\u00a9\""},
		{"image/png; name=text", "\xC3\xA9", "\"\\u00e9\""},
		{"text/plain; charset=cp1252", "\x80\x81\xE9", "\"\\u20ac\\ufffd\\u00e9\""},
		{NULL, "\xC3\xA9", "\"\\u00e9\""},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_http_response response = {.status = 418, .content_type = cases[i].type};
		json_auto_t *expected = NULL;
		json_auto_t *output = NULL;
		int rc;

		pr_buf_init(&response.body, 4096);
		assert_int_equal(pr_buf_adds(&response.body, cases[i].bytes), 0);
		rc = pr_http_exchange_output(&response, &output, NULL);
		pr_buf_release(&response.body);
		assert_int_equal(rc, cases[i].body ? 0 : PR_EINVAL);
		if (rc)
			continue;
		expected = json_loads(cases[i].body, JSON_DECODE_ANY, NULL);
		if (!json_equal(json_object_get(output, "body"), expected))
			fail_msg("row %zu", i);
		assert_int_equal(json_integer_value(json_object_get(output, "status")), 418);
	}
}

static void headers_keep_the_first_spelling_and_are_joined_and_latin1(void **state)
{
	char names[][8] = {"X-B", "a", "x-b", "L"};
	char values[][8] = {"1", "2", "3", "\xE9\xC3"};
	struct pr_http_field fields[PR_LEN(names)];
	struct pr_http_response response = {
		.status = 200, .fields = fields, .field_count = PR_LEN(fields)};
	json_auto_t *output = NULL;
	char *text;

	(void)state;
	for (size_t i = 0; i < PR_LEN(fields); i++)
		fields[i] = (struct pr_http_field){names[i], values[i]};
	pr_buf_init(&response.body, 16);
	assert_int_equal(pr_http_exchange_output(&response, &output, NULL), 0);
	text = json_dumps(output, JSON_COMPACT | JSON_ENSURE_ASCII);
	assert_string_equal(text, "{\"status\":200,\"headers\":{\"X-B\":\"1, 3\",\"a\":\"2\","
				  "\"L\":\"\\u00E9\\u00C3\"},\"body\":\"\"}");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(method_address_and_body_come_from_the_fields),
		cmocka_unit_test(headers_go_out_as_the_reference_sends_them),
		cmocka_unit_test(times_are_of_connection_and_silence),
		cmocka_unit_test(what_the_reference_crashes_on_is_refused),
		cmocka_unit_test(verification_and_retries_are_those_of_the_fields),
		cmocka_unit_test(the_content_type_decides_what_the_body_becomes),
		cmocka_unit_test(headers_keep_the_first_spelling_and_are_joined_and_latin1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
