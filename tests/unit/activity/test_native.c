#include "activity/native.h"

#include "activity/pauses.h"
#include "activity/python.h"
#include "activity_fixture.h"

#define HTTP "chaosreliably.activities.http."
#define PAUSES "chaosreliably.activities.pauses"

static json_t *activity_of(const char *module, const char *func, const char *arguments)
{
	json_t *activity = json_pack("{s:s, s:s, s:{s:s, s:s, s:s}}", "name", "a", "type", "probe",
		"provider", "type", "python", "module", module, "func", func);

	assert_non_null(activity);
	if (arguments)
		assert_int_equal(json_object_set_new(json_object_get(activity, "provider"),
					 "arguments", json_loads(arguments, JSON_DECODE_ANY, NULL)),
			0);
	return activity;
}

static void validation_binds_the_arguments_to_the_signature(void **state)
{
	static const struct {
		const char *module, *func, *arguments;
		const char *first; /* NULL: nothing is found */
	} cases[] = {
		{PAUSES, "pause_execution", NULL, NULL},
		{PAUSES, "pause_execution", "{\"duration\": 5, \"username\": \"x\"}", NULL},
		{PAUSES, "pause", NULL,
			"The python module '" PAUSES
			"' does not expose a function called 'pause' in probe 'a'"},
		{PAUSES, "pause_execution", "{\"z\": 5}",
			"argument 'z' is not part of the function signature in activity "
			"'pause_execution'"},
		{PAUSES, "pause_execution", "[]", "the arguments of a Python activity"},
		{HTTP "probes", "measure_response_time", "{\"urls\": 1}",
			"required argument 'url' is missing from activity "
			"'measure_response_time'"},
		{HTTP "probes", "measure_response_time", "{\"url\": \"http://x\"}", NULL},
		{HTTP "tolerances", "response_time_must_be_under", "{\"latency\": 1}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
		json_auto_t *activity =
			activity_of(cases[i].module, cases[i].func, cases[i].arguments);

		pr_provider_python.validate(activity, NULL, &findings);
		assert_int_equal(findings.count > 0, cases[i].first != NULL);
		if (cases[i].first && !strstr(findings.items[0].text, cases[i].first))
			fail_msg("row %zu: %s", i, findings.items[0].text);
	}
}

/* Runs a call with an empty scope; the output is the caller's. */
static void run_call(const char *module, const char *func, const char *arguments,
	struct pr_pauses *pauses, struct ended *ended)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	struct pr_activity_env env = {.limits = &limits, .pauses = pauses};
	json_auto_t *activity = activity_of(module, func, arguments);

	assert_int_equal(pr_loop_new(NULL, &env.loop, NULL), 0);
	run_activity(&env, activity, ended);
	pr_loop_free(env.loop);
}

static void a_tolerance_judges_its_value(void **state)
{
	static const struct {
		const char *arguments;
		const char *output; /* NULL: it fails */
		const char *message;
	} cases[] = {
		{"{\"latency\": 0.5, \"value\": 0.5}", "true", ""},
		{"{\"latency\": 0.5, \"value\": 0.51}", "false", ""},
		{"{\"latency\": 1}", "true", ""},
		{"{\"latency\": true, \"value\": 1}", "true", ""},
		{"{\"latency\": 1, \"value\": \"x\"}", NULL, "of kind string cannot be compared"},
		{"{\"latency\": \"1\"}", NULL, "argument 'latency' of response_time_must_be_under"},
		{"{\"value\": 1}", NULL, "missing required argument: 'latency'"},
		{"{\"latency\": 1, \"z\": 1}", NULL, "unexpected keyword argument 'z'"},
		{"null", NULL, "must be a mapping"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct ended ended;
		json_auto_t *expected = NULL;

		run_call(HTTP "tolerances", "response_time_must_be_under", cases[i].arguments, NULL,
			&ended);
		if (cases[i].output)
			expected = json_loads(cases[i].output, JSON_DECODE_ANY, NULL);
		assert_int_equal(
			ended.kind, cases[i].output ? PR_OUTCOME_SUCCEEDED : PR_OUTCOME_FAILED);
		assert_ptr_equal(ended.output, expected);
		if (!strstr(ended.message, cases[i].message))
			fail_msg("row %zu: %s", i, ended.message);
		json_decref(ended.output);
	}
}

static void a_pause_ends_with_its_time(void **state)
{
	static const char *const durations[] = {
		"{\"duration\": 0.01}", "{\"duration\": -5}", "{\"duration\": 1e-3}"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(durations); i++) {
		struct pr_pauses pauses = {0};
		struct ended ended;

		run_call(PAUSES, "pause_execution", durations[i], &pauses, &ended);
		assert_int_equal(ended.kind, PR_OUTCOME_SUCCEEDED);
		assert_true(json_is_null(ended.output));
		assert_null(pauses.first);
	}
}

static void text_is_no_duration(void **state)
{
	struct ended ended;

	(void)state;
	run_call(PAUSES, "pause_execution", "{\"duration\": \"5\"}", NULL, &ended);
	assert_int_equal(ended.kind, PR_OUTCOME_FAILED);
	assert_non_null(strstr(ended.message, "TypeError"));
}

static void resume(void *arg)
{
	pr_pauses_resume(arg);
}

/* Of the ways to say "no end": the user's order is the only one. */
static void a_pause_without_duration_ends_when_it_is_resumed(void **state)
{
	static const char *const durations[] = {NULL, "{}", "{\"duration\": 0}",
		"{\"duration\": \"\"}", "{\"duration\": null}", "{\"duration\": 3600}"};
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;

	(void)state;
	for (size_t i = 0; i < PR_LEN(durations); i++) {
		struct pr_pauses pauses = {0};
		struct pr_activity_env env = {.limits = &limits, .pauses = &pauses};
		json_auto_t *activity = activity_of(PAUSES, "pause_execution", durations[i]);
		struct pr_timer user = {0};
		struct ended ended;

		assert_int_equal(pr_loop_new(NULL, &env.loop, NULL), 0);
		assert_int_equal(pr_timer_start(env.loop, &user, 10000, resume, &pauses), 0);
		run_activity(&env, activity, &ended);
		pr_loop_free(env.loop);
		assert_int_equal(ended.kind, PR_OUTCOME_SUCCEEDED);
		assert_true(json_is_null(ended.output));
	}
}

static void a_pause_that_is_ended_waits_no_longer(void **state)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	struct pr_pauses pauses = {0};
	struct pr_activity_env env = {.limits = &limits, .pauses = &pauses};
	json_auto_t *activity = activity_of(PAUSES, "pause_execution", "{\"duration\": 60}");
	struct pr_activity_call *call = NULL;
	struct ended ended = {0};

	(void)state;
	assert_int_equal(pr_loop_new(NULL, &env.loop, NULL), 0);
	assert_int_equal(pr_activity_start(&env, activity, note_end, &ended, &call, NULL), 0);
	assert_non_null(pauses.first);
	pr_activity_release(call);
	assert_null(pauses.first);
	pr_pauses_resume(&pauses);
	assert_int_equal(ended.calls, 0);
	pr_loop_free(env.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validation_binds_the_arguments_to_the_signature),
		cmocka_unit_test(a_tolerance_judges_its_value),
		cmocka_unit_test(a_pause_ends_with_its_time),
		cmocka_unit_test(text_is_no_duration),
		cmocka_unit_test(a_pause_without_duration_ends_when_it_is_resumed),
		cmocka_unit_test(a_pause_that_is_ended_waits_no_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
