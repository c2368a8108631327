#include "web_fixture.h"

#include "base/compiler.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define H "Host: x\r\n"

static void a_request_is_told_as_it_came(void **state)
{
	struct fixture *f = *state;
	const struct {
		const char *request, *answer;
	} rows[] = {
		{"GET /a%20b?q=x%20y+z HTTP/1.1\r\n" H "\r\n", "[GET /a%20b q=x y z x=- body=0:]"},
		{"GET /a?q=1&q=2&r HTTP/1.1\r\n" H "\r\n", "[GET /a q=2 x=- body=0:]"},
		{"GET /a?q HTTP/1.1\r\n" H "\r\n", "[GET /a q= x=- body=0:]"},
		{"GET /a?q=%ff HTTP/1.1\r\n" H "\r\n", "[GET /a q=- x=- body=0:]"},
		{"GET http://h:1/a?q=1 HTTP/1.1\r\n" H "\r\n", "[GET /a q=1 x=- body=0:]"},
		{"PUT /a HTTP/1.1\r\n" H "x-NAME: n\r\nContent-Length: 3\r\n\r\nabc",
			"[PUT /a q=- x=n body=3:abc]"},
		{"POST /a HTTP/1.1\r\n" H
		 "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
			"[POST /a q=- x=- body=3:abc]"},
	};
	struct client c;

	fixture_serve(f, 100, NULL, NULL);
	client_open(&c, f);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		client_say(&c, rows[i].request);
		if (!client_hears(&c, rows[i].answer, 1))
			fail_msg("no '%s' in '%s'", rows[i].answer, pr_buf_str(&c.got));
		pr_buf_clear(&c.got);
	}
	client_close(&c);
}

static void an_answer_carries_what_it_was_given(void **state)
{
	struct fixture *f = *state;
	struct client c;

	fixture_serve(f, 100, NULL, NULL);
	client_open(&c, f);
	client_say(&c, "GET /a HTTP/1.1\r\n" H "\r\n");
	assert_true(client_hears(&c, "body=0:]", 1));
	assert_true(client_hears(&c, "\r\nContent-Type: application/json\r\n", 1));
	assert_true(client_hears(&c, "\r\nX-Extra: yes\r\n", 1));
	assert_true(client_hears(&c, "\r\nContent-Length: 24\r\n", 1));
	assert_true(client_hears(&c, "\r\nDate: ", 1));
	client_close(&c);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
	struct fixture *f = *state;
	struct client c;

	fixture_serve(f, 100, NULL, NULL);
	client_open(&c, f);
	client_say(&c, "GET /turn HTTP/1.1\r\n" H "\r\n"
		       "POST /b HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhi"
		       "HEAD /c HTTP/1.1\r\n" H "\r\n"
		       "GET /d HTTP/1.0\r\n" H "\r\n");
	assert_true(client_ended(&c));
	assert_true(strstr(pr_buf_str(&c.got), "{}") < strstr(pr_buf_str(&c.got), "/b"));
	assert_true(strstr(pr_buf_str(&c.got), "/b") < strstr(pr_buf_str(&c.got), "/d"));
	assert_null(strstr(pr_buf_str(&c.got), "/c"));
	assert_int_equal(f->requests, 4);
	client_close(&c);
}

/* Its answers leave with nothing else happening. */
static void a_batch_is_answered_in_its_turn(void **state)
{
	struct fixture *f = *state;
	struct client clients[50];

	fixture_serve(f, 100, NULL, NULL);
	for (size_t i = 0; i < PR_LEN(clients); i++) {
		client_open(&clients[i], f);
		client_say(&clients[i], "GET /turn HTTP/1.1\r\n" H "\r\n");
	}
	for (size_t i = 0; i < PR_LEN(clients); i++)
		assert_true(client_hears(&clients[i], "\r\n\r\n{}", 1));
	assert_int_equal(f->requests, PR_LEN(clients));
	assert_true(f->turns < PR_LEN(clients));
	for (size_t i = 0; i < PR_LEN(clients); i++)
		client_close(&clients[i]);
}

