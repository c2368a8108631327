#include "http_fixture.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static const struct server_answer ok = {.bytes = OK};

/* An answer that points to another place. */
static struct server_answer pointer(char room[512], int status, const char *target)
{
	snprintf(room, 512,
		"HTTP/1.1 %d Moved\r\nLocation: %s\r\nX-Value: moved\r\nContent-Length: "
		"4\r\n\r\nelse",
		status, target);
	return (struct server_answer){.bytes = room};
}

static void method_and_body_change_as_python_requests_changes_them(void **state)
{
	static const struct {
		int status;
		const char *method;
		const char *then;
		bool body; /* kept */
	} cases[] = {
		{301, "GET", "GET", false},
		{301, "POST", "GET", false},
		{301, "PUT", "PUT", false},
		{301, "DELETE", "DELETE", false},
		{302, "GET", "GET", false},
		{302, "POST", "GET", false},
		{302, "PUT", "GET", false},
		{303, "POST", "GET", false},
		{303, "DELETE", "GET", false},
		{307, "POST", "POST", true},
		{307, "GET", "GET", true},
		{308, "PUT", "PUT", true},
	};
	static const struct pr_http_header type = {"Content-Type", "a/b"};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		char room[512];
		const struct server_answer answers[] = {
			pointer(room, cases[i].status, "/new?x=y"), ok};
		const struct pr_http_request request = {.url = "/old",
			.method = cases[i].method,
			.body = "BODY",
			.body_len = 4,
			.headers = &type,
			.header_count = 1,
			.redirects = 5};
		struct outcome o;
		char line[64];

		fixture_serve(f, answers, 2);
		fixture_call(f, &request, &o);
		snprintf(line, sizeof line, "%s /new?x=y HTTP/1.1\r\n", cases[i].then);
		if (o.failure || o.status != 200 || !fixture_was_sent(&f->server, 1, line) ||
			fixture_was_sent(&f->server, 1, "BODY") != cases[i].body ||
			fixture_was_sent(&f->server, 1, "a/b") != cases[i].body)
			fail_msg("row %zu: %s %s", i, o.detail, f->server.log->text[1]);
		assert_string_equal(o.body, "ok");
		assert_string_equal(o.x_value, "(none)");
		assert_non_null(strstr(o.url, "/new?x=y"));
		fixture_reset(f);
	}
}

static void head_takes_its_body_along(void **state)
{
	static const struct server_answer answers[] = {
		{.bytes = "HTTP/1.1 307 Go\r\nLocation: /n w\r\nContent-Length: 9\r\n\r\n"},
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"}};
	static const struct pr_http_header length = {"Content-Length", "3"};
	const struct pr_http_request request = {.url = "/",
		.method = "HEAD",
		.headers = &length,
		.header_count = 1,
		.body = "BODY",
		.body_len = 4,
		.redirects = 1};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, answers, 2);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_NONE);
	assert_int_equal(o.status, 200);
	assert_string_equal(o.body, "");
	assert_true(fixture_was_sent(&f->server, 0, "HEAD / HTTP/1.1\r\n"));
	assert_true(fixture_was_sent(&f->server, 1, "HEAD /n%20w HTTP/1.1\r\n"));
	for (size_t i = 0; i < 2; i++) {
		assert_true(fixture_was_sent(&f->server, i, "Content-Length: 4\r\n"));
		assert_true(fixture_was_sent(&f->server, i, "\r\n\r\nBODY"));
	}
}

static void head_stays_head(void **state)
{
	static const struct server_answer answers[] = {
		{.bytes = "HTTP/1.1 303 See\r\nLocation: /new\r\n\r\n"},
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"}};
	const struct pr_http_request request = {.url = "/", .method = "HEAD", .redirects = 1};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, answers, 2);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_NONE);
	assert_true(fixture_was_sent(&f->server, 1, "HEAD /new HTTP/1.1\r\n"));
}

static void what_points_nowhere_is_an_answer_like_any_other(void **state)
{
	static const struct {
		const char *answer;
		long status;
		int redirects;
	} cases[] = {
		{"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", 302, 5},
		{"HTTP/1.1 300 Choose\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n", 300, 5},
		{"HTTP/1.1 304 Same\r\nLocation: /a\r\n\r\n", 304, 5},
		{"HTTP/1.1 201 Made\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n", 201, 5},
		{"HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n", 302, 0},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct server_answer answer = {.bytes = cases[i].answer};
		const struct pr_http_request request = {
			.url = "/", .redirects = cases[i].redirects};
		struct outcome o;

		fixture_serve(f, &answer, 1);
		fixture_call(f, &request, &o);
		assert_int_equal(o.failure, PR_HTTP_NONE);
		assert_int_equal(o.status, cases[i].status);
		assert_int_equal(f->server.log->requests, 1);
		fixture_reset(f);
	}
}

