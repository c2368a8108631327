#include "canned.h"
#include "platform/delivery.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ORG "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define BASE "/api/v1/organization/" ORG
#define RESULTS BASE "/experiments/exp/executions/exec/results"
#define STATUS BASE "/plans/plan/status"
#define STATE BASE "/experiments/exp/executions/exec/state"
#define US_PER_MS ((int64_t)1000)

struct fixture {
	struct canned canned;
	struct pr_loop *loop;
	struct pr_service service;
	struct pr_platform *platform;
	json_t *document;
	int results;
	struct pr_delivery_result result;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	if (!f || pr_loop_new(NULL, &f->loop, NULL))
		return -1;
	canned_prepare(&f->canned);
	f->service = (struct pr_service){.host = canned_url(&f->canned),
		.token = pr_text_dup("t"),
		.organization = pr_text_dup(ORG)};
	f->document = json_pack("{s: s, s: s, s: s, s: {s: s}, s: {s: s}, s: {s: s}}", "plan",
		"plan", "experiment", "exp", "execution", "exec", "results", "result", "{}",
		"status", "status", "completed", "state", "current", "finished");
	return pr_platform_new(f->loop, &f->service, &f->platform, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	json_decref(f->document);
	pr_platform_free(f->platform);
	pr_service_release(&f->service);
	pr_loop_free(f->loop);
	canned_stop(&f->canned);
	free(f);
	return 0;
}

static void on_result(void *arg, const struct pr_delivery_result *result)
{
	struct fixture *f = arg;

	f->results++;
	f->result = *result;
	pr_loop_stop(f->loop);
}

static void deliver(struct fixture *f, int64_t deadline_ms)
{
	struct pr_delivery *delivery = NULL;
	int64_t deadline_us = pr_loop_now_us(f->loop) + deadline_ms * US_PER_MS;

	assert_int_equal(pr_delivery_start(f->platform, f->document, deadline_us, on_result, f,
				 &delivery, NULL),
		0);
	assert_int_equal(f->results, 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	pr_delivery_free(delivery);
	assert_int_equal(f->results, 1);
}

#define SERVE(f, steps) canned_serve(&(f)->canned, steps, PR_LEN(steps))

static void assert_asked(const struct fixture *f, int count, const char *const *paths)
{
	assert_int_equal(f->canned.record->count, count);
	for (int i = 0; i < count; i++) {
		assert_string_equal(f->canned.record->requests[i].method, "PUT");
		assert_string_equal(f->canned.record->requests[i].path, paths[i]);
	}
}

static void results_status_and_state_go_in_this_order(void **state)
{
	static const struct canned_step steps[] = {{.status = 200, .body = "null"},
		{.status = 200, .body = "{\"ok\":true}"}, {.status = 200, .body = "null"}};
	static const char *const paths[] = {RESULTS, STATUS, STATE};
	struct fixture *f = *state;

	SERVE(f, steps);
	deliver(f, 5000);
	assert_true(f->result.delivered);
	assert_false(f->result.refused);
	assert_string_equal(f->result.message, "");
	assert_asked(f, 3, paths);
	assert_string_equal(f->canned.record->requests[0].body, "{\"result\":\"{}\"}");
	assert_string_equal(f->canned.record->requests[1].body, "{\"status\":\"completed\"}");
	assert_string_equal(f->canned.record->requests[2].body, "{\"current\":\"finished\"}");
}

static void a_passing_failure_is_overcome(void **state)
{
	static const struct canned_step steps[] = {{.status = 503}, {.status = 200, .body = "null"},
		{.kind = CANNED_RESET}, {.status = 200, .body = "null"},
		{.status = 200, .body = "null"}};
	static const char *const paths[] = {RESULTS, RESULTS, STATUS, STATUS, STATE};
	struct fixture *f = *state;

	SERVE(f, steps);
	deliver(f, 20000);
	assert_true(f->result.delivered);
	assert_asked(f, 5, paths);
}

static void a_refusal_is_told_and_the_rest_is_sent(void **state)
{
	static const struct {
		int status;
		bool refused;
	} cases[] = {{404, true}, {422, true}, {401, false}, {403, false}, {408, false},
		{429, false}, {410, true}};
	static const char *const paths[] = {RESULTS, STATUS, STATE};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct canned_step steps[] = {{.status = cases[i].status, .body = "{}"},
			{.status = 200}, {.status = 200}};

		SERVE(f, steps);
		deliver(f, 0);
		assert_false(f->result.delivered);
		assert_int_equal(f->result.refused, cases[i].refused);
		assert_true(pr_text_starts(f->result.message, "results: "));
		assert_asked(f, 3, paths);
		teardown(state);
		assert_int_equal(setup(state), 0);
		f = *state;
	}
}

static void nothing_follows_what_got_no_answer(void **state)
{
	static const struct canned_step reset[] = {{.kind = CANNED_RESET}};
	static const struct canned_step partial[] = {
		{.kind = CANNED_PARTIAL, .status = 200, .body = "{\"a\": \"b\"}"}};
	static const struct canned_step broken[] = {{.status = 500}};
	static const struct canned_step *const cases[] = {reset, partial, broken};
	static const char *const paths[] = {RESULTS};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		canned_serve(&f->canned, cases[i], 1);
		deliver(f, 0);
		assert_false(f->result.delivered);
		assert_false(f->result.refused);
		assert_asked(f, 1, paths);
		teardown(state);
		assert_int_equal(setup(state), 0);
		f = *state;
	}
}

static void a_refused_connection_is_told(void **state)
{
	struct fixture *f = *state;

	deliver(f, 300);
	assert_false(f->result.delivered);
	assert_false(f->result.refused);
	assert_non_null(strstr(f->result.message, f->service.host));
}

static void silence_ends_soon_after_the_deadline(void **state)
{
	static const struct canned_step steps[] = {
		{.status = 200, .body = "null"}, {.kind = CANNED_SILENCE}};
	static const char *const paths[] = {RESULTS, STATUS};
	struct fixture *f = *state;
	int64_t start = pr_loop_now_us(f->loop);

	SERVE(f, steps);
	deliver(f, -500);
	assert_false(f->result.delivered);
	assert_string_equal(f->result.message, "status: no answer in time");
	assert_asked(f, 2, paths);
	assert_true(pr_loop_now_us(f->loop) - start < 5000 * US_PER_MS);
}

static void what_is_no_report_is_refused(void **state)
{
	static const char *const members[] = {
		"plan", "experiment", "execution", "results", "status", "state"};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(members); i++) {
		struct pr_delivery *delivery = NULL;
		struct pr_err err = PR_ERR_INIT;
		json_t *document = json_copy(f->document);

		json_object_set_new(document, members[i], json_integer(1));
		assert_int_equal(
			pr_delivery_start(f->platform, document, 0, on_result, f, &delivery, &err),
			PR_EPROTO);
		assert_null(delivery);
		json_decref(document);
	}
	assert_int_equal(f->canned.record->count, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(results_status_and_state_go_in_this_order),
		CASE(a_passing_failure_is_overcome),
		CASE(a_refusal_is_told_and_the_rest_is_sent),
		CASE(nothing_follows_what_got_no_answer),
		CASE(a_refused_connection_is_told),
		CASE(silence_ends_soon_after_the_deadline),
		CASE(what_is_no_report_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
