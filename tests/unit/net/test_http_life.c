#include "base/env.h"
#include "http_fixture.h"

#include <unistd.h>

static const struct server_answer ok = {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
static const struct server_answer silent = {.bytes = "", .then = SERVER_SILENT};

/* A call that its own callback frees. */
struct self {
	struct fixture *f;
	struct pr_http_call *call;
	bool client_too;
	unsigned calls;
};

static void free_itself(void *arg, const struct pr_http_response *response)
{
	struct self *self = arg;

	(void)response;
	self->calls++;
	pr_http_call_free(self->call);
	if (self->client_too) {
		pr_http_client_free(self->f->client);
		self->f->client = NULL;
	}
	pr_loop_stop(self->f->loop);
}

static void a_call_may_be_freed_in_its_callback_and_its_client_too(void **state)
{
	struct fixture *f = *state;

	fixture_serve(f, &ok, 1);
	for (int i = 0; i < 4; i++) {
		const struct pr_http_request request = {
			.method = "GET", .url = i % 2 ? "no address" : f->url};
		struct self self = {.f = f, .client_too = i > 1};

		fixture_client(f, &(struct pr_http_policy){.keep_alive = true});
		assert_int_equal(
			pr_http_start(f->client, &request, free_itself, &self, &self.call, NULL),
			0);
		assert_int_equal(pr_loop_run(f->loop, NULL), 0);
		assert_int_equal(self.calls, 1);
	}
}

static void never(void *arg, const struct pr_http_response *response)
{
	(void)arg, (void)response;
	fail_msg("a freed call has called back");
}

/* Other calls begin and end after the freed one would have called back. */
static void a_freed_call_does_not_call_back(void **state)
{
	const char *urls[] = {NULL, "no address"};
	struct fixture *f = *state;

	fixture_serve_other(f, &silent, 1);
	fixture_serve(f, &ok, 1);
	urls[0] = f->other_url;
	for (size_t i = 0; i < PR_LEN(urls); i++) {
		const struct pr_http_request freed = {
			.method = "GET", .url = urls[i], .idle_ms = 1};
		const struct pr_http_request after = {.url = "/"};
		struct pr_http_call *call = NULL;
		struct outcome o;

		assert_int_equal(pr_http_start(f->client, &freed, never, NULL, &call, NULL), 0);
		pr_http_call_free(call);
		fixture_call(f, &after, &o);
		assert_string_equal(o.body, "ok");
	}
	pr_http_call_free(NULL);
}

static void a_freed_client_ends_its_calls(void **state)
{
	struct fixture *f = *state;
	struct pr_http_request request = {.method = "GET"};
	struct pr_http_call *call;

	fixture_serve_other(f, &silent, 1);
	request.url = f->other_url;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pr_http_start(f->client, &request, never, NULL, &call, NULL), 0);
	pr_http_client_free(f->client);
	f->client = NULL;
	pr_http_client_free(NULL);
}

static void calls_of_one_client_overlap(void **state)
{
	static const struct server_answer late = {
		.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate", .pause_ms = 20};
	struct fixture *f = *state;
	struct outcome slow = {.loop = f->loop};
	struct outcome quick = {.loop = f->loop};
	struct pr_http_request request = {.method = "GET"};
	struct pr_http_call *first = NULL;
	struct pr_http_call *second = NULL;

	fixture_serve(f, &late, 1);
	fixture_serve_other(f, &ok, 1);
	request.url = f->url;
	assert_int_equal(pr_http_start(f->client, &request, fixture_note, &slow, &first, NULL), 0);
	request.url = f->other_url;
	assert_int_equal(
		pr_http_start(f->client, &request, fixture_note, &quick, &second, NULL), 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_string_equal(quick.body, "ok");
	assert_int_equal(slow.calls, 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_string_equal(slow.body, "late");
	pr_http_call_free(first);
	pr_http_call_free(second);
}

static void the_proxy_of_the_environment_is_asked_in_either_case(void **state)
{
	static const struct {
		const char *name;
		const char *no_proxy;
		bool proxied;
	} cases[] = {
		{"http_proxy", NULL, true},
		{"HTTP_PROXY", NULL, true},
		{"all_proxy", NULL, true},
		{"ALL_PROXY", NULL, true},
		{"https_proxy", NULL, false},
		{"http_proxy", "127.0.0.1", false},
		{"HTTP_PROXY", "*", false},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct pr_http_request request = {.url = "/here"};
		struct outcome o;

		fixture_serve(f, &ok, 1);
		fixture_serve_other(f, &ok, 1);
		assert_int_equal(pr_env_set(cases[i].name, f->other_url, NULL), 0);
		if (cases[i].no_proxy)
			assert_int_equal(pr_env_set("no_proxy", cases[i].no_proxy, NULL), 0);
		fixture_call(f, &request, &o);
		assert_int_equal(pr_env_unset(cases[i].name, NULL), 0);
		assert_int_equal(pr_env_unset("no_proxy", NULL), 0);
		assert_int_equal(o.status, 200);
		if ((f->other.log->requests == 1) != cases[i].proxied)
			fail_msg("%s, no_proxy %s", cases[i].name, cases[i].no_proxy);
		fixture_reset(f);
	}
}

static void the_netrc_of_the_home_goes_before_an_authorization_header(void **state)
{
	static const struct pr_http_header header = {"Authorization", "Bearer given"};
	struct pr_http_request request = {.url = "/", .headers = &header, .header_count = 1};
	struct fixture *f = *state;
	char folder[] = "/tmp/plan-runner-test-XXXXXX";
	char path[64];
	struct outcome o;
	FILE *file;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/.netrc", folder);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs("machine 127.0.0.1 login u password p\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(pr_env_unset("NETRC", NULL), 0);
	assert_int_equal(pr_env_set("HOME", folder, NULL), 0);
	fixture_serve(f, &ok, 1);
	fixture_call(f, &request, &o);
	request.netrc = true;
	fixture_call(f, &request, &o);
	unlink(path);
	rmdir(folder);
	fixture_call(f, &request, &o);
	assert_true(fixture_was_sent(&f->server, 0, "\r\nAuthorization: Bearer given\r\n"));
	assert_true(fixture_was_sent(&f->server, 1, "\r\nAuthorization: Basic dTpw\r\n"));
	assert_false(fixture_was_sent(&f->server, 1, "given"));
	assert_true(fixture_was_sent(&f->server, 2, "\r\nAuthorization: Bearer given\r\n"));
}

int main(void)
{
	static const char *const variables[] = {"http_proxy", "HTTP_PROXY", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"};
	const struct CMUnitTest tests[] = {
		TEST(a_call_may_be_freed_in_its_callback_and_its_client_too),
		TEST(a_freed_call_does_not_call_back),
		TEST(a_freed_client_ends_its_calls),
		TEST(calls_of_one_client_overlap),
		TEST(the_netrc_of_the_home_goes_before_an_authorization_header),
		TEST(the_proxy_of_the_environment_is_asked_in_either_case),
	};

	for (size_t i = 0; i < PR_LEN(variables); i++)
		if (pr_env_unset(variables[i], NULL))
			return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
