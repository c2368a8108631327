#include "actions/result.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void fail_on_is_a_list_or_never(void **state)
{
	static const struct {
		const char *text;
		int fail_on; /* negative: refused */
	} rows[] = {
		{"deviation,error", PR_ACTIONS_DEVIATION | PR_ACTIONS_ERROR},
		{" Gate , ERROR ", PR_ACTIONS_GATE | PR_ACTIONS_ERROR},
		{"gate,gate", PR_ACTIONS_GATE},
		{"never", 0},
		{"never,gate", PR_EINVAL},
		{"deviations", PR_EINVAL},
		{"deviation,", PR_EINVAL},
		{"", PR_EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		unsigned fail_on = 0;
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_actions_read_fail_on("fail-on", rows[i].text, &fail_on, &err);

		assert_int_equal(rc ? rc : (int)fail_on, rows[i].fail_on);
		assert_int_equal(rc != 0, strncmp(err.msg, "fail-on", 7) == 0);
	}
}

/* {the journal, its exit code for each of the eight sets of bits} */
static void the_exit_code_is_decided_by_what_is_listed(void **state)
{
	static const struct {
		const char *journal; /* NULL: nothing ran */
		const char *outcome;
		int codes[8]; /* -, d, e, de, g, dg, eg, deg */
	} rows[] = {
		{NULL, "not completed", {0, 0, 2, 2, 0, 0, 2, 2}},
		{"{\"status\": \"completed\", \"deviated\": false}", "completed", {0}},
		{"{\"status\": \"completed\", \"deviated\": true}", "deviated",
			{0, 1, 0, 1, 0, 1, 0, 1}},
		{"{\"status\": \"interrupted\", \"deviated\": true}", "deviated",
			{0, 1, 0, 1, 0, 1, 0, 1}},
		{"{\"status\": \"interrupted\", \"deviated\": false}", "not completed",
			{0, 0, 2, 2, 0, 0, 2, 2}},
		{"{\"status\": \"completed\", \"deviated\": false, \"steady_states\": "
		 "{\"before\": {\"steady_state_met\": false}}}",
			"steady state not met, nothing was done", {0, 0, 0, 0, 1, 1, 1, 1}},
		{"{\"status\": \"completed\", \"deviated\": false, \"steady_states\": "
		 "{\"before\": {\"steady_state_met\": true}, \"after\": null}}",
			"completed", {0}},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *journal =
			rows[i].journal ? json_loads(rows[i].journal, 0, NULL) : NULL;
		struct pr_actions_result result;

		assert_true(journal || !rows[i].journal);
		pr_actions_read_result(journal, &result);
		assert_string_equal(pr_actions_outcome(&result), rows[i].outcome);
		for (unsigned fail_on = 0; fail_on < 8; fail_on++)
			assert_int_equal(
				pr_actions_exit_code(&result, fail_on), rows[i].codes[fail_on]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fail_on_is_a_list_or_never),
		cmocka_unit_test(the_exit_code_is_decided_by_what_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
