#include "activity/tolerance.h"

#include "base/compiler.h"

#include "../table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A tolerance of type probe: what can be said without running it. */
static int check_probe_row(const json_t *row, json_t *tolerance)
{
	const json_t *expect = json_object_get(row, "expect");
	struct pr_err err = PR_ERR_INIT;
	bool met;

	if (pr_tolerance_apply(tolerance, NULL, NULL, &met, NULL) != PR_EINVAL)
		return 0;
	if (table_is_refusal(expect))
		return pr_tolerance_inject(tolerance, json_object_get(row, "output"), &err) ==
			       PR_EINVAL &&
		       err.msg[0];
	return pr_tolerance_inject(tolerance, json_object_get(row, "output"), NULL) == 0;
}

static int check_row(const json_t *row, void *arg)
{
	const json_t *expect = json_object_get(row, "expect");
	const struct pr_scope scope = {.configuration = json_object_get(row, "configuration")};
	json_t *tolerance = json_object_get(row, "tolerance");
	struct pr_err err = PR_ERR_INIT;
	bool met = false;
	int status;

	(void)arg;
	if (pr_tolerance_is_probe(tolerance))
		return check_probe_row(row, tolerance);
	status = pr_tolerance_apply(tolerance, json_object_get(row, "output"), &scope, &met, &err);
	if (table_is_refusal(expect))
		return status == PR_EINVAL && err.msg[0] && !strchr(err.msg, '\n');
	return status == 0 && met == json_is_true(json_object_get(expect, "met"));
}

static void test_recorded_tolerances_give_the_recorded_result(void **state)
{
	(void)state;
	assert_true(table_check("tolerance", check_row, NULL) >= 212);
}

/* `met`: 1, 0, or the code of the error. */
static const struct {
	const char *tolerance;
	const char *output;
	int met;
} cases[] = {
	/* text is substituted first, and may become a tolerance of any kind */
	{"\"${three}\"", "3", 1},
	{"\"${three}\"", "{\"status\": 3}", 1},
	{"\"$three\"", "\"3\"", 1},
	{"\"v${three}\"", "\"v3\"", 1},
	{"\"${bounds}\"", "4", 1},
	{"\"${bounds}\"", "6", 0},
	{"\"${rule}\"", "\"xa\"", 1},
	{"\"${unknown}\"", "\"${unknown}\"", 1},
	{"[\"${three}\"]", "3", 0},
	/* lists */
	{"[1, 5]", "{\"status\": null}", 0},
	{"[null, 1]", "{\"status\": null}", 1},
	{"[9, \"a\"]", "5", 0},
	{"[1, \"a\"]", "5", PR_EINVAL},
	{"[{\"a\": 1}]", "{\"a\": 1.0}", 1},
	/* targets */
	{"{\"type\": \"regex\", \"pattern\": \"a\", \"target\": \"\"}", "\"a\"", 1},
	{"{\"type\": \"regex\", \"pattern\": \"a\", \"target\": null}", "\"a\"", 1},
	{"{\"type\": \"regex\", \"pattern\": \"a\", \"target\": [1]}", "{}", PR_EINVAL},
	{"{\"type\": \"range\", \"range\": [1, 5], \"target\": 5}", "{\"a\": 1}", PR_EINVAL},
	/* patterns and paths */
	{"{\"type\": \"regex\", \"pattern\": \"(\"}", "\"a\"", PR_EINVAL},
	{"{\"type\": \"regex\"}", "\"a\"", PR_EINVAL},
	{"{\"type\": \"regex\", \"pattern\": \"(x+x+)+[yz]\"}", "\"${xs}\"", PR_ELIMIT},
	{"{\"type\": \"jsonpath\"}", "{}", PR_EINVAL},
	{"{\"type\": \"jsonpath\", \"path\": \"$.a[::0]\"}", "{\"a\": []}", PR_EINVAL},
	{"{\"type\": \"jsonpath\", \"path\": \"$.a\", \"expect\": 1e20}",
		"\"{\\\"a\\\": 100000000000000000000}\"", 1},
	{"{\"type\": \"jsonpath\", \"path\": \"$.a\", \"count\": true}", "{\"a\": 0}", 1},
	{"{\"type\": \"jsonpath\", \"path\": \"$.a\", \"count\": null}", "{\"a\": 0}", 1},
	{"{\"type\": \"jsonpath\", \"path\": \"$.a\", \"count\": 0}", "{\"a\": 0}", 0},
	/* ranges */
	{"{\"type\": \"range\", \"range\": [0.1, 0.3]}", "\"0.2\"", 1},
	{"{\"type\": \"range\", \"range\": [1, 9007199254740993]}", "9007199254740993", 1},
	{"{\"type\": \"range\", \"range\": [1, 9007199254740992]}", "9007199254740993", 0},
	{"{\"type\": \"range\", \"range\": [\"1\", \"5\"]}", "3", 1},
	{"{\"type\": \"range\", \"range\": [\"x\", 5]}", "3", PR_EINVAL},
	{"{\"type\": \"range\", \"range\": [4, \"x\"]}", "3", 0},
	{"{\"type\": \"range\", \"range\": [1]}", "3", PR_EINVAL},
	{"{\"type\": \"range\"}", "3", PR_EINVAL},
	{"{\"type\": \"range\", \"range\": [\"nan\", 5]}", "3", PR_EINVAL},
	{"{\"type\": \"range\", \"range\": [1, 5]}", "false", 0},
	/* what validation would have refused is not met */
	{"{\"type\": \"other\"}", "1", 0},
	{"{}", "{}", 0},
	{"null", "null", 0},
	{"1.5", "1.5", 0},
};

