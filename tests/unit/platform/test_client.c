#include "canned.h"
#include "platform/client.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "0123456789abcdef"
#define ORG "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define BASE "/api/v1/organization/" ORG
#define US_PER_MS ((int64_t)1000)

/* A loop, a platform at a canned server, and the last answer. */
struct fixture {
	struct canned canned;
	struct pr_loop *loop;
	struct pr_service service;
	struct pr_platform *platform;
	const struct canned_step *steps; /* of a server that starts later */
	size_t step_count;
	struct pr_timer timer;
	int answers;
	enum pr_code code;
	long status;
	bool ambiguous;
	char id[64]; /* the member `id` of the answer */
	char message[300];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	if (!f || pr_loop_new(NULL, &f->loop, NULL))
		return -1;
	canned_prepare(&f->canned);
	f->service = (struct pr_service){.host = canned_url(&f->canned),
		.token = pr_text_dup(TOKEN),
		.organization = pr_text_dup(ORG)};
	return pr_platform_new(f->loop, &f->service, &f->platform, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_platform_free(f->platform);
	pr_service_release(&f->service);
	pr_loop_free(f->loop);
	canned_stop(&f->canned);
	free(f);
	return 0;
}

static void on_answer(void *arg, const struct pr_platform_answer *answer)
{
	struct fixture *f = arg;
	const char *id = json_string_value(json_object_get(answer->body, "id"));

	f->answers++;
	f->code = answer->code;
	f->status = answer->status;
	f->ambiguous = answer->ambiguous;
	pr_text_copy(f->id, sizeof f->id, id ? id : "");
	pr_text_copy(f->message, sizeof f->message, answer->message);
	pr_loop_stop(f->loop);
}

/* One call to its end; `deadline_ms` from now, 0: one attempt. */
static void call(
	struct fixture *f, const char *method, enum pr_retry_kind retry, int64_t deadline_ms)
{
	bool has_body = strcmp(method, "GET") != 0;
	struct pr_platform_request request = {.method = method,
		.path = "/plans/p",
		.body = has_body ? "{\"a\":1}" : NULL,
		.body_len = has_body ? 7 : 0,
		.retry = retry};

