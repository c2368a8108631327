#include "base/file.h"
#include "base/log.h"
#include "client_fixture.h"
#include "kube/answer.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
#define REFUSED "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"

static const struct server_answer ok = {.bytes = OK, .then = SERVER_KEEP};
static const struct pr_kube_request get = {.method = "GET", .path = "/", .repeatable = true};

static void write_text(const char *path, const char *text)
{
	assert_int_equal(pr_file_replace(path, text, strlen(text), 0600, false, NULL), 0);
}

static void make_folder(char *folder)
{
	assert_non_null(mkdtemp(folder));
}

/* As the kubelet does it: the token is replaced between two calls. */
static void a_token_that_is_refused_is_read_again_once(void **state)
{
	static const struct {
		const char *first;
		const char *second;
		enum pr_code code;
		size_t requests;
		const char *sent; /* with the last one */
	} cases[] = {
		{"first-token\n", "second-token", PR_OK, 2, "Bearer second-token\r\n"},
		{"first-token", "first-token\n", PR_EAUTH, 1, "Bearer first-token\r\n"},
	};
	const struct server_answer answers[] = {ok, {.bytes = REFUSED, .then = SERVER_KEEP}, ok};
	struct fixture *f = *state;
	char folder[] = "/tmp/kube-token-XXXXXX";
	char path[64];

	make_folder(folder);
	snprintf(path, sizeof path, "%s/token", folder);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_kube_cluster cluster = {
			.origin = folder, .server = f->url, .token_file = path};
		struct pr_kube_client *client = NULL;
		struct pr_kube_result result;

		write_text(path, cases[i].first);
		server_stop(&f->server);
		fixture_serve(f, answers, PR_LEN(answers));
		assert_int_equal(pr_kube_client_new(f->loop, &cluster, &client, NULL), 0);
		assert_int_equal(pr_kube_call(client, &get, &result, NULL), 0);
		pr_kube_result_release(&result);
		write_text(path, cases[i].second);
		assert_int_equal(pr_kube_call(client, &get, &result, NULL), cases[i].code);
		pr_kube_result_release(&result);
		assert_int_equal(f->server.log->requests, 1 + cases[i].requests);
		assert_true(fixture_was_sent(&f->server, cases[i].requests, cases[i].sent));
		pr_kube_client_free(client);
	}
	assert_int_equal(pr_file_remove_tree(folder, NULL), 0);
}

static void stop(void *arg)
{
	pr_loop_stop(arg);
}

