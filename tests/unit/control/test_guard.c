#include "control/guard.h"

#include "activity/pauses.h"
#include "base/buf.h"
#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNDER(latency, value)                                                           \
	"{\"type\":\"python\",\"module\":\"chaosreliably.activities.http.tolerances\"," \
	"\"func\":\"response_time_must_be_under\",\"arguments\":{\"latency\":" latency value "}}"
#define PAUSE(seconds)                                                         \
	"{\"type\":\"python\",\"module\":\"chaosreliably.activities.pauses\"," \
	"\"func\":\"pause_execution\",\"arguments\":{\"duration\":" seconds "}}"
#define ITEM(provider, more) "{\"type\":\"probe\",\"name\":\"p\",\"provider\":" provider more "}"
#define YES UNDER("2", ",\"value\":1")
#define NO UNDER("1", ",\"value\":2")
#define JUDGE(latency) \
	",\"tolerance\":{\"type\":\"probe\",\"name\":\"t\",\"provider\":" UNDER(latency, "") "}"

struct fixture {
	struct pr_fake_clock clock;
	struct pr_loop *loop;
	struct pr_limits limits;
	struct pr_native_env env;
	struct pr_run_view view;
	json_t *probes;
	struct pr_guard *guard;
	struct pr_buf said; /* "0+ 1- ready " */
	char problem[300];  /* of the last result */
	size_t left;        /* results until the guard is stopped */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	pr_fake_clock_init(&f->clock, INT64_C(1800000000000000));
	assert_int_equal(pr_loop_new(&f->clock.clock, &f->loop, NULL), 0);
	f->limits = (struct pr_limits)PR_LIMITS_DEFAULT;
	f->env = (struct pr_native_env){.loop = f->loop, .limits = &f->limits};
	f->view = (struct pr_run_view){.loop = f->loop,
		.document = json_object(),
		.configuration = json_object(),
		.secrets = json_object()};
	pr_buf_init(&f->said, PR_BUF_TEXT_MAX);
	f->left = SIZE_MAX;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_guard_free(f->guard);
	json_decref(f->probes);
	json_decref(f->view.document);
	json_decref(f->view.configuration);
	json_decref(f->view.secrets);
	pr_buf_release(&f->said);
	pr_loop_free(f->loop);
	free(f);
	return 0;
}

static void on_result(void *arg, const struct pr_guard_result *result)
{
	struct fixture *f = arg;

	pr_buf_addf(&f->said, "%zu%c ", result->index, result->met ? '+' : '-');
	strncpy(f->problem, result->problem ? result->problem : "", sizeof f->problem - 1);
	if (--f->left == 0) {
		pr_guard_stop(f->guard);
		pr_loop_stop(f->loop);
	}
}

static void on_ready(void *arg)
{
	struct fixture *f = arg;

	pr_buf_adds(&f->said, "ready ");
	pr_loop_stop(f->loop);
}

static int make(struct fixture *f, const char *probes)
{
	json_error_t error;

	f->probes = json_loads(probes, JSON_DECODE_ANY, &error);
	if (!f->probes)
		fail_msg("%s: %s", probes, error.text);
	return pr_guard_new(&f->env, f->probes, on_result, f, &f->guard, NULL);
}

/* As `arg` of the callbacks is the fixture, `ready` gets it too. */
static bool run(struct fixture *f, const char *probes)
{
	bool awaited;

	assert_int_equal(make(f, probes), 0);
	awaited = pr_guard_start(f->guard, &f->view, on_ready);
	assert_int_equal(f->said.len, 0);
	if (awaited)
		assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	return awaited;
}

static void stop_loop(void *arg)
{
	pr_loop_stop(arg);
}

