#include "control/pausing.h"

#include "activity/pauses.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "codec/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct pr_fake_clock clock;
	struct pr_loop *loop;
	struct pr_pauses pauses;
	struct pr_run_view view;
	struct pr_hook_ticket ticket;
	int resumed;
	struct pr_pausing pausing;
	json_t *extension;
	json_t *activity;   /* one that pauses, for 0.5 s */
	json_t *other;      /* one that does not */
	struct pr_buf said; /* "pause 3 running " */
	int woken;
};

static void on_resume(struct pr_hook_ticket *ticket, const struct pr_hook_answer *answer)
{
	struct fixture *f = pr_container_of(ticket, struct fixture, ticket);

	assert_int_equal(answer->verdict, PR_HOOK_CONTINUE);
	f->resumed++;
}

static void say(void *arg, bool paused, int64_t duration_s)
{
	struct fixture *f = arg;

	if (paused)
		pr_buf_addf(&f->said, "pause %d ", (int)duration_s);
	else
		pr_buf_adds(&f->said, "running ");
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	pr_fake_clock_init(&f->clock, INT64_C(1800000000000000));
	assert_int_equal(pr_loop_new(&f->clock.clock, &f->loop, NULL), 0);
	pr_buf_init(&f->said, PR_BUF_TEXT_MAX);
	f->view = (struct pr_run_view){.loop = f->loop,
		.pauses = &f->pauses,
		.configuration = json_pack("{s: f}", "so", 0.5),
		.secrets = json_object()};
	f->extension = json_pack("{s: []}", "pauses");
	f->activity = json_pack("{s: s, s: {s: s, s: {s: s}}}", "name", "wait", "provider",
		"module", "chaosreliably.activities.pauses", "arguments", "duration", "${so}");
	f->other = json_pack("{s: s, s: s}", "type", "probe", "name", "other");
	f->pausing = (struct pr_pausing){.fn = say, .arg = f};
	f->ticket.resume = on_resume;
	pr_pausing_start(&f->pausing, &f->view, f->extension);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_pausing_release(&f->pausing);
	pr_loop_free(f->loop);
	json_decref(f->view.configuration);
	json_decref(f->view.secrets);
	json_decref(f->extension);
	json_decref(f->activity);
	json_decref(f->other);
	pr_buf_release(&f->said);
	free(f);
	return 0;
}

/* What the hook answers; an activity that it brings is the caller's. */
static struct pr_hook_answer reach(
	struct fixture *f, enum pr_hook_point point, enum pr_phase phase, json_t *activity)
{
	struct pr_hook_event event = {
		.point = point, .phase = phase, .context = activity, .run = &f->view};
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	pr_pausing_on(&f->pausing, &event, &f->ticket, &answer);
	return answer;
}

static void order(struct fixture *f, enum pr_order_kind kind, int64_t duration_s)
{
	pr_pausing_order(&f->pausing,
		&(struct pr_order){
			.kind = kind, .duration_s = duration_s, .user = "Jo", .user_id = "7"});
}

static void expect(struct fixture *f, const char *said, size_t pauses)
{
	assert_string_equal(pr_buf_str(&f->said), said);
	assert_int_equal(json_array_size(json_object_get(f->extension, "pauses")), pauses);
}

static const json_t *pause_at(const struct fixture *f, size_t i)
{
	return json_array_get(json_object_get(f->extension, "pauses"), i);
}