static void wait_us(struct fixture *f, int64_t us)
{
	struct pr_timer timer = {0};

	assert_int_equal(pr_timer_start(f->loop, &timer, us, stop, f->loop), 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
}

static void a_token_older_than_a_minute_is_read_again(void **state)
{
	struct fixture *f = *state;
	char folder[] = "/tmp/kube-token-XXXXXX";
	char path[64];
	struct pr_kube_cluster cluster = {.origin = folder, .server = f->url, .token_file = path};
	struct pr_kube_client *client = NULL;
	static const struct server_answer closing = {.bytes = OK};

	make_folder(folder);
	snprintf(path, sizeof path, "%s/token", folder);
	write_text(path, "first-token");
	fixture_serve(f, &closing, 1);
	assert_int_equal(pr_kube_client_new(f->loop, &cluster, &client, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		struct pr_kube_result result;

		assert_int_equal(pr_kube_call(client, &get, &result, NULL), 0);
		pr_kube_result_release(&result);
		assert_true(fixture_was_sent(
			&f->server, i, i < 2 ? "Bearer first-token" : "Bearer second-token"));
		write_text(path, "second-token");
		if (i == 2)
			assert_int_equal(pr_file_remove_tree(path, NULL), 0);
		wait_us(f, i == 0 ? 50000000 : 61000000);
		if (i == 2) /* a file that is away for a moment */
			assert_false(pr_file_exists(path));
	}
	pr_kube_client_free(client);
	assert_int_equal(pr_file_remove_tree(folder, NULL), 0);
}

static void warnings_of_the_server_are_logged_once_each(void **state)
{
	static const struct server_answer answers[] = {
		{.bytes = "HTTP/1.1 200 OK\r\nWarning: 299 - \"a is \\\"old\\\"\"\r\nwarning: 299 "
			  "- "
			  "\"b\" \"Thu, 01 Jan 2026\", 299 x \"c\", 199 - \"not\"\r\n"
			  "Content-Length: 0\r\n\r\n"},
	};
	struct fixture *f = *state;
	struct pr_kube_cluster cluster = {.origin = f->url, .server = f->url};
	struct pr_kube_client *client = NULL;
	PR_AUTO(buf) struct pr_buf log = PR_BUF_INIT(1 << 16);
	const struct pr_log_sink sink = {
		.write = pr_log_write_buf, .arg = &log, .level = PR_LOG_WARNING};

	fixture_serve(f, answers, 1);
	pr_log_reset(NULL);
	assert_int_equal(pr_log_add(&sink, NULL), 0);
	assert_int_equal(pr_kube_client_new(f->loop, &cluster, &client, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		struct pr_kube_result result;

		assert_int_equal(pr_kube_call(client, &get, &result, NULL), 0);
		pr_kube_result_release(&result);
	}
	pr_kube_client_free(client);
	pr_log_reset(NULL);
	for (size_t i = 0; i < 3; i++) {
		static const char *const texts[] = {"warns: a is \"old\"", "warns: b", "warns: c"};
		const char *first = strstr(pr_buf_str(&log), texts[i]);

		assert_non_null(first);
		assert_null(strstr(first + 1, texts[i]));
	}
	assert_null(strstr(pr_buf_str(&log), "not"));
	assert_null(strstr(pr_buf_str(&log), "Thu"));
}

static void a_warning_that_is_cut_does_no_harm(void **state)
{
	static const char *const cases[] = {"", "299", "299 - \"", "299 - \"a\\", "299 - \"a\" \""};
	char text[8];

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const char *rest = cases[i];

		for (int n = 0; rest && n < 3; n++)
			rest = pr_kube_warning_next(rest, text, sizeof text);
		assert_null(rest);
	}
	assert_non_null(pr_kube_warning_next("299 - \"longer than that\"", text, sizeof text));
	assert_string_equal(text, "longer ");
}

/* What a stream gave, and what it is to do. */
struct taken {
	struct server_log *log; /* of a server that waits for it */
	struct pr_buf bytes;
	size_t pieces;
	size_t enough; /* bytes after which it ends the call; 0: never */
};

static int take(void *arg, const char *bytes, size_t n)
{
	struct taken *taken = arg;

	taken->pieces++;
	taken->log->taken += n;
	pr_buf_add(&taken->bytes, bytes, n);
	return taken->enough && taken->bytes.len >= taken->enough;
}

static void gives_what_comes_with_200_piece_by_piece(void **state)
{
	static const struct {
		struct server_answer answer;
		size_t enough;
		const char *bytes;
		enum pr_code code;
		const char *reason;
	} cases[] = {
		{{.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nab\ncd\n",
			 .in_step = true},
			0, "ab\ncd\n", PR_OK, ""},
		{{.bytes = "HTTP/1.1 200 OK\r\n\r\nab\ncd\n",
			 .in_step = true,
			 .then = SERVER_SILENT},
			3, "ab\n", PR_OK, ""},
		{{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nab"}, 0, "ab", PR_ENET,
			""},
		{{.bytes = "HTTP/1.1 400 Bad Request\r\nContent-Length: 23\r\n\r\n{\"reason\":"
			   "\"BadRequest\"}"},
			0, "", PR_EINVAL, "BadRequest"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct taken taken = {.bytes = PR_BUF_INIT(1 << 16), .enough = cases[i].enough};
		const struct pr_kube_request request = {.method = "GET",
			.path = "/log",
			.repeatable = true,
			.stream = take,
			.stream_arg = &taken};
		struct pr_kube_result result;
		struct pr_err err;

		server_stop(&f->server);
		fixture_serve(f, &cases[i].answer, 1);
		taken.log = f->server.log;
		assert_int_equal(client_call(f, &request, &result, &err), cases[i].code);
		assert_string_equal(pr_buf_str(&taken.bytes), cases[i].bytes);
		assert_string_equal(result.reason, cases[i].reason);
		assert_int_equal(f->server.log->requests, 1);
		if (cases[i].answer.in_step)
			assert_int_equal(taken.pieces, strlen(cases[i].bytes));
		pr_kube_result_release(&result);
		pr_buf_release(&taken.bytes);
	}
}

static void a_silent_server_is_not_waited_for(void **state)
{
	static const struct server_answer silent = {.bytes = "", .then = SERVER_SILENT};
	const struct pr_kube_request request = {.method = "POST", .path = "/", .silence_ms = 20};
	struct fixture *f = *state;
	struct pr_kube_result result;
	struct pr_err err;

	fixture_serve(f, &silent, 1);
	assert_int_equal(client_call(f, &request, &result, &err), PR_ETIMEOUT);
	assert_non_null(strstr(err.msg, "waited in vain for the API server"));
	assert_int_equal(f->server.log->requests, 1);
}

static void a_loop_that_others_stop_ends_the_call(void **state)
{
	static const struct server_answer silent = {.bytes = "", .then = SERVER_SILENT};
	struct fixture *f = *state;
	struct pr_kube_result result;
	struct pr_task task = {0};
	struct pr_err err;

	fixture_serve(f, &silent, 1);
	pr_task_post(f->loop, &task, stop, f->loop);
	assert_int_equal(client_call(f, &get, &result, &err), PR_ECANCELED);
	assert_int_equal(result.status, 0);
	pr_kube_result_release(&result);
}

static void never(void *arg, const struct pr_kube_answer *answer)
{
	(void)arg, (void)answer;
	fail();
}

static void a_client_that_is_freed_ends_its_calls_without_a_word(void **state)
{
	static const struct server_answer busy = {
		.bytes = "HTTP/1.1 503 Busy\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n"};
	struct fixture *f = *state;
	struct pr_kube_cluster cluster = {.origin = f->url, .server = f->url};
	struct pr_kube_client *client = NULL;
	struct pr_kube_call *call = NULL;

	fixture_serve(f, &busy, 1);
	assert_int_equal(pr_kube_client_new(f->loop, &cluster, &client, NULL), 0);
	assert_int_equal(pr_kube_send(client, &get, never, NULL, &call, NULL), 0);
	assert_int_equal(pr_kube_send(client, &get, never, NULL, NULL, NULL), 0);
	pr_kube_cancel(call);
	wait_us(f, 5000000); /* the other one waits for its second attempt */
	assert_int_equal(f->server.log->requests, 1);
	pr_kube_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_that_is_refused_is_read_again_once),
		TEST(a_token_older_than_a_minute_is_read_again),
		TEST(warnings_of_the_server_are_logged_once_each),
		TEST(a_warning_that_is_cut_does_no_harm),
		TEST(gives_what_comes_with_200_piece_by_piece),
		TEST(a_silent_server_is_not_waited_for),
		TEST(a_loop_that_others_stop_ends_the_call),
		TEST(a_client_that_is_freed_ends_its_calls_without_a_word),
	};

	return cmocka_run_group_tests_name("client_life", tests, NULL, NULL);
}
