#include "experiment/validate.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The recorded experiments are in tests/unit/activity/test_registry.c, where there are providers.
 */

static void note_provider(void *arg, const json_t *activity, const struct pr_place *place,
	struct pr_findings *findings)
{
	assert_non_null(json_object_get(json_object_get(activity, "provider"), "type"));
	pr_findings_add(findings, PR_FINDING_WARNING, place, "provider");
	++*(int *)arg;
}

static void judge(const char *text, struct pr_findings *findings, int *providers)
{
	const struct pr_provider_rules rules = {.check = note_provider, .arg = providers};
	json_auto_t *document = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(document);
	*providers = 0;
	assert_int_equal(pr_validate(document, &rules, findings, NULL), 0);
}

static void what_is_no_mapping_has_one_error(void **state)
{
	static const char *const documents[] = {"null", "{}", "[]", "\"\"", "5", "[1]", "true"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(documents); i++) {
		PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
		int providers;

		judge(documents[i], &findings, &providers);
		assert_int_equal(findings.count, 1);
		assert_int_equal(pr_findings_errors(&findings), 1);
		assert_string_equal(findings.items[0].place, "");
	}
}

static void every_problem_is_found_with_its_place_in_the_order_of_the_reference(void **state)
{
	static const char *const places[] = {"title", "description", "method[0]", "method[1]"};
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
	size_t next = 0;
	int providers;

	(void)state;
	judge("{\"method\": [5, {\"type\": \"x\", \"name\": \"\", \"provider\": {\"type\": "
	      "\"p\"}}]}",
		&findings, &providers);
	for (size_t i = 0; i < findings.count && next < PR_LEN(places); i++)
		if (strncmp(findings.items[i].place, places[next], strlen(places[next])) == 0 ||
			strstr(findings.items[i].text, places[next]))
			next++;
	if (next != PR_LEN(places))
		fail_msg("nothing about %s in its turn", places[next]);
}

static void providers_are_asked_for_each_activity_wherever_it_is(void **state)
{
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
	int providers;

	(void)state;
	judge("{\"title\": \"t\", \"description\": \"d\", \"steady-state-hypothesis\": {\"title\": "
	      "\"h\", \"probes\": [{\"type\": \"probe\", \"name\": \"a\", \"tolerance\": "
	      "{\"type\": "
	      "\"probe\", \"name\": \"b\", \"provider\": {\"type\": \"x\"}}, \"provider\": "
	      "{\"type\": \"x\"}}]}, \"method\": [{\"type\": \"action\", \"name\": \"c\", "
	      "\"provider\": {\"type\": \"x\"}}, {\"ref\": \"a\"}], \"rollbacks\": [{\"type\": "
	      "\"action\", \"name\": \"d\", \"provider\": {\"type\": \"x\"}}]}",
		&findings, &providers);
	assert_int_equal(pr_findings_errors(&findings), 0);
	assert_int_equal(providers, 4);
}

static void deep_and_odd_documents_are_survived(void **state)
{
	static const struct {
		const char *text;
	} documents[] = {
		{"{\"title\": [], \"description\": {}, \"tags\": 5, \"extensions\": 5, "
		 "\"configuration\": 5, \"secrets\": [], \"steady-state-hypothesis\": 5, "
		 "\"method\": {}, \"rollbacks\": 5, \"controls\": 5}"},
		{"{\"title\": \"t\", \"description\": \"d\", \"method\": [[], null, {}, "
		 "{\"ref\": {}}, {\"type\": [], \"name\": {}, \"provider\": []}]}"},
		{"{\"title\": \"t\", \"description\": \"d\", \"method\": null}"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(documents); i++) {
		PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
		int providers;

		judge(documents[i].text, &findings, &providers);
		assert_true(pr_findings_errors(&findings) > 0);
		for (size_t k = 0; k < findings.count; k++)
			assert_true(findings.items[k].text[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_mapping_has_one_error),
		cmocka_unit_test(
			every_problem_is_found_with_its_place_in_the_order_of_the_reference),
		cmocka_unit_test(providers_are_asked_for_each_activity_wherever_it_is),
		cmocka_unit_test(deep_and_odd_documents_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
