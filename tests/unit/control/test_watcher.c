#include "control/watcher.h"
#include "platform_fixture.h"

#include "base/clock.h"

/* Its own loop stands on a clock that is moved by what is waited for. */
struct fixture {
	struct place place;
	struct pr_fake_clock clock;
	struct pr_watcher watcher;
	struct pr_order last;
	char user[32];
	int orders;
};

static void on_order(void *arg, const struct pr_order *order)
{
	struct fixture *f = arg;

	f->orders++;
	f->last = *order;
	pr_text_copy(f->user, sizeof f->user, order->user ? order->user : "-");
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	if (place_open(&f->place))
		return -1;
	pr_platform_free(f->place.platform);
	pr_loop_free(f->place.loop);
	pr_fake_clock_init(&f->clock, 0);
	if (pr_loop_new(&f->clock.clock, &f->place.loop, NULL) ||
		pr_platform_new(f->place.loop, &f->place.service, &f->place.platform, NULL))
		return -1;
	f->watcher = (struct pr_watcher){.loop = f->place.loop,
		.platform = f->place.platform,
		.interval_ms = 2000,
		.fn = on_order,
		.arg = f};
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_watcher_stop(&f->watcher);
	place_close(&f->place);
	free(f);
	return 0;
}

static void start(struct fixture *f)
{
	assert_int_equal(pr_watcher_start(&f->watcher, EXPERIMENT, EXECUTION, NULL), 0);
}

/* Waits for the answer that is under way; the next look has its time then. */
static void answer(struct fixture *f)
{
	for (int turns = 0; turns < 1000 && f->watcher.call; turns++) {
		struct pr_timer timer = {0};

		assert_int_equal(
			pr_timer_start(f->place.loop, &timer, US_PER_MS, place_stop, &f->place), 0);
		place_run(&f->place);
	}
	assert_null(f->watcher.call);
	assert_true(pr_timer_active(&f->watcher.timer));
}

/* Lets the time pass in which it must not look, then a moment in which it does. */
static void next_look_after(struct fixture *f, int64_t ms)
{
	struct pr_timer timer = {0};
	int before = f->place.canned.record->count;

	assert_int_equal(pr_timer_start(f->place.loop, &timer, (ms - 100) * US_PER_MS, place_stop,
				 &f->place),
		0);
	place_run(&f->place);
	assert_null(f->watcher.call);
	assert_int_equal(f->place.canned.record->count, before);
	assert_int_equal(
		pr_timer_start(f->place.loop, &timer, 101 * US_PER_MS, place_stop, &f->place), 0);
	place_run(&f->place);
	answer(f);
	assert_int_equal(f->place.canned.record->count, before + 1);
}

static void orders_are_read(void **state)
{
	static const struct {
		const char *body;
		int orders;
		struct pr_order order;
		const char *user;
	} cases[] = {
		{"{\"current\":\"running\"}", 0, {0}, ""},
		{"{\"current\":\"pending\"}", 0, {0}, ""},
		{"{\"current\":3}", 0, {0}, ""},
		{"{}", 0, {0}, ""},
		{"[]", 0, {0}, ""},
		{"{\"current\":\"pause\",\"duration\":7,\"user\":{\"name\":\"Jo\",\"id\":\"7\"}}",
			1, {.kind = PR_ORDER_PAUSE, .duration_s = 7}, "Jo"},
		{"{\"current\":\"pause\",\"duration\":-7,\"user\":null}", 1,
			{.kind = PR_ORDER_PAUSE}, ""},
		{"{\"current\":\"pause\"}", 1, {.kind = PR_ORDER_PAUSE}, ""},
		{"{\"current\":\"pause\",\"duration\":9223372036854775807}", 1,
			{.kind = PR_ORDER_PAUSE, .duration_s = 1000000000}, ""},
		{"{\"current\":\"resume\"}", 1, {.kind = PR_ORDER_RESUME}, "-"},
		{"{\"current\":\"terminate\"}", 1, {.kind = PR_ORDER_TERMINATE}, "-"},
		{"{\"current\":\"terminate\",\"skip_rollbacks\":true}", 1,
			{.kind = PR_ORDER_TERMINATE, .skip_rollbacks = true}, "-"},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct canned_step steps[] = {{.status = 200, .body = cases[i].body}};
		struct fixture *f = *state;

		SERVE(&f->place, steps);
		start(f);
		answer(f);
		assert_int_equal(f->orders, cases[i].orders);
		assert_int_equal(f->last.kind, cases[i].order.kind);
		assert_int_equal(f->last.duration_s, cases[i].order.duration_s);
		assert_int_equal(f->last.skip_rollbacks, cases[i].order.skip_rollbacks);
		assert_string_equal(f->user, cases[i].user);
		teardown(state);
		if (setup(state))
			fail();
	}
}

static void failures_make_it_look_later_and_never_end_it(void **state)
{
	static const struct canned_step steps[] = {{.status = 500, .body = "{\"detail\":\"x\"}"},
		{.status = 200, .body = "no JSON"}, {.status = 404, .body = "{}"},
		{.status = 503, .body = ""}, {.status = 200, .body = "{\"current\":\"running\"}"},
		{.status = 200, .body = "{\"current\":\"resume\"}"}};
	static const int64_t delays_ms[] = {4000, 8000, 10000, 10000, 2000};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	start(f);
	answer(f);
	for (size_t i = 0; i < PR_LEN(delays_ms); i++)
		next_look_after(f, delays_ms[i]);
	assert_int_equal(f->orders, 1);
}

static void the_end_is_ordered_once(void **state)
{
	static const struct canned_step end = {
		.status = 200, .body = "{\"current\":\"terminate\"}"};
	static const struct canned_step pause = {
		.status = 200, .body = "{\"current\":\"pause\",\"duration\":0}"};
	const struct canned_step steps[] = {end, end, pause};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	start(f);
	answer(f);
	next_look_after(f, 2000);
	next_look_after(f, 2000);
	assert_int_equal(f->orders, 1);
}

/* What was asked before our own state was taken may be that state, or older. */
static void a_look_that_is_out_of_date_counts_for_the_end_only(void **state)
{
	static const char *const bodies[] = {"{\"current\":\"pause\",\"duration\":0}",
		"{\"current\":\"resume\"}", "{\"current\":\"terminate\"}"};

	for (size_t i = 0; i < PR_LEN(bodies); i++) {
		struct canned_step steps[] = {
			{.status = 200, .body = bodies[i]}, {.status = 200, .body = bodies[i]}};
		struct fixture *f = *state;

		SERVE(&f->place, steps);
		start(f);
		pr_watcher_outdate(&f->watcher);
		answer(f);
		assert_int_equal(f->orders, i == 2);
		pr_watcher_outdate(&f->watcher); /* none is under way */
		next_look_after(f, 2000);
		assert_int_equal(f->orders, 1);
		teardown(state);
		if (setup(state))
			fail();
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(orders_are_read),
		CASE(failures_make_it_look_later_and_never_end_it),
		CASE(the_end_is_ordered_once),
		CASE(a_look_that_is_out_of_date_counts_for_the_end_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
