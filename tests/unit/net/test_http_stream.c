#include "base/env.h"
#include "http_fixture.h"

/* What was given away, and after how many bytes the taker has enough; 0: never. */
struct taken {
	struct server_log *log; /* of a server that waits for it; or NULL */
	char bytes[256];
	size_t len;
	size_t pieces;
	size_t enough;
};

static int take(void *arg, const char *bytes, size_t n)
{
	struct taken *taken = arg;

	assert_true(taken->len + n < sizeof taken->bytes);
	memcpy(taken->bytes + taken->len, bytes, n);
	taken->len += n;
	taken->pieces++;
	if (taken->log)
		taken->log->taken += n;
	return taken->enough && taken->len >= taken->enough;
}

static void gives_the_body_of_a_200_as_it_comes(void **state)
{
	static const struct {
		struct server_answer answer;
		size_t enough;
		enum pr_http_failure failure;
		long status;
		const char *taken;
		const char *body; /* that is collected */
	} cases[] = {
		{{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef", .in_step = true},
			0, PR_HTTP_NONE, 200, "abcdef", ""},
		{{.bytes = "HTTP/1.1 200 OK\r\n\r\nabcdef", .then = SERVER_SILENT, .in_step = true},
			3, PR_HTTP_NONE, 200, "abc", ""},
		{{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabcdef"}, 0,
			PR_HTTP_INCOMPLETE, 200, "abcdef", ""},
		{{.bytes = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"}, 0, PR_HTTP_NONE,
			201, "", "ok"},
		{{.bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"}, 0,
			PR_HTTP_NONE, 404, "", "no"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct taken taken = {.enough = cases[i].enough};
		const struct pr_http_request request = {
			.url = "/", .stream = take, .stream_arg = &taken};
		struct outcome o;

		fixture_reset(f);
		fixture_serve(f, &cases[i].answer, 1);
		taken.log = f->server.log;
		fixture_call(f, &request, &o);
		assert_int_equal(o.failure, cases[i].failure);
		assert_int_equal(o.status, cases[i].status);
		assert_string_equal(taken.bytes, cases[i].taken);
		assert_string_equal(o.body, cases[i].body);
		if (cases[i].answer.in_step)
			assert_int_equal(taken.pieces, strlen(cases[i].taken));
	}
}

/* What is not collected has no limit, but silence ends it. */
static void a_stream_may_be_large_but_not_silent(void **state)
{
	static const struct server_answer silent = {
		.bytes = "HTTP/1.1 200 OK\r\n\r\nabcdef", .then = SERVER_SILENT};
	struct taken taken = {.enough = 0};
	const struct pr_http_request request = {
		.url = "/", .stream = take, .stream_arg = &taken, .body_max = 3, .idle_ms = 30};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &silent, 1);
	fixture_call(f, &request, &o);
	assert_int_equal(o.failure, PR_HTTP_READ_TIMEOUT);
	assert_string_equal(taken.bytes, "abcdef");
}

static void a_proxy_that_is_given_goes_before_the_environment(void **state)
{
	static const struct server_answer ok = {
		.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
	const struct pr_http_request request = {.url = "http://api.test:81/a"};
	struct fixture *f = *state;
	struct outcome o;

	fixture_serve(f, &ok, 1);
	assert_int_equal(pr_env_set("http_proxy", "http://127.0.0.1:1", NULL), 0);
	assert_int_equal(pr_env_set("no_proxy", "api.test", NULL), 0);
	fixture_client(f, &(struct pr_http_policy){.verify_tls = true, .proxy = f->url});
	fixture_call(f, &request, &o);
	assert_int_equal(pr_env_unset("http_proxy", NULL), 0);
	assert_int_equal(pr_env_unset("no_proxy", NULL), 0);
	assert_int_equal(o.failure, PR_HTTP_NONE);
	assert_true(fixture_was_sent(&f->server, 0, "GET http://api.test:81/a HTTP/1.1\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gives_the_body_of_a_200_as_it_comes),
		TEST(a_stream_may_be_large_but_not_silent),
		TEST(a_proxy_that_is_given_goes_before_the_environment),
	};

	return cmocka_run_group_tests_name("http_stream", tests, NULL, NULL);
}
