#include "experiment/check_tolerance.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void accept_provider(void *arg, const json_t *activity, const struct pr_place *place,
	struct pr_findings *findings)
{
	(void)activity;
	(void)place;
	(void)findings;
	++*(int *)arg;
}

#define KIND                                                                                       \
	"hypothesis probe tolerance must either be an integer, a string, a boolean or a pair of "  \
	"values for boundaries. It can also be a dictionary which is a probe activity definition " \
	"that takes an argument called `value` with the value of the probe itself to be validated"

/* `text` NULL: nothing is wrong. */
static const struct {
	const char *tolerance;
	const char *text;
} cases[] = {
	{"true", NULL},
	{"0", NULL},
	{"\"\"", NULL},
	{"[]", NULL},
	{"[1, null, 3]", NULL},
	{"1.5", KIND},
	{"null", KIND},
	{"{}", "hypothesis probe tolerance type 'None' is unsupported"},
	{"{\"type\": \"x\"}", "hypothesis probe tolerance type 'x' is unsupported"},
	{"{\"type\": 5}", "hypothesis probe tolerance type '5' is unsupported"},
	{"{\"type\": \"regex\"}", "hypothesis regex probe tolerance must have a `pattern` key"},
	{"{\"type\": \"regex\", \"pattern\": \"^a\\\\Z\"}", NULL},
	{"{\"type\": \"regex\", \"pattern\": \"(a\"}",
		"hypothesis probe tolerance pattern (a seems invalid: missing ), unterminated "
		"subpattern"},
	{"{\"type\": \"regex\", \"pattern\": 3}",
		"hypothesis probe tolerance pattern 3 has an invalid type"},
	{"{\"type\": \"regex\", \"pattern\": null}",
		"hypothesis probe tolerance pattern None has an invalid type"},
	{"{\"type\": \"jsonpath\"}", "hypothesis jsonpath probe tolerance must have a `path` key"},
	{"{\"type\": \"jsonpath\", \"path\": \" \"}",
		"hypothesis probe tolerance JSON path cannot be empty"},
	{"{\"type\": \"jsonpath\", \"path\": \" foo[*].baz \"}",
		"hypothesis probe tolerance JSON path foo[*].baz is invalid"},
	{"{\"type\": \"jsonpath\", \"path\": \"$.${k}\"}",
		"hypothesis probe tolerance JSON path $.${k} is invalid"},
	{"{\"type\": \"jsonpath\", \"path\": \"$.foo[?(@.baz=\\\"${msg}\\\")]\"}", NULL},
	{"{\"type\": \"jsonpath\", \"path\": 5}",
		"hypothesis probe tolerance JSON path must be text, it is of kind integer"},
	{"{\"type\": \"range\"}", "hypothesis range probe tolerance must have a `range` key"},
	{"{\"type\": \"range\", \"range\": {}}", "hypothesis range must be a sequence"},
	{"{\"type\": \"range\", \"range\": [1]}",
		"hypothesis range sequence must be made of two values"},
	{"{\"type\": \"range\", \"range\": [\"1\", 2]}",
		"hypothesis range lower boundary must be a number"},
	{"{\"type\": \"range\", \"range\": [1, null]}",
		"hypothesis range upper boundary must be a number"},
	{"{\"type\": \"range\", \"range\": [true, 2.5]}", NULL},
	{"{\"type\": \"probe\"}", "an activity must have a name"},
	{"{\"type\": \"probe\", \"name\": \"t\", \"provider\": {\"type\": \"process\"}}", NULL},
};

static void test_first_finding_has_upstreams_words(void **state)
{
	const struct pr_place place = {.key = "tolerance"};
	int providers = 0;
	const struct pr_provider_rules rules = {.check = accept_provider, .arg = &providers};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *tolerance = json_loads(cases[i].tolerance, JSON_DECODE_ANY, NULL);
		PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
		const struct pr_finding *first;

		assert_non_null(tolerance);
		pr_check_tolerance(tolerance, &rules, &place, &findings);
		first = pr_findings_first_error(&findings);
		if (!cases[i].text && first)
			fail_msg("%s: %s", cases[i].tolerance, first->text);
		if (!cases[i].text)
			continue;
		assert_non_null(first);
		assert_string_equal(first->text, cases[i].text);
		assert_int_equal(strncmp(first->place, "tolerance", 9), 0);
	}
	assert_int_equal(providers, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_finding_has_upstreams_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