static void the_order_becomes_the_next_activity(void **state)
{
	static const struct {
		enum pr_hook_point point;
		enum pr_phase phase;
	} places[] = {
		{PR_HOOK_GATE, PR_PHASE_METHOD},
		{PR_HOOK_GATE, PR_PHASE_ROLLBACKS},
		{PR_HOOK_AFTER_ACTIVITY, PR_PHASE_METHOD},
		{PR_HOOK_AFTER_ACTIVITY, PR_PHASE_ROLLBACKS},
	};

	for (size_t i = 0; i < PR_LEN(places); i++) {
		struct fixture *f = *state;
		const json_t *arguments;
		json_t *own;

		order(f, PR_ORDER_PAUSE, 3);
		order(f, PR_ORDER_PAUSE, 3);
		own = reach(f, places[i].point, places[i].phase, f->other).insert;
		assert_non_null(own);
		assert_memory_equal(pr_json_str(own, "name"), "reliably-pause-", 15);
		arguments = json_object_get(json_object_get(own, "provider"), "arguments");
		assert_int_equal(json_integer_value(json_object_get(arguments, "duration")), 3);
		assert_string_equal(pr_json_str(arguments, "username"), "Jo");
		assert_string_equal(pr_json_str(arguments, "user_id"), "7");
		assert_null(reach(f, PR_HOOK_GATE, places[i].phase, own).insert);
		reach(f, PR_HOOK_BEFORE_ACTIVITY, places[i].phase, own);
		order(f, PR_ORDER_PAUSE, 3); /* as long as it lasts the platform says so */
		expect(f, "", 1);
		assert_null(reach(f, PR_HOOK_AFTER_ACTIVITY, places[i].phase, own).insert);
		expect(f, "running ", 1);
		assert_non_null(pr_json_str(pause_at(f, 0), "end"));
		order(f, PR_ORDER_PAUSE, 3); /* and until it has taken the next state */
		assert_null(reach(f, PR_HOOK_GATE, places[i].phase, f->other).insert);
		json_decref(own);
		teardown(state);
		setup(state);
	}
}

static void among_probes_the_gate_waits(void **state)
{
	static const enum pr_phase phases[] = {PR_PHASE_BEFORE, PR_PHASE_AFTER};

	for (size_t i = 0; i < PR_LEN(phases); i++) {
		struct fixture *f = *state;

		order(f, PR_ORDER_PAUSE, 0);
		assert_int_equal(reach(f, PR_HOOK_GATE, PR_PHASE_DURING, f->other).verdict,
			PR_HOOK_CONTINUE);
		assert_int_equal(reach(f, PR_HOOK_GATE, phases[i], f->other).verdict, PR_HOOK_WAIT);
		assert_string_equal(pr_json_str(pause_at(f, 0), "before_activity"), "other");
		order(f, PR_ORDER_RESUME, 0);
		assert_int_equal(f->resumed, 1);
		expect(f, "running ", 1);
		pr_pausing_settled(&f->pausing);
		order(f, PR_ORDER_PAUSE, 0);
		assert_int_equal(reach(f, PR_HOOK_GATE, phases[i], f->other).verdict, PR_HOOK_WAIT);
		pr_pausing_cancel(&f->pausing);
		pr_pausing_cancel(&f->pausing);
		assert_int_equal(f->resumed, 2);
		teardown(state);
		setup(state);
	}
}

static void stop(void *arg)
{
	pr_loop_stop(arg);
}

static void a_wait_at_the_gate_ends_by_itself(void **state)
{
	struct fixture *f = *state;
	struct pr_timer timer = {0};

	order(f, PR_ORDER_PAUSE, 5);
	assert_int_equal(reach(f, PR_HOOK_GATE, PR_PHASE_BEFORE, f->other).verdict, PR_HOOK_WAIT);
	assert_int_equal(pr_timer_start(f->loop, &timer, 4999999, stop, f->loop), 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(f->resumed, 0);
	assert_int_equal(pr_timer_start(f->loop, &timer, 2, stop, f->loop), 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(f->resumed, 1);
	expect(f, "running ", 1);
}

static void the_platform_is_told_of_activities_that_pause(void **state)
{
	struct fixture *f = *state;

	reach(f, PR_HOOK_BEFORE_ACTIVITY, PR_PHASE_BEFORE, f->other);
	expect(f, "", 0);
	reach(f, PR_HOOK_BEFORE_ACTIVITY, PR_PHASE_BEFORE, f->activity);
	expect(f, "pause 1 ", 1);
	assert_true(json_number_value(json_object_get(pause_at(f, 0), "duration")) == 0.5);
	reach(f, PR_HOOK_AFTER_ACTIVITY, PR_PHASE_METHOD, f->other); /* in the background */
	expect(f, "pause 1 ", 1);
	reach(f, PR_HOOK_AFTER_ACTIVITY, PR_PHASE_BEFORE, f->activity);
	expect(f, "pause 1 running ", 1);
}

/* docs/protocol.md 2.8: 0 to 3300 whole seconds. */
static void the_platform_gets_what_it_takes(void **state)
{
	static const struct {
		const char *duration, *said;
	} cases[] = {{"5.0", "pause 5 "}, {"0.01", "pause 1 "}, {"3300.5", "pause 3300 "},
		{"1e300", "pause 3300 "}, {"-3", "pause 0 "}, {"\"x\"", "pause 0 "},
		{"null", "pause 0 "}};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct fixture *f = *state;
		json_t *provider = json_object_get(f->activity, "provider");

		json_object_set_new(json_object_get(provider, "arguments"), "duration",
			json_loads(cases[i].duration, JSON_DECODE_ANY, NULL));
		reach(f, PR_HOOK_BEFORE_ACTIVITY, PR_PHASE_METHOD, f->activity);
		expect(f, cases[i].said, 1);
		teardown(state);
		setup(state);
	}
}

/* Behind one in the background there is no place: the list has gone on. */
static void the_end_of_one_in_the_background_is_no_place(void **state)
{
	struct fixture *f = *state;
	struct pr_hook_event event = {.point = PR_HOOK_AFTER_ACTIVITY,
		.phase = PR_PHASE_METHOD,
		.context = f->other,
		.run = &f->view,
		.background = true};
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};
	json_t *own;

	order(f, PR_ORDER_PAUSE, 0);
	pr_pausing_on(&f->pausing, &event, &f->ticket, &answer);
	assert_null(answer.insert);
	own = reach(f, PR_HOOK_GATE, PR_PHASE_METHOD, f->other).insert;
	assert_non_null(own);
	json_decref(own);
}

