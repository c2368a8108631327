#include "experiment/strategy.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RUNTIME(hypothesis, rollbacks)                                                       \
	"{\"runtime\": {\"hypothesis\": {\"strategy\": \"" hypothesis "\"}, \"rollbacks\": " \
	"{\"strategy\": \"" rollbacks "\"}}}"

static int decide(const char *document, const char *settings, const struct pr_strategy_flags *flags,
	struct pr_strategies *strategies, struct pr_err *err)
{
	json_auto_t *own = json_loads(document, 0, NULL);
	json_auto_t *common = json_loads(settings, 0, NULL);

	assert_true(own && common);
	return pr_strategies_decide(own, common, flags, strategies, err);
}

static void the_nearest_word_decides(void **state)
{
	static const struct {
		const char *document;
		const char *settings;
		struct pr_strategy_flags flags;
		enum pr_hypothesis_strategy hypothesis;
		enum pr_rollback_strategy rollbacks;
		enum pr_dry dry;
	} cases[] = {
		{"{}", "{}", {0}, PR_HYPOTHESIS_DEFAULT, PR_ROLLBACK_DEFAULT, PR_DRY_NONE},
		{"{}", "{}", {.fallback_rollbacks = "always"}, PR_HYPOTHESIS_DEFAULT,
			PR_ROLLBACK_ALWAYS, PR_DRY_NONE},
		{"{}", RUNTIME("skip", "never"), {.fallback_rollbacks = "always"},
			PR_HYPOTHESIS_SKIP, PR_ROLLBACK_NEVER, PR_DRY_NONE},
		{RUNTIME("after-method-only", "deviated"), RUNTIME("skip", "never"), {0},
			PR_HYPOTHESIS_AFTER_METHOD_ONLY, PR_ROLLBACK_DEVIATED, PR_DRY_NONE},
		{"{\"runtime\": {\"hypothesis\": {\"strategy\": \"skip\"}}}",
			RUNTIME("default", "never"), {0}, PR_HYPOTHESIS_SKIP, PR_ROLLBACK_DEFAULT,
			PR_DRY_NONE},
		{"{\"runtime\": {}}", RUNTIME("skip", "never"), {0}, PR_HYPOTHESIS_SKIP,
			PR_ROLLBACK_NEVER, PR_DRY_NONE},
		{RUNTIME("skip", "deviated"), "{}",
			{.hypothesis = "before-method-only", .rollbacks = "always", .dry = "pause"},
			PR_HYPOTHESIS_BEFORE_METHOD_ONLY, PR_ROLLBACK_ALWAYS, PR_DRY_PAUSE},
		{"{}", "{}", {.hypothesis = "continuously", .dry = "probes"},
			PR_HYPOTHESIS_CONTINUOUSLY, PR_ROLLBACK_DEFAULT, PR_DRY_PROBES},
		{"{}", "{}", {.hypothesis = "continously", .dry = "actions"},
			PR_HYPOTHESIS_CONTINUOUSLY, PR_ROLLBACK_DEFAULT, PR_DRY_ACTIONS},
		{"{}", "{}", {.hypothesis = "during-method-only", .dry = "activities"},
			PR_HYPOTHESIS_DURING_METHOD_ONLY, PR_ROLLBACK_DEFAULT, PR_DRY_ACTIVITIES},
		{RUNTIME("default", "sometimes"), "{}", {0}, PR_HYPOTHESIS_DEFAULT,
			PR_ROLLBACK_NEVER, PR_DRY_NONE},
		{"{\"runtime\": {\"rollbacks\": {\"strategy\": null}}}", "{}", {0},
			PR_HYPOTHESIS_DEFAULT, PR_ROLLBACK_NEVER, PR_DRY_NONE},
		{"{\"runtime\": {\"rollbacks\": {\"strategy\": 5}}}", "{}", {.rollbacks = "always"},
			PR_HYPOTHESIS_DEFAULT, PR_ROLLBACK_ALWAYS, PR_DRY_NONE},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_strategies s = {.frequency = 1.5, .fail_fast = true};
		struct pr_err err = PR_ERR_INIT;
		int rc = decide(cases[i].document, cases[i].settings, &cases[i].flags, &s, &err);

		if (rc || s.hypothesis != cases[i].hypothesis ||
			s.rollbacks != cases[i].rollbacks || s.dry != cases[i].dry)
			fail_msg("row %zu: %d %d %d %s", i, (int)s.hypothesis, (int)s.rollbacks,
				(int)s.dry, err.msg);
		assert_true(s.frequency > 1.4 && s.fail_fast);
	}
}

static void unknown_names_are_refused_with_those_that_exist(void **state)
{
	static const struct {
		const char *document;
		struct pr_strategy_flags flags;
		const char *text;
	} cases[] = {
		{"{}", {.hypothesis = "x"}, "continuously, skip"},
		{RUNTIME("x", "default"), {0}, "'x'"},
		{"{}", {.rollbacks = "sometimes"}, "default, always, never, deviated"},
		{"{}", {.dry = "all"}, "probes, actions, activities, pause"},
		{"{}", {.dry = ""}, "dry mode"},
		{"{\"runtime\": \"skip\"}", {0}, "`runtime` must be a mapping, not string"},
		{"{\"runtime\": {\"rollbacks\": null}}", {.rollbacks = "never"},
			"`rollbacks` must be a mapping, not null"},
		{"{\"runtime\": {\"hypothesis\": {\"strategy\": null}}}", {0}, "'null'"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_strategies s = {.hypothesis = PR_HYPOTHESIS_SKIP};
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(
			decide(cases[i].document, "{}", &cases[i].flags, &s, &err), PR_EINVAL);
		if (!strstr(err.msg, cases[i].text))
			fail_msg("row %zu: %s", i, err.msg);
		assert_int_equal(s.hypothesis, PR_HYPOTHESIS_SKIP);
	}
}

static void names_are_those_of_the_log(void **state)
{
	(void)state;
	assert_string_equal(pr_hypothesis_strategy_name(PR_HYPOTHESIS_CONTINUOUSLY), "continuous");
	assert_string_equal(pr_hypothesis_strategy_name(PR_HYPOTHESIS_SKIP), "skip");
	assert_string_equal(pr_rollback_strategy_name(PR_ROLLBACK_DEVIATED), "deviated");
	assert_string_equal(pr_dry_name(PR_DRY_PAUSE), "pause");
	assert_string_equal(pr_dry_name(PR_DRY_PROBES), "probes");
	assert_null(pr_dry_name(PR_DRY_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_word_decides),
		cmocka_unit_test(unknown_names_are_refused_with_those_that_exist),
		cmocka_unit_test(names_are_those_of_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