	if (deadline_ms)
		request.deadline_us = pr_loop_now_us(f->loop) + deadline_ms * US_PER_MS;
	assert_int_equal(pr_platform_send(f->platform, &request, on_answer, f, NULL, NULL), 0);
	assert_int_equal(f->answers, 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(f->answers, 1);
	f->answers = 0;
}

#define SERVE(f, steps) canned_serve(&(f)->canned, steps, PR_LEN(steps))

static void a_call_carries_token_organisation_and_body(void **state)
{
	static const struct canned_step steps[] = {
		{.status = 200, .body = "{\"id\":\"x\"}"}, {.status = 200, .body = "null"}};
	struct fixture *f = *state;
	const struct canned_request *requests = f->canned.record->requests;
	PR_AUTO(free) char *url = pr_platform_url(f->platform, "/x");

	SERVE(f, steps);
	call(f, "GET", PR_RETRY_IDEMPOTENT, 0);
	assert_int_equal(f->code, PR_OK);
	assert_string_equal(f->id, "x");
	call(f, "PUT", PR_RETRY_IDEMPOTENT, 0);
	assert_int_equal(f->code, PR_OK);
	assert_string_equal(requests[0].method, "GET");
	assert_string_equal(requests[0].path, BASE "/plans/p");
	assert_string_equal(requests[0].authorization, "Bearer " TOKEN);
	assert_int_equal(requests[0].body_len, 0);
	assert_string_equal(requests[1].method, "PUT");
	assert_string_equal(requests[1].body, "{\"a\":1}");
	assert_int_equal(requests[1].connection, 1);
	assert_true(pr_text_starts(url, f->service.host));
	assert_true(pr_text_ends(url, BASE "/x"));
}

/* The sanitizer and the tests of allocations see that it is freed, once. */
static void a_body_given_away_is_sent_at_each_attempt(void **state)
{
	static const struct canned_step steps[] = {
		{.status = 503, .body = "{}"}, {.status = 200, .body = "{}"}};
	struct fixture *f = *state;
	const struct canned_request *requests = f->canned.record->requests;
	struct pr_platform_request request = {.method = "PUT",
		.path = "/plans/p",
		.own_body = pr_text_dup("{\"b\":2} not of it"),
		.body_len = 7,
		.retry = PR_RETRY_IDEMPOTENT};

	SERVE(f, steps);
	request.deadline_us = pr_loop_now_us(f->loop) + 20000 * US_PER_MS;
	assert_int_equal(pr_platform_send(f->platform, &request, on_answer, f, NULL, NULL), 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(f->code, PR_OK);
	for (int i = 0; i < 2; i++)
		assert_string_equal(requests[i].body, "{\"b\":2}");
}

static void refusals_have_a_code_and_words(void **state)
{
	static const struct canned_step steps[] = {
		{.status = 401, .body = "{\"detail\":\"Unauthorized\"}"},
		{.status = 404, .body = "{\"detail\":\"Not Found\"}"},
		{.status = 410, .body = "{}"},
		{.status = 429, .body = "{}"},
		{.status = 403, .body = "{\"detail\":\"For\\nbidden\"}"},
		{.status = 422, .body = "{\"detail\":[{\"msg\":\"m\"}]}"},
		{.status = 422,
			.body = "{\"detail\":[{\"loc\":[\"path\",\"plan_id\"],\"msg\":\"no UUID\"},"
				"{\"loc\":[],\"msg\":\"Field required\"}]}"},
		{.status = 422, .body = "{\"detail\":[3]}"},
		{.status = 500, .body = "Internal\nServer Error"},
		{.status = 307, .headers = "Location: /x\r\n"},
		{.status = 304},
	};
	static const struct {
		enum pr_code code;
		const char *message;
	} expected[PR_LEN(steps)] = {
		{PR_EAUTH, "not authorized. please verify your token or org"},
		{PR_ENOTFOUND, "not found"},
		{PR_ENOTFOUND, "the organization is gone: it was deleted"},
		{PR_ELIMIT, "too many requests"},
		{PR_EPROTO, "unexpected error: 403: For bidden"},
		{PR_EPROTO, "unexpected error: 422: m"},
		{PR_EPROTO, "unexpected error: 422: plan_id: no UUID; Field required"},
		{PR_EPROTO, "unexpected error: 422: [3]"},
		{PR_EPROTO, "unexpected error: 500: Internal Server Error"},
		{PR_EPROTO, "unexpected error: 307: it leads to '/x', RELIABLY_SERVICE_HOST must "
			    "name the platform itself"},
		{PR_EPROTO, "unexpected error: 304: "},
	};
	struct fixture *f = *state;

	SERVE(f, steps);
	for (size_t i = 0; i < PR_LEN(steps); i++) {
		call(f, "POST", PR_RETRY_ONCE_ONLY, 0);
		assert_int_equal(f->code, expected[i].code);
		assert_int_equal(f->status, steps[i].status);
		assert_string_equal(f->message, expected[i].message);
		assert_false(f->ambiguous);
	}
	assert_int_equal(f->canned.record->count, PR_LEN(steps));
}

/* What is tried again until a deadline that is far, and how often the server was asked. */
static void only_what_is_safe_is_tried_again(void **state)
{
	static const struct {
		const char *method;
		enum pr_retry_kind retry;
		struct canned_step first;
		int asked;
		bool ambiguous; /* when it is not tried again */
	} cases[] = {
		{"GET", PR_RETRY_IDEMPOTENT, {.status = 503}, 2, false},
		{"GET", PR_RETRY_IDEMPOTENT, {.status = 500}, 2, false},
		{"PUT", PR_RETRY_IDEMPOTENT, {.status = 429, .headers = "Retry-After: 0\r\n"}, 2,
			false},
		{"PUT", PR_RETRY_IDEMPOTENT, {.kind = CANNED_RESET}, 2, false},
		{"GET", PR_RETRY_IDEMPOTENT,
			{.kind = CANNED_PARTIAL, .status = 200, .body = "{\"id\": \"cut\"}"}, 2,
			false},
		{"GET", PR_RETRY_IDEMPOTENT, {.status = 404}, 1, false},
		{"POST", PR_RETRY_ONCE_ONLY, {.status = 503}, 2, false},
		{"POST", PR_RETRY_ONCE_ONLY, {.status = 429}, 2, false},
		{"POST", PR_RETRY_ONCE_ONLY, {.status = 500}, 1, false},
		{"POST", PR_RETRY_ONCE_ONLY, {.status = 502}, 1, true},
		{"POST", PR_RETRY_ONCE_ONLY, {.status = 504}, 1, true},
		{"POST", PR_RETRY_ONCE_ONLY, {.kind = CANNED_RESET}, 1, true},
		{"POST", PR_RETRY_ONCE_ONLY,
			{.kind = CANNED_PARTIAL, .status = 201, .body = "{\"id\": \"cut\"}"}, 1,
			true},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct canned_step steps[] = {cases[i].first, {.status = 200, .body = "{}"}};
		bool again = cases[i].asked > 1;

		SERVE(f, steps);
		call(f, cases[i].method, cases[i].retry, 20000);
		if (f->canned.record->count != cases[i].asked)
			fail_msg("case %zu: asked %d times", i, f->canned.record->count);
		assert_int_equal(f->code == PR_OK, again);
		assert_int_equal(f->ambiguous, cases[i].ambiguous || (again && f->ambiguous));
		if (!again && cases[i].first.kind != CANNED_ANSWER)
			assert_int_equal(f->status, 0);
		teardown(state);
		assert_int_equal(setup(state), 0);
		f = *state;
	}
}

static void serve_now(void *arg)
{
	struct fixture *f = arg;

	canned_serve(&f->canned, f->steps, f->step_count);
}

static void a_refused_connection_is_tried_again(void **state)
{
	static const struct canned_step steps[] = {{.status = 201, .body = "{\"id\":\"x\"}"}};
	struct fixture *f = *state;

	f->steps = steps;
	f->step_count = PR_LEN(steps);
	assert_int_equal(pr_timer_start(f->loop, &f->timer, 50 * US_PER_MS, serve_now, f), 0);
	call(f, "POST", PR_RETRY_ONCE_ONLY, 20000);
	assert_int_equal(f->code, PR_OK);
	assert_string_equal(f->id, "x");
	assert_false(f->ambiguous);
	assert_int_equal(f->canned.record->count, 1);
}

static void a_refused_connection_leaves_no_doubt(void **state)
{
	struct fixture *f = *state;

	call(f, "POST", PR_RETRY_ONCE_ONLY, 0);
	assert_int_equal(f->code, PR_ENET);
	assert_int_equal(f->status, 0);
	assert_false(f->ambiguous);
	assert_non_null(strstr(f->message, f->service.host));
}

static void no_attempt_starts_after_the_deadline(void **state)
{
	static const struct canned_step steps[] = {{.status = 503}, {.status = 503},
		{.status = 503}, {.status = 503}, {.status = 503}, {.status = 503}};
	struct fixture *f = *state;
	int64_t start = pr_loop_now_us(f->loop);

	SERVE(f, steps);
	call(f, "PUT", PR_RETRY_IDEMPOTENT, 250);
	assert_int_equal(f->status, 503);
	assert_true(f->canned.record->count >= 2 && f->canned.record->count <= 3);
	assert_true(pr_loop_now_us(f->loop) - start < 2000 * US_PER_MS);
}

/* libcurl sends again, by itself, what a kept connection lost before any answer. */
static void a_post_is_sent_once_though_its_connection_was_used_before(void **state)
{
	static const struct canned_step steps[] = {{.status = 200, .body = "{}"},
		{.kind = CANNED_RESET}, {.status = 201, .body = "{}"}};
	struct fixture *f = *state;

	SERVE(f, steps);
	call(f, "GET", PR_RETRY_IDEMPOTENT, 0);
	call(f, "POST", PR_RETRY_ONCE_ONLY, 20000);
	assert_int_equal(f->code, PR_ENET);
	assert_true(f->ambiguous);
	assert_int_equal(f->canned.record->count, 2);
}

static void a_cancelled_call_is_silent(void **state)
{
	static const struct canned_step steps[] = {
		{.kind = CANNED_SILENCE}, {.status = 200, .body = "{}"}};
	struct fixture *f = *state;
	struct pr_platform_request request = {.method = "GET", .path = "/plans/p"};
	struct pr_platform_call *running = NULL;

	SERVE(f, steps);
	assert_int_equal(pr_platform_send(f->platform, &request, on_answer, f, &running, NULL), 0);
	pr_platform_cancel(running);
	pr_platform_cancel(NULL);
	assert_int_equal(pr_platform_send(f->platform, &request, on_answer, f, NULL, NULL), 0);
	assert_int_equal(f->answers, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_call_carries_token_organisation_and_body),
		CASE(a_body_given_away_is_sent_at_each_attempt),
		CASE(refusals_have_a_code_and_words),
		CASE(only_what_is_safe_is_tried_again),
		CASE(a_refused_connection_is_tried_again),
		CASE(a_refused_connection_leaves_no_doubt),
		CASE(no_attempt_starts_after_the_deadline),
		CASE(a_post_is_sent_once_though_its_connection_was_used_before),
		CASE(a_cancelled_call_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
