#include "base/text.h"
#include "http_fixture.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const struct server_answer ok = {.bytes = OK};
static const struct server_answer ok_kept = {.bytes = OK, .then = SERVER_KEEP};

static void sends_method_body_and_length_as_given(void **state)
{
	static const struct {
		const char *method;
		const char *body;
		const char *line;   /* how the request begins */
		const char *length; /* NULL: no Content-Length */
	} cases[] = {
		{"GET", NULL, "GET /p?q=%20 HTTP/1.1\r\n", NULL},
		{"GET", "body", "GET /p?q=%20 HTTP/1.1\r\n", "Content-Length: 4\r\n"},
		{"HEAD", NULL, "HEAD /p?q=%20 HTTP/1.1\r\n", NULL},
		{"POST", NULL, "POST /p?q=%20 HTTP/1.1\r\n", "Content-Length: 0\r\n"},
		{"POST", "", "POST /p?q=%20 HTTP/1.1\r\n", "Content-Length: 0\r\n"},
		{"POST", "body", "POST /p?q=%20 HTTP/1.1\r\n", "Content-Length: 4\r\n"},
		{"PUT", "body", "PUT /p?q=%20 HTTP/1.1\r\n", "Content-Length: 4\r\n"},
		{"DELETE", NULL, "DELETE /p?q=%20 HTTP/1.1\r\n", "Content-Length: 0\r\n"},
		{"PATCH", "body", "PATCH /p?q=%20 HTTP/1.1\r\n", "Content-Length: 4\r\n"},
		{"X", NULL, "X /p?q=%20 HTTP/1.1\r\n", "Content-Length: 0\r\n"},
		{"M-SEARCH", NULL, "M-SEARCH /p?q=%20 HTTP/1.1\r\n", "Content-Length: 0\r\n"},
	};
	struct fixture *f = *state;

	fixture_serve(f, &ok, 1);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct pr_http_request request = {.url = "/p?q=%20",
			.method = cases[i].method,
			.body = cases[i].body,
			.body_len = cases[i].body ? strlen(cases[i].body) : 0};
		const char *text = f->server.log->text[i];
		const char *end;
		struct outcome o;

		fixture_call(f, &request, &o);
		assert_int_equal(o.failure, PR_HTTP_NONE);
		assert_memory_equal(text, cases[i].line, strlen(cases[i].line));
		assert_int_equal(
			fixture_was_sent(&f->server, i, "Content-Length"), cases[i].length != NULL);
		assert_true(fixture_was_sent(
			&f->server, i, cases[i].length ? cases[i].length : "\r\n"));
		end = strstr(text, "\r\n\r\n");
		assert_non_null(end);
		assert_string_equal(end + 4, cases[i].body ? cases[i].body : "");
		assert_false(fixture_was_sent(&f->server, i, "Expect"));
		assert_false(fixture_was_sent(&f->server, i, "Content-Type"));
	}
}

static void sends_headers_as_given_and_leaves_out_those_without_a_value(void **state)
{
	static const struct pr_http_header headers[] = {{"X-A", "1"}, {"x-a", "2"}, {"X-Empty", ""},
		{"Accept", NULL}, {"User-Agent", "mine"}, {"Content-Type", "a/b"},
		{"X-Utf8", "caf\xC3\xA9"}};
	const struct pr_http_request request = {.url = "/",
		.method = "POST",
		.body = "x",
		.body_len = 1,
		.headers = headers,
		.header_count = PR_LEN(headers)};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &ok, 1);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_NONE);
	assert_true(fixture_was_sent(&f->server, 0, "\r\nX-A: 1\r\nx-a: 2\r\nX-Empty:\r\n"));
	assert_true(fixture_was_sent(&f->server, 0, "\r\nUser-Agent: mine\r\n"));
	assert_true(fixture_was_sent(&f->server, 0, "\r\nContent-Type: a/b\r\n"));
	assert_true(fixture_was_sent(&f->server, 0, "\r\nX-Utf8: caf\xC3\xA9\r\n"));
	assert_false(fixture_was_sent(&f->server, 0, "\r\nAccept:"));
}

