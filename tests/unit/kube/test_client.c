#include "client_fixture.h"
#include "codec/json.h"

#define JSON_HEAD(status) "HTTP/1.1 " status "\r\nContent-Type: application/json"
#define BARE(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define BODY "\r\nConnection: close\r\n\r\n"

static const struct server_answer ok = {.bytes = JSON_HEAD("200 OK") BODY "{\"kind\":\"A\"}"};

static const struct pr_kube_request get = {.method = "GET", .path = "/api", .repeatable = true};
static const struct pr_kube_request post = {.method = "POST", .path = "/api"};

static void sends_the_request_and_gives_the_value_of_the_answer(void **state)
{
	struct fixture *f = *state;
	json_auto_t *body = json_pack("{s:i}", "a", 1);
	const struct pr_kube_request request = {.method = "PATCH",
		.path = "/apis/batch/v1/namespaces/n/jobs/j?force=true",
		.content_type = "application/apply-patch+yaml",
		.body = body};
	struct pr_kube_result result;
	struct pr_err err;

	fixture_serve(f, &ok, 1);
	assert_int_equal(client_call(f, &request, &result, &err), 0);
	assert_int_equal(result.status, 200);
	assert_string_equal(pr_json_str(result.body, "kind"), "A");
	pr_kube_result_release(&result);
	assert_true(fixture_was_sent(
		&f->server, 0, "PATCH /apis/batch/v1/namespaces/n/jobs/j?force=true HTTP/1.1\r\n"));
	assert_true(
		fixture_was_sent(&f->server, 0, "Content-Type: application/apply-patch+yaml\r\n"));
	assert_true(fixture_was_sent(&f->server, 0, "Accept: application/json\r\n"));
	assert_true(fixture_was_sent(&f->server, 0, "\r\n\r\n{\"a\":1}"));
	assert_false(fixture_was_sent(&f->server, 0, "Authorization"));
}

