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
		"INPUT_DEPENDENCIES", "INPUT_PYTHON-VERSION", "INPUT_COMMIT_RESULTS",
		"RELIABLY_SERVICE_HOST", "RELIABLY_ORGANIZATION_ID", "RELIABLY_SERVICE_TOKEN",
		"RELIABLY_SERVICE_TOKEN_FILE", "GITHUB_TOKEN"};

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

static void two_names_of_one_input_must_agree(void **state)
{
	struct pr_actions_inputs inputs;
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	set("INPUT_RELIABLY-HOST", "there ");
	set("INPUT_SERVICE-HOST", "there");
	set("INPUT_TOKEN", "canary-one");
	read_inputs(&inputs);
	assert_int_equal(pr_actions_inputs_check(&inputs, &err), 0);
	pr_actions_inputs_release(&inputs);
	set("INPUT_TOKEN", "canary-one");
	set("INPUT_RELIABLY-SERVICE-TOKEN", "canary-two");
	read_inputs(&inputs);
	assert_string_equal(inputs.values[PR_INPUT_TOKEN], "canary-one");
	assert_string_equal(inputs.others[PR_INPUT_TOKEN], "canary-two");
	assert_int_equal(pr_actions_inputs_check(&inputs, &err), PR_EINVAL);
	assert_string_equal(err.msg,
		"the inputs token and reliably-service-token are one thing and have different "
		"values: give one of them");
	pr_actions_inputs_release(&inputs);
}

static void inputs_are_named_as_they_were_written(void **state)
{
	struct pr_actions_inputs inputs;
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	set("INPUT_ORG_ID", "o");
	set("INPUT_SERVICE-HOST", "h");
	read_inputs(&inputs);
	assert_string_equal(pr_actions_inputs_name(&inputs, PR_INPUT_ORGANIZATION_ID), "org-id");
	assert_string_equal(pr_actions_inputs_name(&inputs, PR_INPUT_SERVICE_HOST), "service-host");
	assert_string_equal(pr_actions_inputs_name(&inputs, PR_INPUT_TOKEN), "token");
	assert_int_equal(pr_actions_inputs_require(&inputs, false, &err), PR_EINVAL);
	assert_string_equal(err.msg,
		"inputs are missing: plan-id, reliably-service-token (give them under `with:`)");
	pr_actions_inputs_release(&inputs);
}

static void switches_are_words(void **state)
{
	static const struct {
		const char *text;
		bool fallback;
		int on; /* -1: refused */
	} rows[] = {{"", true, 1}, {"", false, 0}, {"on", false, 1}, {"off", true, 0},
		{"True", false, 1}, {"FALSE", true, 0}, {" yes\n", false, 1}, {"no", true, 0},
		{"1", true, -1}, {"onn", true, -1}, {"on, off", true, -1}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_actions_inputs inputs;
		struct pr_err err = PR_ERR_INIT;
		bool on = false;
		int rc;

		set("INPUT_COMMIT_RESULTS", rows[i].text);
		read_inputs(&inputs);
		rc = pr_actions_inputs_switch(
			&inputs, PR_INPUT_COMMIT_RESULTS, rows[i].fallback, &on, &err);
		assert_int_equal(rc ? -1 : on, rows[i].on);
		if (rc)
			assert_non_null(strstr(err.msg, "the input commit-results is '"));
		if (rc)
			assert_non_null(strstr(err.msg, rows[i].text));
		pr_actions_inputs_release(&inputs);
	}
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

static void python_is_elsewhere(void **state)
{
	static const struct {
		const char *version;
		const char *dependencies;
		const char *named; /* NULL: fine */
	} rows[] = {{"", " ", NULL}, {"3.12", "", "for python-version: use "},
		{"", "a", "for dependencies: use "},
		{"3.12", "a", "for python-version and dependencies: use "}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_actions_inputs inputs;
		struct pr_err err = PR_ERR_INIT;

		set("INPUT_PYTHON-VERSION", rows[i].version);
		set("INPUT_DEPENDENCIES", rows[i].dependencies);
		read_inputs(&inputs);
		assert_int_equal(pr_actions_inputs_refuse_python(&inputs, &err),
			rows[i].named ? PR_EINVAL : 0);
		if (rows[i].named)
			assert_non_null(strstr(err.msg, rows[i].named));
		if (rows[i].named)
			assert_non_null(strstr(err.msg, "/python@v" PR_VERSION " "));
		pr_actions_inputs_release(&inputs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names_are_taken_in_every_spelling, clear),
		cmocka_unit_test_setup(an_empty_input_is_not_given, clear),
		cmocka_unit_test_setup(two_names_of_one_input_must_agree, clear),
		cmocka_unit_test_setup(inputs_are_named_as_they_were_written, clear),
		cmocka_unit_test_setup(switches_are_words, clear),
		cmocka_unit_test_setup(missing_inputs_are_named, clear),
		cmocka_unit_test_setup(the_environment_stands_in, clear),
		cmocka_unit_test_setup(inputs_become_variables, clear),
		cmocka_unit_test_setup(python_is_elsewhere, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
