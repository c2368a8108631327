#include "control/creation.h"
#include "platform_fixture.h"

#define SEARCH BASE "/plans/" PLAN "/executions"
#define FOREIGN "99999999-9999-4999-8999-999999999999"
#define ITEM(id, run)                                                                          \
	"{\"id\":\"" id "\",\"result\":{\"experiment\":{\"extensions\":[{\"name\":\"other\"}," \
	"{\"name\":\"reliably\",\"run_id\":\"" run "\"}]}}}"
#define FOUND "{\"count\":2,\"items\":[" ITEM(FOREIGN, FOREIGN) "," ITEM(EXECUTION, RUN) "]}"
#define FOREIGN_ONLY "{\"count\":1,\"items\":[" ITEM(FOREIGN, FOREIGN) "]}"
#define CREATED "{\"id\":\"" EXECUTION "\",\"result\":{}}"

struct fixture {
	struct place place;
	int answers;
	char execution[40];
	char message[300];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	return f ? place_open(&f->place) : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	place_close(&f->place);
	free(f);
	return 0;
}

static void on_created(void *arg, const char *execution, const char *message)
{
	struct fixture *f = arg;

	f->answers++;
	pr_text_copy(f->execution, sizeof f->execution, execution ? execution : "");
	pr_text_copy(f->message, sizeof f->message, message);
	pr_loop_stop(f->place.loop);
}

static struct pr_creation *start(struct fixture *f, int64_t deadline_ms)
{
	json_t *body = json_pack("{s: s, s: s}", "result", "{}", "plan_id", PLAN);
	struct pr_creation *creation = NULL;
	struct pr_creation_request request = {.experiment = EXPERIMENT,
		.plan = PLAN,
		.run_id = RUN,
		.body = body,
		.deadline_us = pr_loop_now_us(f->place.loop) + deadline_ms * US_PER_MS};

	assert_int_equal(pr_creation_start(f->place.loop, f->place.platform, &request, on_created,
				 f, &creation, NULL),
		0);
	json_decref(body);
	assert_int_equal(f->answers, 0);
	return creation;
}

static void create(struct fixture *f, int64_t deadline_ms)
{
	struct pr_creation *creation = start(f, deadline_ms);

	place_run(&f->place);
	assert_int_equal(f->answers, 1);
	pr_creation_free(creation);
}

/* `methods`: one letter a request, P for the POST and G for the search. */
static void assert_asked(struct fixture *f, const char *methods)
{
	assert_int_equal(f->place.canned.record->count, strlen(methods));
	for (int i = 0; methods[i]; i++) {
		const struct canned_request *request = place_request(&f->place, i);

		assert_int_equal(request->method[0], methods[i]);
		assert_string_equal(request->path, methods[i] == 'P' ? EXECUTIONS : SEARCH);
	}
}

static void an_execution_is_created_with_one_call(void **state)
{
	static const struct canned_step steps[] = {{.status = 201, .body = CREATED}};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	create(f, 5000);
	assert_string_equal(f->execution, EXECUTION);
	assert_asked(f, "P");
	assert_string_equal(
		place_request(&f->place, 0)->body, "{\"result\":\"{}\",\"plan_id\":\"" PLAN "\"}");
}

static void a_refusal_ends_it(void **state)
{
	static const struct canned_step cases[] = {
		{.status = 400, .body = "{\"detail\":\"Bad Request\"}"},
		{.status = 404, .body = "{}"},
		{.status = 401, .body = "{}"},
		{.status = 500, .body = "oops"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		canned_serve(&f->place.canned, &cases[i], 1);
		create(f, 5000);
		assert_string_equal(f->execution, "");
		assert_true(*f->message);
		assert_asked(f, "P");
		teardown(state);
		assert_int_equal(setup(state), 0);
		f = *state;
	}
}

static void a_busy_platform_is_asked_again(void **state)
{
	static const struct canned_step steps[] = {{.status = 429, .headers = "Retry-After: 0\r\n"},
		{.status = 503}, {.status = 201, .body = CREATED}};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	create(f, 20000);
	assert_string_equal(f->execution, EXECUTION);
	assert_asked(f, "PPP");
}

/* Each way of losing the answer to the POST. */
static const struct canned_step lost[] = {
	{.kind = CANNED_RESET},
	{.kind = CANNED_PARTIAL, .status = 201, .body = CREATED},
	{.status = 502, .body = "<html>"},
	{.status = 201, .body = "not JSON"},
	{.status = 201, .body = "{}"},
};

static void an_execution_whose_answer_was_lost_is_adopted(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(lost); i++) {
		const struct canned_step steps[] = {lost[i], {.status = 200, .body = FOUND}};

		SERVE(&f->place, steps);
		create(f, 20000);
		assert_string_equal(f->execution, EXECUTION);
		assert_asked(f, "PG");
		teardown(state);
		assert_int_equal(setup(state), 0);
		f = *state;
	}
}

