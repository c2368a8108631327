#include "activity/python.h"

#include "activity_fixture.h"

static void validation_says_what_is_missing_and_that_there_is_no_interpreter(void **state)
{
	static const struct {
		const char *provider;
		size_t count;
		const char *first;
	} cases[] = {
		{"{\"type\": \"python\"}", 2, "a Python activity must have a module path"},
		{"{\"type\": \"python\", \"module\": \"\", \"func\": \"f\"}", 1,
			"a Python activity must have a module path"},
		{"{\"type\": \"python\", \"module\": \"m\", \"func\": null}", 1,
			"a Python activity must have a function name"},
		{"{\"type\": \"python\", \"module\": \"m.n\", \"func\": \"f\"}", 1,
			"activity 'a' calls m.n.f, but this build has no Python interpreter"},
		{"{\"type\": \"python\", \"module\": 5, \"func\": [1]}", 1,
			"this build has no Python interpreter"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
		json_auto_t *activity = json_pack("{s:s, s:o}", "name", "a", "provider",
			json_loads(cases[i].provider, 0, NULL));

		pr_provider_python.validate(activity, NULL, &findings);
		assert_int_equal(pr_findings_errors(&findings), cases[i].count);
		if (!strstr(findings.items[0].text, cases[i].first))
			fail_msg("row %zu: %s", i, findings.items[0].text);
	}
}

static void a_call_crashes_with_the_same_reason(void **state)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	struct pr_activity_env env = {.limits = &limits};
	json_auto_t *activity = json_pack("{s:{s:s, s:s, s:s}}", "provider", "type", "python",
		"module", "os", "func", "getcwd");
	struct ended ended;

	(void)state;
	assert_int_equal(pr_loop_new(NULL, &env.loop, NULL), 0);
	run_activity(&env, activity, &ended);
	pr_loop_free(env.loop);
	assert_int_equal(ended.kind, PR_OUTCOME_CRASHED);
	assert_null(ended.output);
	assert_string_equal(ended.message, "this build has no Python interpreter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validation_says_what_is_missing_and_that_there_is_no_interpreter),
		cmocka_unit_test(a_call_crashes_with_the_same_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