static json_t *value_of(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(value);
	return value;
}

static void test_evaluates_with_substitution(void **state)
{
	json_auto_t *configuration =
		value_of("{\"three\": 3, \"bounds\": [1, 5],"
			 " \"rule\": {\"type\": \"regex\", \"pattern\": \"a$\"}}");
	const struct pr_scope scope = {.configuration = configuration};
	char xs[2000];
	int failed = 0;

	(void)state;
	memset(xs, 'x', sizeof(xs));
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *tolerance = value_of(cases[i].tolerance);
		json_auto_t *output = strstr(cases[i].output, "${xs}")
					      ? json_stringn(xs, sizeof(xs))
					      : value_of(cases[i].output);
		struct pr_err err = PR_ERR_INIT;
		bool met = false;
		int status = pr_tolerance_evaluate(tolerance, output, &scope, &met, &err);

		if ((status ? status : met) == cases[i].met && err.code == status)
			continue;
		print_error("%s on %s: %d %d %s\n", cases[i].tolerance, cases[i].output, status,
			met, err.msg);
		failed++;
	}
	assert_int_equal(failed, 0);
}

static void test_evaluation_leaves_the_document_alone(void **state)
{
	static const char text[] =
		"{\"type\": \"jsonpath\", \"path\": \"$.${k}\", \"expect\": \"${k}\"}";
	json_auto_t *tolerance = value_of(text);
	json_auto_t *before = value_of(text);
	json_auto_t *output = value_of("{\"a\": \"a\"}");
	json_auto_t *configuration = value_of("{\"k\": \"a\"}");
	const struct pr_scope scope = {.configuration = configuration};
	bool met = false;

	(void)state;
	assert_int_equal(pr_tolerance_evaluate(tolerance, output, &scope, &met, NULL), 0);
	assert_true(met);
	assert_true(json_equal(tolerance, before));
}

static void test_messages_are_for_humans(void **state)
{
	json_auto_t *tolerance = value_of("{\"type\": \"regex\", \"pattern\": \"(a\"}");
	json_auto_t *output = value_of("\"a\"");
	struct pr_err err = PR_ERR_INIT;
	bool met;

	(void)state;
	assert_int_equal(pr_tolerance_apply(tolerance, output, NULL, &met, &err), PR_EINVAL);
	assert_string_equal(
		err.msg, "the tolerance's pattern '(a': missing ), unterminated subpattern");
}

static void test_output_becomes_the_argument_of_a_probe(void **state)
{
	json_auto_t *tolerance = value_of("{\"type\": \"probe\", \"provider\": {\"arguments\": {"
					  "\"value\": \"placeholder\", \"a\": 1}}}");
	json_auto_t *output = value_of("{\"status\": 3}");

	(void)state;
	assert_true(pr_tolerance_is_probe(tolerance));
	assert_false(pr_tolerance_is_probe(output));
	assert_false(pr_tolerance_is_probe(NULL));
	assert_int_equal(pr_tolerance_inject(tolerance, output, NULL), 0);
	assert_ptr_equal(json_object_get(json_object_get(json_object_get(tolerance, "provider"),
						 "arguments"),
				 "value"),
		output);
}

static void test_a_probe_is_met_by_what_is_true_for_python(void **state)
{
	json_auto_t *object = value_of("{\"status\": 1}");
	json_auto_t *empty = value_of("\"\"");

	(void)state;
	assert_true(pr_tolerance_probe_met(object));
	assert_false(pr_tolerance_probe_met(empty));
	assert_false(pr_tolerance_probe_met(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded_tolerances_give_the_recorded_result),
		cmocka_unit_test(test_evaluates_with_substitution),
		cmocka_unit_test(test_evaluation_leaves_the_document_alone),
		cmocka_unit_test(test_messages_are_for_humans),
		cmocka_unit_test(test_output_becomes_the_argument_of_a_probe),
		cmocka_unit_test(test_a_probe_is_met_by_what_is_true_for_python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