static void run_for(struct fixture *f, int64_t us)
{
	struct pr_timer timer = {0};

	assert_int_equal(pr_timer_start(f->loop, &timer, us, stop_loop, f->loop), 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	pr_timer_stop(&timer);
}

static void a_probe_is_judged_by_its_tolerance(void **state)
{
	static const struct {
		const char *probes, *said;
		const char *problem; /* "": none */
	} cases[] = {
		{"[" ITEM(YES, ",\"tolerance\":true") "]", "0+ ready ", ""},
		{"[" ITEM(NO, ",\"tolerance\":true") "]", "0- ready ", ""},
		{"[" ITEM(NO, ",\"tolerance\":false") "]", "0+ ready ", ""},
		{"[" ITEM(PAUSE("0.5"), "") "]", "0- ready ", ""},
		{"[" ITEM(YES, "") "]", "0- ready ", ""},
		{"[" ITEM(YES, JUDGE("2")) "]", "0+ ready ", ""},
		{"[" ITEM(YES, JUDGE("0.5")) "]", "0- ready ", ""},
		{"[" ITEM(YES, ",\"tolerance\":true") "," ITEM(NO, ",\"tolerance\":true") "]",
			"0+ 1- ready ", ""},
		/* a probe that failed has the output null */
		{"[" ITEM(UNDER("\"x\"", ",\"value\":1"), ",\"tolerance\":true") "]", "0- ready ",
			""},
		{"[" ITEM(YES, ",\"tolerance\":{\"type\":\"regex\",\"pattern\":\"(\"}") "]",
			"0- ready ", "x"},
		{"[{\"ref\": \"nowhere\"}]", "0- ready ", "x"},
		{"[" ITEM("{\"type\":\"nonsense\"}", "") "]", "0- ready ", "x"},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct fixture *f = *state;

		assert_true(run(f, cases[i].probes));
		if (strcmp(pr_buf_str(&f->said), cases[i].said) != 0 ||
			!*f->problem != !*cases[i].problem)
			fail_msg("row %zu: %s, %s", i, pr_buf_str(&f->said), f->problem);
		teardown(state);
		setup(state);
	}
}

static void a_frequency_repeats_and_is_not_waited_for(void **state)
{
	struct fixture *f = *state;

	assert_false(run(f, "[" ITEM(YES, ",\"tolerance\":true,\"frequency\":2") "]"));
	run_for(f, INT64_C(5000000));
	assert_string_equal(pr_buf_str(&f->said), "0+ 0+ 0+ "); /* at 0, 2 and 4 s */
}

static void what_is_in_the_background_is_not_waited_for(void **state)
{
	struct fixture *f = *state;

	assert_true(run(f, "[" ITEM(PAUSE("3"), ",\"background\":true") "," ITEM(
				   YES, ",\"tolerance\":true") "]"));
	assert_string_equal(pr_buf_str(&f->said), "1+ ready ");
	run_for(f, INT64_C(4000000));
	assert_string_equal(pr_buf_str(&f->said), "1+ ready 0- ");
}

static void nothing_to_wait_for_is_never_ready(void **state)
{
	struct fixture *f = *state;

	assert_false(run(f, "[]"));
	run_for(f, 1000);
	assert_int_equal(f->said.len, 0);
}

static void a_guard_that_is_stopped_says_no_more(void **state)
{
	struct fixture *f = *state;

	f->left = 1;
	assert_true(run(f, "[" ITEM(YES, ",\"tolerance\":true") "," ITEM(PAUSE("3"), "") "]"));
	run_for(f, INT64_C(9000000));
	assert_string_equal(pr_buf_str(&f->said), "0+ ");
}

static void a_guard_that_is_stopped_repeats_nothing(void **state)
{
	struct fixture *f = *state;

	f->left = 1;
	assert_false(run(f, "[" ITEM(YES, ",\"tolerance\":true,\"frequency\":2") "]"));
	run_for(f, INT64_C(1000000));
	run_for(f, INT64_C(9000000));
	assert_string_equal(pr_buf_str(&f->said), "0+ ");
}

static void what_are_no_probes_is_refused(void **state)
{
	static const char *const cases[] = {"{}", "null", "\"x\"", "[5]", "[[]]",
		"[" ITEM(YES, ",\"frequency\":-1") "]",
		"[" ITEM(YES, ",\"frequency\":\"soon\"") "]",
		"[" ITEM(YES, ",\"frequency\":1e300") "]"};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		if (make(f, cases[i]) != PR_EINVAL)
			fail_msg("row %zu is taken", i);
		assert_null(f->guard);
		json_decref(f->probes);
		f->probes = NULL;
	}
	pr_guard_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_probe_is_judged_by_its_tolerance, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_frequency_repeats_and_is_not_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_in_the_background_is_not_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(
			nothing_to_wait_for_is_never_ready, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_guard_that_is_stopped_says_no_more, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_guard_that_is_stopped_repeats_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(what_are_no_probes_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