static void says_who_asks(void **state)
{
	const struct {
		struct pr_kube_cluster cluster;
		const char *header; /* NULL: it cannot be sent */
	} cases[] = {
		{{.token = (char[]){"abc.def"}}, "Authorization: Bearer abc.def\r\n"},
		{{.username = (char[]){"me"}, .password = (char[]){"secret"}},
			"Authorization: Basic bWU6c2VjcmV0\r\n"},
		{{.username = (char[]){"me"}}, "Authorization: Basic bWU6\r\n"},
		{{.token = (char[]){"abc\r\nX: 1"}}, NULL},
		{{.token = (char[]){""}}, NULL},
		{{.token_file = (char[]){"/nonexistent/token"}}, NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_kube_cluster cluster = cases[i].cluster;
		struct pr_kube_result result;
		struct pr_err err;
		int rc;

		server_stop(&f->server);
		fixture_serve(f, &ok, 1);
		rc = client_call_as(f, &cluster, &get, &result, &err);
		pr_kube_result_release(&result);
		assert_int_equal(rc == 0, cases[i].header != NULL);
		if (cases[i].header)
			assert_true(fixture_was_sent(&f->server, 0, cases[i].header));
		else
			assert_int_equal(f->server.log->requests, 0);
	}
}

static void tells_what_the_server_refuses_in_its_own_words(void **state)
{
	static const struct {
		const char *answer;
		enum pr_code code;
		const char *reason;
		const char *text; /* in the message */
	} cases[] = {
		{JSON_HEAD("404 Not Found") BODY
			"{\"kind\":\"Status\",\"reason\":\"NotFound\",\"message\":"
			"\"jobs \\\"x\\\" not found\"}",
			PR_ENOTFOUND, "NotFound", "jobs \"x\" not found"},
		{JSON_HEAD("409 Conflict") BODY
			"{\"reason\":\"Conflict\",\"message\":\"Apply failed with 1 conflict\","
			"\"details\":{\"causes\":[{\"reason\":\"FieldManagerConflict\",\"message\":"
			"\"conflict with \\\"kubectl\\\"\",\"field\":\".spec.a\"}]}}",
			PR_EINVAL, "Conflict",
			"Apply failed with 1 conflict; .spec.a: conflict with \"kubectl\""},
		{JSON_HEAD("422 Unprocessable Entity") BODY
			"{\"reason\":\"Invalid\",\"message\":\"Job \\\"x\\\" is invalid: spec.b: "
			"Required value\",\"details\":{\"causes\":[{\"field\":\"spec.b\","
			"\"message\":\"Required value\"},{\"field\":\"spec.c\",\"message\":"
			"\"too long\"},{\"message\":\"odd\"}]}}",
			PR_EINVAL, "Invalid",
			"Job \"x\" is invalid: spec.b: Required value; spec.c: too long; odd"},
		{JSON_HEAD("403 Forbidden") BODY
			"{\"reason\":\"Forbidden\",\"message\":\"jobs.batch is forbidden\"}",
			PR_EAUTH, "Forbidden", "jobs.batch is forbidden"},
		{JSON_HEAD("401 Unauthorized") BODY
			"{\"reason\":\"Unauthorized\",\"message\":\"Unauthorized\"}",
			PR_EAUTH, "Unauthorized",
			"does not accept the credentials (~/.kube/config, context dev): "
			"Unauthorized"},
		{JSON_HEAD("418 Odd") BODY "{}", PR_EPROTO, "", "answered 418"},
		{"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain" BODY "404 page\nnot found",
			PR_ENOTFOUND, "", "'404 page not found'"},
		{"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8" BODY
		 "<html><head><TITLE>Please log in</TITLE>",
			PR_EPROTO, "",
			"answered 200, but not as an API server does: 'Please log in'"},
		{JSON_HEAD("200 OK") BODY "{\"kind\":", PR_EPROTO, "", "but not as an API server"},
		{"HTTP/1.1 302 Found\r\nLocation: https://login.example/" BODY, PR_EPROTO, "",
			"points to https://login.example/, which is not followed"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct server_answer answer = {.bytes = cases[i].answer};
		struct pr_kube_result result;
		struct pr_err err;

		server_stop(&f->server);
		fixture_serve(f, &answer, 1);
		assert_int_equal(client_call(f, &get, &result, &err), cases[i].code);
		assert_int_equal(err.code, cases[i].code);
		assert_string_equal(result.reason, cases[i].reason);
		if (!strstr(err.msg, cases[i].text))
			fail_msg("%s", err.msg);
		assert_int_equal(f->server.log->requests, 1);
		pr_kube_result_release(&result);
	}
}

/* However much a server says, the beginning of it arrives. */
static void keeps_the_beginning_of_a_long_refusal(void **state)
{
	static const char head[] = JSON_HEAD("422 Unprocessable Entity") BODY
		"{\"reason\":\"Invalid\",\"message\":\"bad: ";
	struct fixture *f = *state;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(1 << 20);
	struct server_answer answer = {.bytes = NULL};
	struct pr_kube_result result;
	struct pr_err err;

	pr_buf_adds(&text, head);
	for (size_t i = 0; i < 5000; i++)
		pr_buf_addc(&text, 'm');
	pr_buf_adds(&text, "\",\"details\":{\"causes\":[{\"field\":\"f\",\"message\":\"why\"}]}}");
	answer.bytes = pr_buf_str(&text);
	fixture_serve(f, &answer, 1);
	assert_int_equal(client_call(f, &get, &result, &err), PR_EINVAL);
	assert_non_null(strstr(err.msg, "bad: mmmm"));
	pr_kube_result_release(&result);
}

static void repeats_what_may_be_repeated(void **state)
{
	static const struct {
		const struct pr_kube_request *request;
		const char *first;
		size_t requests; /* with an OK after the first answer */
	} cases[] = {
		{&get, BARE("503 Service Unavailable"), 2},
		{&get, BARE("502 Bad Gateway"), 2},
		{&get, BARE("500 Internal Server Error"), 2},
		{&get, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0" BODY, 2},
		{&get, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600" BODY, 1},
		{&get, BARE("404 Not Found"), 1},
		{&get, BARE("409 Conflict"), 1},
		{&get, "", 2}, /* closed without an answer */
		{&post, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0" BODY, 2},
		{&post, BARE("503 Service Unavailable"), 1},
		{&post, BARE("500 Internal Server Error"), 1},
		{&post, "", 1},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct server_answer answers[] = {{.bytes = cases[i].first}, ok};
		struct pr_kube_result result;
		struct pr_err err;
		int rc;

		server_stop(&f->server);
		fixture_serve(f, answers, PR_LEN(answers));
		rc = client_call(f, cases[i].request, &result, &err);
		pr_kube_result_release(&result);
		assert_int_equal(rc == 0, cases[i].requests == 2);
		assert_int_equal(f->server.log->requests, cases[i].requests);
	}
}

static void gives_up_after_five_attempts_with_the_last_answer(void **state)
{
	static const struct server_answer page = {
		.bytes =
			"HTTP/1.1 502 Bad Gateway\r\nRetry-After: 0\r\nContent-Type: text/html" BODY
			"<html><title>502 Bad\nGateway</title>"};
	struct fixture *f = *state;
	struct pr_kube_result result;
	struct pr_err err;

	fixture_serve(f, &page, 1);
	assert_int_equal(client_call(f, &get, &result, &err), PR_ENET);
	assert_int_equal(result.status, 502);
	assert_int_equal(err.sys, 502);
	assert_non_null(strstr(err.msg, "'502 Bad Gateway' (is a proxy in between"));
	assert_int_equal(f->server.log->requests, 5);
}

static void names_a_server_that_is_not_there_and_where_it_was_configured(void **state)
{
	struct fixture *f = *state;
	struct pr_kube_result result;
	struct pr_err err;
	char expected[256];

	snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d", server_free_port());
	snprintf(expected, sizeof expected,
		"cannot reach the API server %s (~/.kube/config, context dev): Connection refused",
		f->url);
	assert_int_equal(client_call(f, &post, &result, &err), PR_ENET);
	assert_string_equal(err.msg, expected);
	assert_int_equal(result.status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sends_the_request_and_gives_the_value_of_the_answer),
		TEST(says_who_asks),
		TEST(tells_what_the_server_refuses_in_its_own_words),
		TEST(keeps_the_beginning_of_a_long_refusal),
		TEST(repeats_what_may_be_repeated),
		TEST(gives_up_after_five_attempts_with_the_last_answer),
		TEST(names_a_server_that_is_not_there_and_where_it_was_configured),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
