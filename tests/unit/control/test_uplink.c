#include "control/uplink.h"
#include "platform_fixture.h"

#include "base/clock.h"

#define STATE EXECUTIONS "/" EXECUTION "/state"
#define RESULTS EXECUTIONS "/" EXECUTION "/results"

/* Its own loop stands on a clock that can be moved. */
struct fixture {
	struct place place;
	struct pr_fake_clock clock;
	struct pr_uplink uplink;
	json_t *journal;
	int drained;
	int taken;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	if (!f || place_open(&f->place))
		return -1;
	pr_platform_free(f->place.platform);
	pr_loop_free(f->place.loop);
	pr_fake_clock_init(&f->clock, 0);
	f->journal = json_pack("{s: [], s: []}", "run", "rollbacks");
	if (pr_loop_new(&f->clock.clock, &f->place.loop, NULL) ||
		pr_platform_new(f->place.loop, &f->place.service, &f->place.platform, NULL))
		return -1;
	f->uplink = (struct pr_uplink){.loop = f->place.loop,
		.platform = f->place.platform,
		.plan = PLAN,
		.journal = f->journal};
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_uplink_release(&f->uplink);
	json_decref(f->journal);
	place_close(&f->place);
	free(f);
	return 0;
}

static void start(struct fixture *f)
{
	assert_int_equal(pr_uplink_start(&f->uplink, EXPERIMENT, EXECUTION,
				 json_pack("{s: s}", "current", "running"), NULL),
		0);
}

static void touch(struct fixture *f)
{
	json_array_append_new(json_object_get(f->journal, "run"), json_string("entry"));
	pr_uplink_touch(&f->uplink);
}

static void on_drained(void *arg)
{
	struct fixture *f = arg;

	f->drained++;
	pr_loop_stop(f->place.loop);
}

static void drain(struct fixture *f)
{
	pr_uplink_drain(&f->uplink, 1000000, on_drained, f);
	if (!f->drained)
		place_run(&f->place);
	assert_int_equal(f->drained, 1);
}

/* Waits until nothing is in flight. */
static void rest(struct fixture *f)
{
	for (int turns = 0; turns < 1000 && f->uplink.call; turns++) {
		struct pr_timer timer = {0};

		assert_int_equal(
			pr_timer_start(f->place.loop, &timer, US_PER_MS, place_stop, &f->place), 0);
		place_run(&f->place);
	}
	assert_null(f->uplink.call);
}

#define OK {.status = 200, .body = "null"}

static const struct canned_step fine[] = {OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK};

static void the_state_goes_before_any_results(void **state)
{
	struct fixture *f = *state;

	SERVE(&f->place, fine);
	start(f);
	touch(f);
	touch(f);
	rest(f);
	drain(f);
	assert_int_equal(f->place.canned.record->count, 2);
	assert_string_equal(place_request(&f->place, 0)->path, STATE);
	assert_string_equal(place_request(&f->place, 0)->body, "{\"current\":\"running\"}");
	assert_string_equal(place_request(&f->place, 1)->path, RESULTS);
	assert_int_equal(place_request(&f->place, 1)->connection, 1);
}

static void only_the_latest_journal_is_sent(void **state)
{
	struct fixture *f = *state;
	const struct canned_request *last;

	SERVE(&f->place, fine);
	start(f);
	for (int i = 0; i < 5; i++)
		touch(f);
	rest(f);
	assert_int_equal(f->place.canned.record->count, 2);
	last = place_request(&f->place, 1);
	assert_non_null(strstr(last->body, "\\\"entry\\\",\\n    \\\"entry\\\",\\n    "
					   "\\\"entry\\\",\\n    \\\"entry\\\",\\n    \\\"entry"));
	drain(f);
}

static void uploads_are_skipped_when_they_are_many_and_resumed_after_a_silence(void **state)
{
	struct fixture *f = *state;
	int before;

	SERVE(&f->place, fine);
	start(f);
	rest(f);
	for (int i = 0; i < 20 && f->place.canned.record->count < 9; i++) {
		pr_uplink_touch(&f->uplink);
		rest(f);
	}
	before = f->place.canned.record->count;
	assert_in_range(before, 4, 8);
	pr_uplink_touch(&f->uplink);
	rest(f);
	assert_int_equal(f->place.canned.record->count, before);
	pr_fake_clock_advance(&f->clock, INT64_C(31) * 1000 * US_PER_MS);
	place_settle(&f->place, before + 1);
	rest(f);
	drain(f);
}

static void large_uploads_are_resumed_later(void **state)
{
	struct fixture *f = *state;
	int before;

	SERVE(&f->place, fine);
	start(f);
	rest(f);
	pr_uplink_touch(&f->uplink);
	rest(f);
	before = f->place.canned.record->count;
	f->uplink.last_size = (size_t)1 << 20; /* 64 s */
	f->uplink.sent_bytes = (size_t)8 << 20;
	pr_uplink_touch(&f->uplink);
	pr_fake_clock_advance(&f->clock, INT64_C(60) * 1000 * US_PER_MS);
	rest(f);
	assert_int_equal(f->place.canned.record->count, before);
	pr_fake_clock_advance(&f->clock, INT64_C(5) * 1000 * US_PER_MS);
	place_settle(&f->place, before + 1);
	rest(f);
	drain(f);
}

