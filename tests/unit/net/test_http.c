#include "http_fixture.h"

#define LEN_OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void reads_answers_of_every_framing_and_tells_broken_ones(void **state)
{
	static const struct {
		const char *answer;
		enum pr_http_failure failure;
		long status;
		const char *body;
	} cases[] = {
		{LEN_OK, PR_HTTP_NONE, 200, "ok"},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
		 "chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
			PR_HTTP_NONE, 200, "abc"},
		{"HTTP/1.0 200 OK\r\n\r\nuntil the end", PR_HTTP_NONE, 200, "until the end"},
		{"HTTP/1.1 204 No Content\r\n\r\n", PR_HTTP_NONE, 204, ""},
		{"HTTP/1.1 304 Not Modified\r\n\r\n", PR_HTTP_NONE, 304, ""},
		{"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", PR_HTTP_NONE, 404,
			"gone"},
		{"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", PR_HTTP_NONE, 500, ""},
		{"HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n", PR_HTTP_NONE, 599, ""},
		{"HTTP/1.1 100 Continue\r\nX-Value: no\r\n\r\n" LEN_OK, PR_HTTP_NONE, 200, "ok"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", PR_HTTP_INCOMPLETE, 200, NULL},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", PR_HTTP_INCOMPLETE,
			200, NULL},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", PR_HTTP_INCOMPLETE,
			200, NULL},
		{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",
			PR_HTTP_INCOMPLETE, 200, NULL},
		{"", PR_HTTP_CONNECT, 0, NULL},
		{"SSH-2.0-OpenSSH_9.2\r\n", PR_HTTP_CONNECT, 0, NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct server_answer answer = {.bytes = cases[i].answer};
		const struct pr_http_request request = {.url = "/", .compressed = true};
		struct outcome o;

		fixture_serve(f, &answer, 1);
		fixture_call(f, &request, &o);
		if (o.failure != cases[i].failure || o.status != cases[i].status || !o.sent ||
			(cases[i].body && strcmp(o.body, cases[i].body) != 0))
			fail_msg("row %zu: failure %d (%s), status %ld, body '%s'", i,
				(int)o.failure, o.detail, o.status, o.body);
		assert_int_equal(o.detail[0] != '\0', o.failure != PR_HTTP_NONE);
		assert_string_equal(o.x_value, "(none)");
		fixture_reset(f);
	}
}

static void headers_keep_their_order_and_equal_ones_are_joined(void **state)
{
	static const struct server_answer answer = {
		.bytes = "HTTP/1.1 200 OK\r\nX-Value: a\r\nContent-Type:text/plain; x=y "
			 "\r\nx-value:  b\r\n"
			 "X-VALUE:\r\nContent-Length: 0\r\n\r\n"};
	const struct pr_http_request request = {.url = "/where?a=b"};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &answer, 1);
	fixture_call(f, &request, &o);
	assert_string_equal(o.x_value, "a, b, ");
	assert_string_equal(o.content_type, "text/plain; x=y");
	assert_non_null(strstr(o.url, "/where?a=b"));
}

static void decodes_what_is_compressed_only_when_asked(void **state)
{
	static const char zlib[] = "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n"
				   "Content-Length: 13\r\n\r\n"
				   "\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15";
	const struct server_answer answer = {.bytes = zlib, .size = sizeof zlib - 1};
	struct pr_http_request request = {.url = "/", .compressed = true};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &answer, 1);
	fixture_call(f, &request, &o);
	assert_string_equal(o.body, "hello");
	assert_true(fixture_was_sent(&f->server, 0, "\r\nAccept-Encoding: gzip, deflate\r\n"));
	request.compressed = false;
	fixture_call(f, &request, &o);
	assert_string_equal(o.body, "\x78\x9c\xcb\x48\xcd\xc9\xc9\x07");
	assert_false(fixture_was_sent(&f->server, 1, "Accept-Encoding"));
}