static void without_ours_among_the_plans_it_is_created_again(void **state)
{
	static const char *const lists[] = {FOREIGN_ONLY, "{\"count\":0,\"items\":[]}"};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(lists); i++) {
		const struct canned_step steps[] = {{.kind = CANNED_RESET},
			{.status = 200, .body = lists[i]}, {.status = 201, .body = CREATED}};

		SERVE(&f->place, steps);
		create(f, 20000);
		assert_string_equal(f->execution, EXECUTION);
		assert_asked(f, "PGP");
		teardown(state);
		assert_int_equal(setup(state), 0);
		f = *state;
	}
}

static void the_second_lost_answer_is_searched_for_too(void **state)
{
	static const struct canned_step steps[] = {{.kind = CANNED_RESET},
		{.status = 200, .body = FOREIGN_ONLY}, {.kind = CANNED_RESET},
		{.status = 200, .body = FOUND}};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	create(f, 20000);
	assert_string_equal(f->execution, EXECUTION);
	assert_asked(f, "PGPG");
}

static void what_cannot_be_found_out_is_not_repeated(void **state)
{
	static const struct canned_step found[] = {
		{.status = 403, .body = "{\"detail\":\"Forbidden\"}"},
		{.status = 200, .body = "{}"},
		{.status = 200, .body = "null"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(found); i++) {
		const struct canned_step steps[] = {{.kind = CANNED_RESET}, found[i]};

		SERVE(&f->place, steps);
		create(f, 20000);
		assert_string_equal(f->execution, "");
		assert_non_null(strstr(f->message, EXECUTIONS));
		assert_asked(f, "PG");
		teardown(state);
		assert_int_equal(setup(state), 0);
		f = *state;
	}
}

static void after_the_deadline_it_is_searched_for_and_not_repeated(void **state)
{
	static const struct canned_step steps[] = {
		{.kind = CANNED_RESET}, {.status = 200, .body = FOREIGN_ONLY}};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	create(f, 100);
	assert_string_equal(f->execution, "");
	assert_asked(f, "PG");
}

static void a_platform_that_is_away_is_told(void **state)
{
	struct fixture *f = *state;

	create(f, 100);
	assert_string_equal(f->execution, "");
	assert_non_null(strstr(f->message, f->place.service.host));
}

static void a_creation_that_is_freed_is_silent(void **state)
{
	static const struct canned_step steps[] = {{.kind = CANNED_RESET}};
	struct fixture *f = *state;
	struct pr_creation *creation;

	SERVE(&f->place, steps);
	creation = start(f, 20000);
	place_settle(&f->place, 1);
	pr_creation_free(creation);
	pr_creation_free(NULL);
	assert_int_equal(f->answers, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_execution_is_created_with_one_call),
		CASE(a_refusal_ends_it),
		CASE(a_busy_platform_is_asked_again),
		CASE(an_execution_whose_answer_was_lost_is_adopted),
		CASE(without_ours_among_the_plans_it_is_created_again),
		CASE(the_second_lost_answer_is_searched_for_too),
		CASE(what_cannot_be_found_out_is_not_repeated),
		CASE(after_the_deadline_it_is_searched_for_and_not_repeated),
		CASE(a_platform_that_is_away_is_told),
		CASE(a_creation_that_is_freed_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