static void says_who_asks_as_the_policy_has_it(void **state)
{
	const struct pr_http_policy policy = {.user_agent = "someone/1", .keep_alive = true};
	const struct pr_http_request request = {.url = "/"};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &ok, 1);
	fixture_call(f, &request, &o);
	fixture_client(f, &policy);
	fixture_call(f, &request, &o);
	assert_true(fixture_was_sent(&f->server, 0, "\r\nUser-Agent: plan-runner/"));
	assert_true(fixture_was_sent(&f->server, 1, "\r\nUser-Agent: someone/1\r\n"));
}

static void a_request_that_cannot_be_sent_is_told_by_the_callback(void **state)
{
	static const struct {
		const char *method;
		const char *url;
		struct pr_http_header header;
		enum pr_http_failure failure;
	} cases[] = {
		{"GET", "no-scheme/x", {"A", "b"}, PR_HTTP_URL},
		{"GET", "ftp://127.0.0.1/", {"A", "b"}, PR_HTTP_URL},
		{"GET", "http:///x", {"A", "b"}, PR_HTTP_URL},
		{"GET", "", {"A", "b"}, PR_HTTP_URL},
		{"BAD METHOD", "/", {"A", "b"}, PR_HTTP_HEADER},
		{"GET\r\nA: b", "/", {"A", "b"}, PR_HTTP_HEADER},
		{"", "/", {"A", "b"}, PR_HTTP_HEADER},
		{"GET", "/", {"A b", "c"}, PR_HTTP_HEADER},
		{"GET", "/", {"A:", "c"}, PR_HTTP_HEADER},
		{"GET", "/", {"", "c"}, PR_HTTP_HEADER},
		{"GET", "/", {"A", "b\r\nHost: evil"}, PR_HTTP_HEADER},
		{"GET", "/", {"A", "b\nc"}, PR_HTTP_HEADER},
		{"GET", "/", {"A", " led by a space"}, PR_HTTP_HEADER},
		{"GET", "/", {"A", "\tled by a tab"}, PR_HTTP_HEADER},
		{"GET", "/", {"A", " "}, PR_HTTP_HEADER},
		{"GET", "/", {"A\r\nB", NULL}, PR_HTTP_HEADER},
	};
	struct fixture *f = *state;

	fixture_serve(f, &ok, 1);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct pr_http_request request = {.url = cases[i].url,
			.method = cases[i].method,
			.headers = &cases[i].header,
			.header_count = 1};
		struct outcome o;

		fixture_call(f, &request, &o);
		if (o.failure != cases[i].failure || o.sent || !o.detail[0])
			fail_msg("row %zu: failure %d (%s)", i, (int)o.failure, o.detail);
	}
	assert_int_equal(f->server.log->requests, 0);
}

static void connections_are_used_again_only_where_they_may_be(void **state)
{
	const struct pr_http_policy fresh = {.keep_alive = false};
	const struct pr_http_request request = {.url = "/"};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &ok_kept, 1);
	for (int i = 0; i < 3; i++)
		fixture_call(f, &request, &o);
	assert_int_equal(f->server.log->requests, 3);
	assert_int_equal(f->server.log->connections, 1);
	fixture_client(f, &fresh);
	for (int i = 0; i < 2; i++)
		fixture_call(f, &request, &o);
	assert_int_equal(f->server.log->requests, 5);
	assert_int_equal(f->server.log->connections, 3);
}

static void a_kept_connection_that_was_closed_meanwhile_is_replaced(void **state)
{
	static const struct server_answer closes = {.bytes = OK, .then = SERVER_CLOSE};
	const struct pr_http_request request = {.url = "/", .method = "POST"};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &closes, 1);
	for (int i = 0; i < 3; i++) {
		fixture_call(f, &request, &o);
		assert_int_equal(o.failure, PR_HTTP_NONE);
	}
	assert_int_equal(f->server.log->connections, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sends_method_body_and_length_as_given),
		TEST(sends_headers_as_given_and_leaves_out_those_without_a_value),
		TEST(says_who_asks_as_the_policy_has_it),
		TEST(a_request_that_cannot_be_sent_is_told_by_the_callback),
		TEST(connections_are_used_again_only_where_they_may_be),
		TEST(a_kept_connection_that_was_closed_meanwhile_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