static void a_body_may_be_as_long_as_allowed_and_no_longer(void **state)
{
	static const struct server_answer answers[] = {{.bytes = LEN_OK},
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok!"},
		{.bytes = "HTTP/1.0 200 OK\r\n\r\nlonger"}};
	const struct pr_http_request request = {.url = "/", .body_max = 2};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, answers, PR_LEN(answers));
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_NONE);
	for (int i = 0; i < 2; i++) {
		fixture_call(f, &request, &o);
		assert_int_equal(o.failure, PR_HTTP_TOO_LARGE);
		assert_string_equal(o.detail, "the answer has more than 2 bytes");
		assert_int_equal(o.status, 200);
	}
}

static void nobody_there_is_a_failure_to_connect_with_nothing_sent(void **state)
{
	const struct pr_http_request request = {.url = "/", .connect_ms = 5000};
	struct fixture *f = *state;
	struct outcome o;

	snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d", server_free_port());
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_CONNECT);
	assert_int_equal(o.status, 0);
	assert_false(o.sent);
	assert_true(o.detail[0] != '\0');
}

static void a_peer_without_tls_is_a_failure_of_tls_with_nothing_sent(void **state)
{
	static const struct server_answer answer = {.bytes = LEN_OK};
	const struct pr_http_request request = {.url = "/"};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve_other(f, &answer, 1);
	snprintf(f->url, sizeof f->url, "https://127.0.0.1:%d", f->other.port);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_TLS);
	assert_false(o.sent);
}

static void silence_longer_than_allowed_ends_the_call(void **state)
{
	static const struct {
		struct server_answer answer;
		int64_t idle_ms;
		int64_t total_ms;
	} cases[] = {
		{{.bytes = "", .then = SERVER_SILENT}, 50, 0},
		{{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", .then = SERVER_SILENT},
			50, 0},
		{{.bytes = "", .then = SERVER_SILENT}, 0, 50},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct pr_http_request request = {
			.url = "/", .idle_ms = cases[i].idle_ms, .total_ms = cases[i].total_ms};
		struct outcome o;

		fixture_serve(f, &cases[i].answer, 1);
		fixture_call(f, &request, &o);
		assert_int_equal(o.failure, PR_HTTP_READ_TIMEOUT);
		assert_true(o.sent);
		fixture_reset(f);
	}
}

static void a_slow_answer_without_long_silence_is_waited_for(void **state)
{
	static const struct server_answer slow = {
		.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n12345678901234567890",
		.pause_ms = 40};
	const struct pr_http_request request = {.url = "/", .idle_ms = 1500};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &slow, 1);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_NONE);
	assert_string_equal(o.body, "12345678901234567890");
}

static void dates_are_read_as_http_writes_them(void **state)
{
	static const struct {
		const char *text;
		int64_t wall_us; /* -1: no date */
	} cases[] = {
		{"Sun, 06 Nov 1994 08:49:37 GMT", 784111777000000},
		{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
		{"Sunday, 06-Nov-94 08:49:37 GMT", 784111777000000},
		{"yesterday", -1},
		{"", -1},
		{NULL, -1},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		int64_t wall_us = -1;

		assert_int_equal(pr_http_date(cases[i].text, &wall_us), cases[i].wall_us >= 0);
		assert_int_equal(wall_us, cases[i].wall_us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_answers_of_every_framing_and_tells_broken_ones),
		TEST(headers_keep_their_order_and_equal_ones_are_joined),
		TEST(decodes_what_is_compressed_only_when_asked),
		TEST(a_body_may_be_as_long_as_allowed_and_no_longer),
		TEST(nobody_there_is_a_failure_to_connect_with_nothing_sent),
		TEST(a_peer_without_tls_is_a_failure_of_tls_with_nothing_sent),
		TEST(silence_longer_than_allowed_ends_the_call),
		TEST(a_slow_answer_without_long_silence_is_waited_for),
		cmocka_unit_test(dates_are_read_as_http_writes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
