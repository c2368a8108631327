#include "experiment/findings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_place_is_written_from_the_outside_inwards(void **state)
{
	const struct pr_place method = {.key = "method"};
	const struct pr_place third = {.outer = &method, .index = 2};
	const struct pr_place provider = {.outer = &third, .key = "provider"};
	const struct pr_place path = {.outer = &provider, .key = "path"};
	const struct {
		const struct pr_place *place;
		const char *text;
	} cases[] = {{NULL, ""}, {&method, "method"}, {&third, "method[2]"},
		{&path, "method[2].provider.path"}};
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		pr_findings_add(&findings, PR_FINDING_ERROR, cases[i].place, "%s %d", "text", 5);
		assert_string_equal(findings.items[i].place, cases[i].text);
		assert_string_equal(findings.items[i].text, "text 5");
	}
}

static void errors_are_counted_and_warnings_are_passed_over(void **state)
{
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;

	(void)state;
	assert_null(pr_findings_first_error(&findings));
	pr_findings_add(&findings, PR_FINDING_WARNING, NULL, "w");
	assert_null(pr_findings_first_error(&findings));
	pr_findings_add(&findings, PR_FINDING_ERROR, NULL, "a");
	pr_findings_add(&findings, PR_FINDING_ERROR, NULL, "b");
	assert_int_equal(pr_findings_errors(&findings), 2);
	assert_string_equal(pr_findings_first_error(&findings)->text, "a");
}

static void no_more_than_a_thousand_are_kept(void **state)
{
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;

	(void)state;
	for (int i = 0; i < 1500; i++)
		pr_findings_add(&findings, PR_FINDING_ERROR, NULL, "%d", i);
	assert_int_equal(findings.count, 1000);
	assert_string_equal(findings.items[999].text, "999");
	assert_false(findings.out_of_memory);
	pr_findings_release(&findings);
	assert_int_equal(findings.count, 0);
	pr_findings_add(&findings, PR_FINDING_ERROR, NULL, "again");
	assert_int_equal(findings.count, 1);
}

static void a_place_longer_than_can_be_told_does_not_lose_the_finding(void **state)
{
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
	char key[5000];
	const struct pr_place place = {.key = key};

	(void)state;
	memset(key, 'k', sizeof key);
	key[sizeof key - 1] = '\0';
	pr_findings_add(&findings, PR_FINDING_ERROR, &place, "x");
	assert_int_equal(pr_findings_errors(&findings), 1);
	assert_false(findings.out_of_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_written_from_the_outside_inwards),
		cmocka_unit_test(errors_are_counted_and_warnings_are_passed_over),
		cmocka_unit_test(no_more_than_a_thousand_are_kept),
		cmocka_unit_test(a_place_longer_than_can_be_told_does_not_lose_the_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
