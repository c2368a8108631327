#include "experiment/activities.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char text[] =
	"{\"steady-state-hypothesis\": {\"probes\": ["
	"{\"name\": \"p\", \"n\": 1}, {\"name\": \"both\", \"n\": 2}, {\"name\": \"p\", \"n\": "
	"3}]}, "
	"\"method\": [{\"name\": \"both\", \"n\": 4}, {\"name\": \"m\", \"n\": 5}, "
	"{\"name\": \"m\", \"n\": 6}, {\"ref\": \"m\"}], "
	"\"rollbacks\": [{\"name\": \"r\", \"n\": 7}]}";

static void references_find_the_last_of_a_name_in_the_hypothesis_then_in_the_method(void **state)
{
	static const struct {
		const char *item;
		int n; /* 0: none, -1: the item itself */
	} cases[] = {
		{"{\"ref\": \"p\"}", 3},
		{"{\"ref\": \"both\"}", 2},
		{"{\"ref\": \"m\"}", 6},
		{"{\"ref\": \"r\"}", 0},
		{"{\"ref\": \"nobody\"}", 0},
		{"{\"ref\": 5}", 0},
		{"{\"ref\": \"\", \"name\": \"x\"}", -1},
		{"{\"ref\": null}", -1},
		{"{\"name\": \"m\"}", -1},
	};
	json_auto_t *document = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(document);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *item = json_loads(cases[i].item, 0, NULL);
		const json_t *found = pr_activity_resolve(document, item);

		assert_int_equal(found == item, cases[i].n < 0);
		assert_int_equal(found == NULL, cases[i].n == 0);
		if (cases[i].n > 0)
			assert_int_equal(
				json_integer_value(json_object_get(found, "n")), cases[i].n);
	}
}

static void sections_of_other_kinds_are_as_absent(void **state)
{
	static const char *const documents[] = {"{}",
		"{\"steady-state-hypothesis\": null, \"method\": null, \"rollbacks\": {}}",
		"{\"steady-state-hypothesis\": {\"probes\": {}}, \"method\": \"x\"}",
		"{\"steady-state-hypothesis\": [], \"rollbacks\": 5}", "[]"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(documents); i++) {
		json_auto_t *document = json_loads(documents[i], 0, NULL);

		assert_null(pr_document_probes(document));
		assert_null(pr_document_method(document));
		assert_null(pr_document_rollbacks(document));
		assert_false(pr_document_has_hypothesis(document));
	}
}

static void activities_tell_their_name_and_kind(void **state)
{
	json_auto_t *document = json_loads(text, 0, NULL);
	json_auto_t *probe = json_pack("{s:s, s:s}", "type", "probe", "name", "a");
	json_auto_t *odd = json_pack("{s:s, s:i}", "type", "Probe", "name", 5);

	(void)state;
	assert_true(pr_document_has_hypothesis(document));
	assert_int_equal(json_array_size(pr_document_method(document)), 4);
	assert_int_equal(json_array_size(pr_document_rollbacks(document)), 1);
	assert_true(pr_activity_is_probe(probe));
	assert_false(pr_activity_is_probe(odd));
	assert_string_equal(pr_activity_name(probe), "a");
	assert_string_equal(pr_activity_name(odd), "None");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			references_find_the_last_of_a_name_in_the_hypothesis_then_in_the_method),
		cmocka_unit_test(sections_of_other_kinds_are_as_absent),
		cmocka_unit_test(activities_tell_their_name_and_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