static void an_exchange_survives_its_client(void **state)
{
	struct fixture *f = *state;
	struct client gone, other;

	fixture_serve(f, 100, NULL, NULL);
	client_open(&gone, f);
	client_say(&gone, "GET /later HTTP/1.1\r\n" H "\r\n");
	while (f->kept_count == 0)
		fixture_run(f, 1000);
	client_close(&gone);
	fixture_run(f, 5000);
	assert_string_equal(pr_web_path(f->kept[0]), "/later");
	fixture_answer(f);
	client_open(&other, f);
	client_say(&other, "GET /a HTTP/1.1\r\n" H "\r\n");
	assert_true(client_hears(&other, "body=0:]", 1));
	client_close(&other);
}

static void the_end_of_the_server_ends_what_is_not_answered(void **state)
{
	struct fixture *f = *state;
	struct client c;

	fixture_serve(f, 100, NULL, NULL);
	client_open(&c, f);
	client_say(&c, "GET /later HTTP/1.1\r\n" H "\r\n");
	while (f->kept_count == 0)
		fixture_run(f, 1000);
	pr_web_free(pr_steal(f->web));
	assert_true(client_ended(&c));
	client_close(&c);
}

static void open_stream(struct fixture *f, struct client *c, const char *request)
{
	client_open(c, f);
	client_say(c, request);
	assert_true(client_hears(c, ": begin\n\n", 1));
	assert_non_null(f->stream);
}

static void begin_stream(struct fixture *f, struct client *c)
{
	fixture_serve(f, 100, NULL, NULL);
	open_stream(f, c, "GET /stream HTTP/1.1\r\n" H "\r\n");
}

static void a_stream_goes_on_until_its_end(void **state)
{
	struct fixture *f = *state;
	struct client c;

	begin_stream(f, &c);
	assert_int_equal(pr_web_stream_send(f->stream, "data: 1\n\n", 9), 0);
	assert_true(client_hears(&c, "data: 1\n\n", 1));
	fixture_run(f, 2000);
	assert_int_equal(pr_web_stream_send(f->stream, "data: 2\n\n", 9), 0);
	pr_web_stream_end(f->stream);
	assert_true(client_hears(&c, "data: 2\n\n", 1));
	assert_true(client_hears(&c, "\r\n0\r\n\r\n", 1));
	assert_int_equal(f->closed, 0);
	client_close(&c);
}

static void a_silent_stream_notices_that_its_client_is_gone(void **state)
{
	struct fixture *f = *state;
	struct client c;

	begin_stream(f, &c);
	client_close(&c);
	for (int i = 0; i < 1000 && f->closed == 0; i++)
		fixture_run(f, 5000);
	assert_int_equal(f->closed, 1);
}

static void fall_behind(struct fixture *f, struct client *c)
{
	static char piece[60000];
	int rc = 0;

	pr_watch_stop(&c->watch);
	for (int i = 0; i < 2000 && rc == 0; i++) {
		rc = pr_web_stream_send(f->stream, piece, sizeof(piece));
		fixture_run(f, 100);
	}
	assert_int_equal(rc, PR_ELIMIT);
}

/* libmicrohttpd looks at the oldest connection of itself, and at those after it once that is
 * closed. */
static void a_cut_stream_keeps_no_connection_beside_an_older_one(void **state)
{
	static const char *const requests[] = {
		"GET /stream HTTP/1.1\r\n" H "\r\n", "GET /stream HTTP/1.0\r\n" H "\r\n"};
	struct fixture *f = *state;
	struct client older, c;
	size_t before;

	fixture_serve(f, 100, NULL, NULL);
	client_open(&older, f);
	client_say(&older, "GET /a HTTP/1.1\r\n" H "\r\n");
	assert_true(client_hears(&older, "body=0:]", 1));
	before = descriptors();
	for (size_t round = 0; round < 4; round++) {
		open_stream(f, &c, requests[round / 2]);
		if (round % 2)
			fall_behind(f, &c);
		client_close(&c);
		for (int i = 0; i < 1000 && descriptors() > before; i++)
			fixture_run(f, 5000);
		assert_int_equal(descriptors(), before);
		assert_int_equal(f->closed, round + 1);
	}
	client_close(&older);
}

static void a_client_far_behind_is_cut_off(void **state)
{
	struct fixture *f = *state;
	struct client c;

	begin_stream(f, &c);
	fall_behind(f, &c);
	for (int i = 0; i < 1000 && f->closed == 0; i++)
		fixture_run(f, 5000);
	assert_int_equal(f->closed, 1);
	client_close(&c);
}

/* Lets this process open one descriptor more; returns its former limit. */
static struct rlimit leave_one_descriptor(void)
{
	struct rlimit former, limit;
	int next = dup(STDERR_FILENO);

