#include "actions/inputs.h"

#include "base/env.h"
#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A process has one environment: each test begins with none of these. */
static int clear(void **state)
{
	static const char *const names[] = {"INPUT_PLAN-ID", "INPUT_PLAN_ID", "INPUT_SERVICE-HOST",
		"INPUT_RELIABLY-HOST", "INPUT_ORGANIZATION-ID", "INPUT_ORG_ID", "INPUT_TOKEN",
		"INPUT_RELIABLY-SERVICE-TOKEN", "INPUT_FAIL-ON", "INPUT_GITHUB-TOKEN",
		"INPUT_DEPENDENCIES", "INPUT_PYTHON_VERSION", "RELIABLY_SERVICE_HOST",
		"RELIABLY_ORGANIZATION_ID", "RELIABLY_SERVICE_TOKEN", "RELIABLY_SERVICE_TOKEN_FILE",
		"GITHUB_TOKEN"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(names); i++)
		assert_int_equal(pr_env_unset(names[i], NULL), 0);
	return 0;
}

static void set(const char *name, const char *value)
{
	assert_int_equal(pr_env_set(name, value, NULL), 0);
}

static void read_inputs(struct pr_actions_inputs *inputs)
{
	struct pr_err err = PR_ERR_INIT;

	if (pr_actions_inputs_read(inputs, &err))
		fail_msg("%s", err.msg);
}

static void names_are_taken_in_every_spelling(void **state)
{
	static const struct {
		const char *variable;
		enum pr_actions_input input;
	} rows[] = {
		{"INPUT_PLAN-ID", PR_INPUT_PLAN_ID},
		{"INPUT_PLAN_ID", PR_INPUT_PLAN_ID},
		{"INPUT_SERVICE-HOST", PR_INPUT_SERVICE_HOST},
		{"INPUT_RELIABLY-HOST", PR_INPUT_SERVICE_HOST},
		{"INPUT_ORG_ID", PR_INPUT_ORGANIZATION_ID},
		{"INPUT_RELIABLY-SERVICE-TOKEN", PR_INPUT_TOKEN},
		{"INPUT_FAIL-ON", PR_INPUT_FAIL_ON},
	};

	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_actions_inputs inputs;

		clear(state);
		set(rows[i].variable, " \tvalue\n");
		read_inputs(&inputs);
		assert_string_equal(inputs.values[rows[i].input], "value");
		pr_actions_inputs_release(&inputs);
	}
}

static void an_empty_input_is_not_given(void **state)
{
	struct pr_actions_inputs inputs;

	(void)state;
	set("INPUT_SERVICE-HOST", "");
	set("INPUT_RELIABLY-HOST", "there");
	set("INPUT_FAIL-ON", "  ");
	read_inputs(&inputs);
	assert_string_equal(inputs.values[PR_INPUT_SERVICE_HOST], "there");
	assert_null(inputs.values[PR_INPUT_FAIL_ON]);
	pr_actions_inputs_release(&inputs);
}

static void our_name_wins_over_upstreams(void **state)
{
	struct pr_actions_inputs inputs;

	(void)state;
	set("INPUT_RELIABLY-HOST", "theirs");
	set("INPUT_SERVICE-HOST", "ours");
	read_inputs(&inputs);
	assert_string_equal(inputs.values[PR_INPUT_SERVICE_HOST], "ours");
	pr_actions_inputs_release(&inputs);
}

static void missing_inputs_are_named(void **state)
{
	struct pr_actions_inputs inputs;
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	set("RELIABLY_SERVICE_HOST", "http://there");
	set("RELIABLY_SERVICE_TOKEN", "");
	read_inputs(&inputs);
	assert_int_equal(pr_actions_inputs_require(&inputs, false, &err), PR_EINVAL);
	assert_string_equal(err.msg,
		"inputs are missing: plan-id, organization-id, token (give them under `with:`)");
	pr_err_clear(&err);
	assert_int_equal(pr_actions_inputs_require(&inputs, true, &err), PR_EINVAL);
	assert_string_equal(err.msg, "an input is missing: plan-id (give it under `with:`)");
	pr_actions_inputs_release(&inputs);
}

static void the_environment_stands_in(void **state)
{
	struct pr_actions_inputs inputs;

	(void)state;
	set("INPUT_PLAN-ID", "p");
	set("RELIABLY_SERVICE_HOST", "http://there");
	set("RELIABLY_ORGANIZATION_ID", "o");
	set("RELIABLY_SERVICE_TOKEN_FILE", "/run/token");
	read_inputs(&inputs);
	assert_int_equal(pr_actions_inputs_require(&inputs, false, NULL), 0);
	pr_actions_inputs_release(&inputs);
}

static void inputs_become_variables(void **state)
{
	struct pr_actions_inputs inputs;

	(void)state;
	set("INPUT_RELIABLY-HOST", "app.example.com");
	set("INPUT_ORG_ID", "org");
	set("INPUT_TOKEN", "canary-token");
	set("INPUT_GITHUB-TOKEN", "canary-github");
	set("RELIABLY_SERVICE_TOKEN", "another");
	read_inputs(&inputs);
	assert_null(pr_env_get("INPUT_TOKEN"));
	assert_null(pr_env_get("INPUT_GITHUB-TOKEN"));
	assert_int_equal(pr_actions_inputs_export(&inputs, NULL), 0);
	pr_actions_inputs_release(&inputs);
	assert_string_equal(pr_env_get("RELIABLY_SERVICE_HOST"), "https://app.example.com");
	assert_string_equal(pr_env_get("RELIABLY_ORGANIZATION_ID"), "org");
	assert_string_equal(pr_env_get("RELIABLY_SERVICE_TOKEN"), "canary-token");
	assert_string_equal(pr_env_get("GITHUB_TOKEN"), "canary-github");
	assert_true(pr_redact_found("canary-token", 12));
	assert_true(pr_redact_found("canary-github", 13));
	pr_redact_forget();
}

static void what_has_no_effect_is_told(void **state)
{
	(void)state;
	assert_null(pr_actions_inputs_ignored(0));
	set("INPUT_DEPENDENCIES", "x");
	assert_string_equal(pr_actions_inputs_ignored(0), "dependencies");
	assert_null(pr_actions_inputs_ignored(1));
	set("INPUT_PYTHON_VERSION", "3.12");
	assert_string_equal(pr_actions_inputs_ignored(0), "python-version");
	assert_string_equal(pr_actions_inputs_ignored(1), "dependencies");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names_are_taken_in_every_spelling, clear),
		cmocka_unit_test_setup(an_empty_input_is_not_given, clear),
		cmocka_unit_test_setup(our_name_wins_over_upstreams, clear),
		cmocka_unit_test_setup(missing_inputs_are_named, clear),
		cmocka_unit_test_setup(the_environment_stands_in, clear),
		cmocka_unit_test_setup(inputs_become_variables, clear),
		cmocka_unit_test_setup(what_has_no_effect_is_told, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