static void as_many_are_followed_as_allowed(void **state)
{
	static const struct server_answer turns[] = {
		{.bytes = "HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"},
		{.bytes = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"},
		{.bytes = OK}};
	struct pr_http_request request = {.url = "/", .redirects = 2};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, turns, 3);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_NONE);
	fixture_reset(f);
	request.redirects = 1;
	fixture_serve(f, turns, 3);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_REDIRECTS);
	assert_int_equal(f->server.log->requests, 2);
}

static void only_web_addresses_are_followed(void **state)
{
	static const char *const targets[] = {
		"ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1:99999/", "http://"};
	const struct pr_http_request request = {.url = "/", .redirects = 5};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(targets); i++) {
		char room[512];
		const struct server_answer answer = pointer(room, 302, targets[i]);
		struct outcome o;

		fixture_serve(f, &answer, 1);
		fixture_call(f, &request, &o);
		if (o.failure != PR_HTTP_URL)
			fail_msg("%s: %d %s", targets[i], (int)o.failure, o.detail);
		assert_int_equal(f->server.log->requests, 1);
		fixture_reset(f);
	}
}

static void credentials_stay_with_their_host_and_cookies_of_the_caller_with_the_first_request(
	void **state)
{
	static const struct pr_http_header headers[] = {
		{"Authorization", "Bearer secret"}, {"X-Mine", "1"}, {"Cookie", "given=1"}};
	const struct pr_http_request request = {
		.url = "/", .headers = headers, .header_count = 3, .redirects = 5};
	struct fixture *f = *state;
	char near[512];
	char far[512];
	char url[160];
	struct outcome o;

	fixture_serve_other(f, &ok, 1);
	snprintf(url, sizeof url, "%s/far", f->other_url);
	fixture_serve(f,
		(struct server_answer[]){pointer(near, 302, "/near"), pointer(far, 307, url)}, 2);
	fixture_call(f, &request, &o);
	assert_string_equal(o.body, "ok");
	assert_true(fixture_was_sent(&f->server, 0, "\r\nCookie: given=1\r\n"));
	assert_true(fixture_was_sent(&f->server, 1, "\r\nAuthorization: Bearer secret\r\n"));
	assert_false(fixture_was_sent(&f->server, 1, "given=1"));
	assert_true(fixture_was_sent(&f->other, 0, "GET /far HTTP/1.1\r\n"));
	assert_false(fixture_was_sent(&f->other, 0, "secret"));
	assert_true(fixture_was_sent(&f->other, 0, "\r\nX-Mine: 1\r\n"));
}

static void cookies_are_kept_within_a_call_that_wants_them(void **state)
{
	static const struct server_answer answers[] = {
		{.bytes = "HTTP/1.1 302 Found\r\nSet-Cookie: c=1; Path=/\r\nLocation: /a\r\n"
			  "Content-Length: 0\r\n\r\n"},
		{.bytes = OK}, {.bytes = OK}};
	struct pr_http_request request = {.url = "/", .redirects = 1, .cookies = true};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, answers, 3);
	fixture_call(f, &request, &o);
	fixture_call(f, &request, &o);
	assert_true(fixture_was_sent(&f->server, 1, "\r\nCookie: c=1\r\n"));
	assert_false(fixture_was_sent(&f->server, 2, "Cookie"));
	fixture_reset(f);
	request.cookies = false;
	fixture_serve(f, answers, 3);
	fixture_call(f, &request, &o);
	assert_false(fixture_was_sent(&f->server, 1, "Cookie"));
}

static void the_time_to_connect_begins_again_with_each_host(void **state)
{
	static const struct server_answer silent = {.bytes = "", .then = SERVER_SILENT};
	const struct pr_http_request request = {
		.url = "/", .redirects = 5, .idle_ms = 40, .connect_ms = 300};
	struct fixture *f = *state;
	char room[512];
	char url[64];
	struct server_answer answer;
	struct outcome o;

	fixture_serve_other(f, &silent, 1);
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", f->other.port);
	answer = pointer(room, 302, url);
	fixture_serve(f, &answer, 1);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_CONNECT_TIMEOUT);
	assert_true(o.sent);
}

static void the_time_of_the_whole_call_is_that_of_all_its_requests(void **state)
{
	static const struct server_answer slow = {.then = SERVER_KEEP,
		.pause_ms = 3,
		.bytes = "HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"};
	const struct pr_http_request request = {.url = "/", .redirects = 8, .total_ms = 500};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &slow, 1);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_READ_TIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(method_and_body_change_as_python_requests_changes_them),
		TEST(head_takes_its_body_along),
		TEST(head_stays_head),
		TEST(what_points_nowhere_is_an_answer_like_any_other),
		TEST(as_many_are_followed_as_allowed),
		TEST(only_web_addresses_are_followed),
		TEST(credentials_stay_with_their_host_and_cookies_of_the_caller_with_the_first_request),
		TEST(cookies_are_kept_within_a_call_that_wants_them),
		TEST(the_time_to_connect_begins_again_with_each_host),
		TEST(the_time_of_the_whole_call_is_that_of_all_its_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