	assert_true(next >= 0);
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &former), 0);
	limit = former;
	limit.rlim_cur = (rlim_t)next + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return former;
}

static void connections_without_a_descriptor_wait(void **state)
{
	struct fixture *f = *state;
	struct rlimit former;
	struct client clients[3];

	fixture_serve(f, 100, NULL, NULL);
	for (size_t i = 0; i < PR_LEN(clients); i++) {
		client_open(&clients[i], f);
		client_say(&clients[i], "GET /a HTTP/1.1\r\n" H "\r\n");
	}
	former = leave_one_descriptor();
	assert_true(client_hears(&clients[0], "body=0:]", 1));
	fixture_run(f, 20000);
	assert_int_equal(f->requests, 1);
	client_close(&clients[0]);
	for (size_t i = 1; i < PR_LEN(clients); i++)
		assert_true(client_hears(&clients[i], "body=0:]", 1));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &former), 0);
	client_close(&clients[1]);
	client_close(&clients[2]);
}

static void connections_above_the_limit_wait(void **state)
{
	struct fixture *f = *state;
	struct client first, second;

	fixture_serve(f, 1, NULL, NULL);
	client_open(&first, f);
	client_say(&first, "GET /a HTTP/1.1\r\n" H "\r\n");
	assert_true(client_hears(&first, "body=0:]", 1));
	client_open(&second, f);
	client_say(&second, "GET /a HTTP/1.1\r\n" H "\r\n");
	fixture_run(f, 20000);
	assert_int_equal(f->requests, 1);
	client_close(&first);
	assert_true(client_hears(&second, "body=0:]", 1));
	client_close(&second);
}

static void a_quiet_server_still_serves_who_is_connected(void **state)
{
	struct fixture *f = *state;
	struct client c;

	fixture_serve(f, 100, NULL, NULL);
	client_open(&c, f);
	client_say(&c, "GET /turn HTTP/1.1\r\n" H "\r\n");
	assert_true(client_hears(&c, "{}", 1));
	pr_web_quiesce(f->web);
	client_say(&c, "GET /turn HTTP/1.1\r\n" H "\r\n");
	assert_true(client_hears(&c, "{}", 2));
	client_close(&c);
}

static void what_cannot_listen_says_why(void **state)
{
	struct fixture *f = *state;
	struct pr_web_options options = {.address = "127.0.0.1", .idle_s = 1, .connection_max = 1};
	const struct pr_web_handlers handlers = {0};
	struct pr_err err = PR_ERR_INIT;
	struct pr_web *web = NULL;

	fixture_serve(f, 100, NULL, NULL);
	options.port = pr_web_port(f->web);
	assert_int_equal(pr_web_new(f->loop, &options, &handlers, &web, &err), PR_EIO);
	assert_non_null(strstr(err.msg, "'127.0.0.1', port "));
	assert_non_null(strstr(err.msg, "choose another port"));
	pr_err_clear(&err);
	options.address = "localhost";
	assert_int_equal(pr_web_new(f->loop, &options, &handlers, &web, &err), PR_EINVAL);
	pr_err_clear(&err);
	options.address = "127.0.0.1";
	options.port = 0;
	options.certificate = "none";
	assert_int_equal(pr_web_new(f->loop, &options, &handlers, &web, &err), PR_EINVAL);
	pr_err_clear(&err);
	options.key = "none";
	assert_int_equal(pr_web_new(f->loop, &options, &handlers, &web, &err), PR_EINVAL);
	assert_non_null(strstr(err.msg, "certificate"));
	assert_null(web);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_told_as_it_came),
		TEST(an_answer_carries_what_it_was_given),
		TEST(pipelined_requests_are_answered_in_order),
		TEST(a_batch_is_answered_in_its_turn),
		TEST(an_exchange_survives_its_client),
		TEST(the_end_of_the_server_ends_what_is_not_answered),
		TEST(a_stream_goes_on_until_its_end),
		TEST(a_silent_stream_notices_that_its_client_is_gone),
		TEST(a_cut_stream_keeps_no_connection_beside_an_older_one),
		TEST(a_client_far_behind_is_cut_off),
		TEST(connections_above_the_limit_wait),
		TEST(connections_without_a_descriptor_wait),
		TEST(a_quiet_server_still_serves_who_is_connected),
		TEST(what_cannot_listen_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
