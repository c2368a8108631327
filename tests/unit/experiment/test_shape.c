#include "experiment/shape.h"

#include "codec/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct row {
	const char *document;
	bool good;
};

#define PYTHON "'name': 'c', 'provider': {'type': 'python', 'module': "

/* Documents are written with single quotes. */
static json_t *parse(const char *text)
{
	char copy[512];
	size_t n = 0;
	json_t *value;

	for (; text[n] && n + 1 < sizeof(copy); n++)
		copy[n] = text[n] == '\'' ? '"' : text[n];
	copy[n] = '\0';
	value = json_loads(copy, JSON_DECODE_ANY, NULL);
	assert_non_null(value);
	return value;
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_auto_t *document = parse(rows[i].document);
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_shape_check(document, &err);

		if ((rc == 0) != rows[i].good)
			fail_msg("%s: %d (%s)", rows[i].document, rc, err.msg);
		assert_int_equal(rc ? PR_EINVAL : PR_OK, err.code);
	}
}

static void a_document_has_sections_that_can_be_gone_through(void **state)
{
	static const struct row rows[] = {
		{"{}", true},
		{"{'method': [], 'rollbacks': [], 'steady-state-hypothesis': {}}", true},
		{"{'rollbacks': {}, 'controls': ''}", true},
		{"{'rollbacks': 'x'}", false},
		{"{'rollbacks': null}", false},
		{"{'method': {}}", false},
		{"{'steady-state-hypothesis': null}", false},
		{"{'steady-state-hypothesis': {'probes': {}}}", false},
		{"{'method': [5]}", false},
		{"{'rollbacks': ['x']}", false},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(*rows));
}

static void activities_are_looked_up_by_a_name(void **state)
{
	static const struct row rows[] = {
		{"{'method': [{'name': 5}, {'name': []}, {}]}", true},
		{"{'method': [{'name': ['a']}]}", false},
		{"{'steady-state-hypothesis': {'probes': [{'name': {'a': 1}}]}}", false},
		{"{'rollbacks': [{'name': ['a']}]}", true},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(*rows));
}

static void every_control_can_be_loaded_and_unloaded(void **state)
{
	static const struct row rows[] = {
		{"{'controls': [{" PYTHON "'m'}}]}", true},
		{"{'controls': [{" PYTHON "''}}]}", false},
		{"{'controls': [{" PYTHON "5}}]}", false},
		{"{'controls': [{" PYTHON "'.m'}}]}", false},
		{"{'method': [{'controls': [{" PYTHON "null}}]}]}", false},
		{"{'controls': [{'name': '', 'provider': {'type': 'python'}}]}", true},
		{"{'controls': [{'name': 'c', 'provider': {'type': 'other'}}]}", true},
		{"{'controls': [{'name': 'c', 'provider': {'module': 'm'}}]}", false},
		{"{'controls': [{'name': 'c', 'provider': {}}]}", true},
		{"{'controls': null}", false},
		{"{'controls': 'x'}", false},
		{"{'controls': [null]}", false},
		{"{'method': [{'controls': 5}]}", false},
		{"{'rollbacks': [{'controls': ['x']}]}", false},
		{"{'steady-state-hypothesis': {'controls': [[]]}}", false},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(*rows));
}

static void controls_of_the_experiment_can_be_applied(void **state)
{
	static const struct row rows[] = {
		{"{'controls': [{'ref': 'c'}]}", false},
		{"{'controls': [{'ref': 'c', 'name': 'd'}]}", true},
		{"{'controls': [{'name': 'c'}, {'ref': 'c'}]}", true},
		{"{'controls': [{'ref': 'c'}, {'name': 'c'}]}", false},
		{"{'controls': [{'name': 'c'}, {'ref': 'c', 'name': 'd'}]}", true},
		{"{'controls': [{'name': 'c', 'provider': null}]}", false},
		{"{'controls': [{'name': 'c', 'scope': 'after', 'provider': null}]}", false},
		{"{'controls': [{'name': 'c', 'scope': 'never', 'provider': null}]}", true},
		{"{'method': [{'controls': [{'name': 'c', 'provider': null}]}]}", true},
	};

	(void)state;
	check_rows(rows, sizeof(rows) / sizeof(*rows));
}

static void controls_of_an_activity_are_checked_when_it_runs(void **state)
{
	static const struct {
		const char *document, *owner;
		bool good;
	} rows[] = {
		{"{}", "{'controls': [{'ref': 'c'}]}", true},
		{"{'controls': [{'name': 'c'}, {}]}", "{'controls': [{'ref': 'c'}]}", true},
		{"{'controls': [{}, {'name': 'c'}]}", "{'controls': [{'ref': 'c'}]}", false},
		{"{}", "{'controls': [{'provider': null}]}", false},
		{"{}", "{'controls': [{'provider': 'x', 'scope': 5}]}", true},
		{"{}", "{'controls': ''}", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_auto_t *document = parse(rows[i].document);
		json_auto_t *owner = parse(rows[i].owner);

		assert_int_equal(pr_shape_check_controls(document, owner, NULL) == 0, rows[i].good);
	}
}

static void controls_of_the_settings_are_by_name(void **state)
{
	static const struct row rows[] = {
		{"{}", true},
		{"{'c': {}}", true},
		{"{'c': {'provider': {'type': 'python', 'module': 'm'}}}", true},
		{"{'c': {'provider': {'type': 'python'}}}", false},
		{"{'c': {'provider': null}}", false},
		{"{'c': {'provider': null, 'scope': 'never'}}", true},
		{"{'c': {'provider': 'x'}}", false},
		{"{'c': null}", false},
		{"[]", false},
		{"null", false},
	};

	(void)state;
	assert_int_equal(pr_shape_check_global(NULL, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_auto_t *controls = parse(rows[i].document);

		assert_int_equal(pr_shape_check_global(controls, NULL) == 0, rows[i].good);
	}
}

static void an_activity_that_runs_has_a_type(void **state)
{
	json_auto_t *text = parse("{'type': 'other'}");
	json_auto_t *number = parse("{'type': 5}");
	json_auto_t *none = parse("{}");

	(void)state;
	assert_int_equal(pr_shape_check_type(text, NULL), 0);
	assert_int_not_equal(pr_shape_check_type(number, NULL), 0);
	assert_int_not_equal(pr_shape_check_type(none, NULL), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_has_sections_that_can_be_gone_through),
		cmocka_unit_test(activities_are_looked_up_by_a_name),
		cmocka_unit_test(every_control_can_be_loaded_and_unloaded),
		cmocka_unit_test(controls_of_the_experiment_can_be_applied),
		cmocka_unit_test(controls_of_an_activity_are_checked_when_it_runs),
		cmocka_unit_test(controls_of_the_settings_are_by_name),
		cmocka_unit_test(an_activity_that_runs_has_a_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