static void on_wake(void *arg)
{
	struct fixture *f = arg;

	f->woken++;
}

static void a_resume_wakes_who_waits(void **state)
{
	struct fixture *f = *state;
	struct pr_pause pause = {.wake = on_wake, .arg = f};

	pr_pauses_enter(&f->pauses, &pause);
	order(f, PR_ORDER_RESUME, 0);
	assert_int_equal(f->woken, 1);
	expect(f, "", 0);
}

/* An order that has not begun is dropped by a resume and by what interrupts the run. */
static void an_order_may_be_dropped(void **state)
{
	static const struct {
		bool resumed, terminated;
		const char *said;
	} cases[] = {{true, false, "running "}, {false, false, "running "}, {false, true, ""}};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct fixture *f = *state;

		order(f, PR_ORDER_PAUSE, 0);
		if (cases[i].terminated)
			order(f, PR_ORDER_TERMINATE, 0);
		if (cases[i].resumed)
			order(f, PR_ORDER_RESUME, 0);
		else
			reach(f, PR_HOOK_INTERRUPTED, PR_PHASE_NONE, NULL);
		assert_null(reach(f, PR_HOOK_GATE, PR_PHASE_METHOD, f->other).insert);
		expect(f, cases[i].said, 0);
		teardown(state);
		setup(state);
	}
}

/* One that was put into a list that ended before it is put into the next. */
static void an_order_that_was_not_reached_comes_later(void **state)
{
	struct fixture *f = *state;
	json_t *first, *second;

	order(f, PR_ORDER_PAUSE, 0);
	first = reach(f, PR_HOOK_AFTER_ACTIVITY, PR_PHASE_METHOD, f->other).insert;
	assert_non_null(first);
	second = reach(f, PR_HOOK_GATE, PR_PHASE_ROLLBACKS, f->other).insert;
	assert_ptr_equal(first, second);
	json_decref(first);
	json_decref(second);
}

static void after_the_end_nothing_is_ordered(void **state)
{
	struct fixture *f = *state;

	reach(f, PR_HOOK_FINISHED, PR_PHASE_NONE, NULL);
	order(f, PR_ORDER_PAUSE, 0);
	order(f, PR_ORDER_RESUME, 0);
	assert_null(reach(f, PR_HOOK_GATE, PR_PHASE_METHOD, f->other).insert);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_order_becomes_the_next_activity),
		CASE(among_probes_the_gate_waits),
		CASE(a_wait_at_the_gate_ends_by_itself),
		CASE(the_platform_is_told_of_activities_that_pause),
		CASE(the_platform_gets_what_it_takes),
		CASE(the_end_of_one_in_the_background_is_no_place),
		CASE(a_resume_wakes_who_waits),
		CASE(an_order_may_be_dropped),
		CASE(an_order_that_was_not_reached_comes_later),
		CASE(after_the_end_nothing_is_ordered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
