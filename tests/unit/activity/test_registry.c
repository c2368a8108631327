#include "activity/provider.h"

#include "base/compiler.h"
#include "base/text.h"
#include "codec/json.h"

#include "../table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ROWS 131
#define PYTHON_ROWS 9 /* rows that the reference decides by importing the module */

static bool has_python_function(const json_t *experiment)
{
	const json_t *item;
	size_t i;

	json_array_foreach (json_object_get(experiment, "method"), i, item) {
		const json_t *provider = json_object_get(item, "provider");

		if (pr_text_eq(pr_json_str(provider, "type"), "python") &&
			json_object_get(provider, "module") && json_object_get(provider, "func"))
			return true;
	}
	return false;
}

/* Without an interpreter any call of a Python function is refused, whatever is wrong with it. */
static bool refuses_python(const struct pr_findings *findings)
{
	const struct pr_finding *first = pr_findings_first_error(findings);

	return first && strstr(first->text, "this build has no Python interpreter") &&
	       strcmp(first->place, "method[0].provider") == 0;
}

static int check_row(const json_t *row, void *arg)
{
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
	const json_t *experiment = json_object_get(row, "experiment");
	const json_t *expect = json_object_get(row, "expect");
	const char *text = pr_json_str(expect, "text");
	const struct pr_finding *first;
	int *python = arg;

	if (pr_validate(experiment, pr_provider_rules(), &findings, NULL))
		return 0;
	if (has_python_function(experiment)) {
		++*python;
		return refuses_python(&findings);
	}
	first = pr_findings_first_error(&findings);
	if (json_object_get(expect, "ok"))
		return !first;
	if (first && text && strcmp(first->text, text) != 0)
		fprintf(stderr, "says: %s\n", first->text);
	return first && first->text[0] && (!text || strcmp(first->text, text) == 0);
}

static void recorded_experiments_are_judged_as_recorded(void **state)
{
	int python = 0;

	(void)state;
	assert_int_equal(table_check("validate", check_row, &python), ROWS);
	assert_int_equal(python, PYTHON_ROWS);
}

static void providers_are_found_by_the_exact_name_of_their_type(void **state)
{
	static const char *const types[] = {"process", "http", "python"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(types); i++)
		assert_string_equal(pr_provider_find(types[i])->type, types[i]);
	assert_null(pr_provider_find("Process"));
	assert_null(pr_provider_find(""));
	assert_null(pr_provider_find(NULL));
}

static void note_crash(void *arg, const struct pr_outcome *outcome)
{
	assert_int_equal(outcome->kind, PR_OUTCOME_CRASHED);
	assert_null(outcome->output);
	assert_non_null(outcome->message);
	pr_loop_stop(arg);
}

static void what_cannot_be_run_crashes_in_the_callback(void **state)
{
	static const char *const activities[] = {"{}", "{\"provider\": 5}",
		"{\"provider\": {\"type\": \"ssh\"}}", "{\"provider\": {\"type\": 5}}",
		"{\"provider\": {\"type\": \"python\", \"module\": \"os\", \"func\": \"getcwd\"}}"};
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	struct pr_activity_env env = {.limits = &limits};

	(void)state;
	assert_int_equal(pr_loop_new(NULL, &env.loop, NULL), 0);
	for (size_t i = 0; i < PR_LEN(activities); i++) {
		json_auto_t *activity = json_loads(activities[i], 0, NULL);
		struct pr_activity_call *call = NULL;

		assert_non_null(activity);
		assert_int_equal(
			pr_activity_start(&env, activity, note_crash, env.loop, &call, NULL), 0);
		assert_int_equal(pr_loop_run(env.loop, NULL), 0);
		pr_activity_release(call);
	}
	pr_activity_release(NULL);
	pr_loop_free(env.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_experiments_are_judged_as_recorded),
		cmocka_unit_test(providers_are_found_by_the_exact_name_of_their_type),
		cmocka_unit_test(what_cannot_be_run_crashes_in_the_callback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