static void failures_change_nothing(void **state)
{
	static const struct canned_step steps[] = {
		{.status = 500}, {.kind = CANNED_RESET}, {.status = 404, .body = "{}"}, OK};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	start(f);
	for (int i = 0; i < 3; i++) {
		touch(f);
		rest(f);
	}
	drain(f);
	assert_true(f->place.canned.record->count >= 3);
}

static void nothing_is_sent_after_the_end(void **state)
{
	struct fixture *f = *state;

	SERVE(&f->place, fine);
	start(f);
	touch(f);
	drain(f);
	assert_int_equal(f->place.canned.record->count, 1);
	touch(f);
	assert_null(f->uplink.call);
	assert_int_equal(f->drained, 1);
}

static void a_silent_platform_is_not_waited_for_long(void **state)
{
	static const struct canned_step steps[] = {{.kind = CANNED_SILENCE}};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	start(f);
	place_settle(&f->place, 1);
	pr_uplink_drain(&f->uplink, 10 * US_PER_MS, on_drained, f);
	place_run(&f->place);
	assert_int_equal(f->drained, 1);
	assert_null(f->uplink.call);
}

static void the_end_comes_once_though_the_time_is_over_later(void **state)
{
	struct fixture *f = *state;
	struct pr_timer timer = {0};

	SERVE(&f->place, fine);
	start(f);
	pr_uplink_drain(&f->uplink, US_PER_MS * 100 * 1000, on_drained, f);
	place_run(&f->place);
	assert_int_equal(f->drained, 1);
	assert_int_equal(pr_timer_start(f->place.loop, &timer, US_PER_MS * 200 * 1000, place_stop,
				 &f->place),
		0);
	place_run(&f->place);
	assert_int_equal(f->drained, 1);
}

static void what_never_started_ends_at_once(void **state)
{
	struct fixture *f = *state;

	pr_uplink_touch(&f->uplink);
	assert_null(f->uplink.call);
	pr_uplink_drain(&f->uplink, 1000000, on_drained, f);
	assert_int_equal(f->drained, 1);
}

static void on_taken(void *arg)
{
	struct fixture *f = arg;

	f->taken++;
}

static json_t *state_of(const char *current)
{
	return json_pack("{s: s}", "current", current);
}

static void a_state_is_sent_until_it_is_taken(void **state)
{
	static const struct canned_step steps[] = {
		{.status = 503, .body = "busy"}, {.status = 500, .body = "{}"}, OK, OK};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	f->uplink.taken = on_taken;
	f->uplink.taken_arg = f;
	start(f);
	place_settle(&f->place, 3);
	rest(f);
	assert_int_equal(f->taken, 1);
	assert_string_equal(place_request(&f->place, 2)->body, "{\"current\":\"running\"}");
	drain(f);
	assert_int_equal(f->place.canned.record->count, 3);
}

static void what_the_platform_refuses_is_not_sent_again(void **state)
{
	static const struct canned_step steps[] = {{.status = 422, .body = "{}"}, OK};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	f->uplink.taken = on_taken;
	f->uplink.taken_arg = f;
	start(f);
	rest(f);
	touch(f);
	rest(f);
	assert_int_equal(f->taken, 0);
	assert_string_equal(place_request(&f->place, 1)->path, RESULTS);
}

/* Of states that wait the last one is sent, and only that one is what is told of. */
static void the_latest_state_counts(void **state)
{
	struct fixture *f = *state;

	SERVE(&f->place, fine);
	f->uplink.taken = on_taken;
	f->uplink.taken_arg = f;
	start(f);
	pr_uplink_say(&f->uplink, state_of("pause"));
	pr_uplink_say(&f->uplink, state_of("again"));
	touch(f);
	rest(f);
	assert_int_equal(f->place.canned.record->count, 3);
	assert_string_equal(place_request(&f->place, 1)->body, "{\"current\":\"again\"}");
	assert_string_equal(place_request(&f->place, 2)->path, RESULTS);
	assert_int_equal(f->taken, 1);
}

/* The closing calls bring another state: one that waits to be sent again does not hold them up. */
static void the_end_does_not_wait_for_a_state(void **state)
{
	static const struct canned_step steps[] = {{.status = 503, .body = "busy"}, OK};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	start(f);
	rest(f);
	drain(f);
	assert_int_equal(f->place.canned.record->count, 1);
	pr_uplink_say(&f->uplink, state_of("late"));
	assert_int_equal(f->place.canned.record->count, 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_state_goes_before_any_results),
		CASE(only_the_latest_journal_is_sent),
		CASE(uploads_are_skipped_when_they_are_many_and_resumed_after_a_silence),
		CASE(large_uploads_are_resumed_later),
		CASE(failures_change_nothing),
		CASE(nothing_is_sent_after_the_end),
		CASE(a_silent_platform_is_not_waited_for_long),
		CASE(the_end_comes_once_though_the_time_is_over_later),
		CASE(what_never_started_ends_at_once),
		CASE(a_state_is_sent_until_it_is_taken),
		CASE(what_the_platform_refuses_is_not_sent_again),
		CASE(the_latest_state_counts),
		CASE(the_end_does_not_wait_for_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
