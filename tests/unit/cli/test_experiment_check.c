#include "cli/experiment_check.h"

#include "base/buf.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct pr_buf log_text;

static int setup(void **state)
{
	struct pr_log_sink sink = {
		.level = PR_LOG_INFO, .write = pr_log_write_buf, .arg = &log_text};

	(void)state;
	pr_buf_init(&log_text, 100000);
	return pr_log_add(&sink, NULL);
}

static int teardown(void **state)
{
	(void)state;
	pr_log_remove(&log_text);
	pr_buf_release(&log_text);
	return 0;
}

#define ACTIVITY(name, path)                                           \
	"{\"type\": \"action\", \"name\": \"" name "\", \"provider\":" \
	" {\"type\": \"process\", \"path\": \"" path "\"}}"
#define EXPERIMENT(method) "{\"title\": \"t\", \"description\": \"d\", \"method\": [" method "]}"

static int check(const char *text, struct pr_err *err)
{
	json_t *document = json_loads(text, JSON_DECODE_ANY, NULL);
	int rc;

	assert_non_null(document);
	rc = pr_experiment_check(document, err);
	json_decref(document);
	return rc;
}

static int lines_with(const char *text)
{
	int n = 0;

	for (const char *at = pr_buf_str(&log_text); (at = strstr(at, text)); at += strlen(text))
		n++;
	return n;
}

static void a_sound_experiment_is_told_in_two_lines(void **state)
{
	(void)state;
	assert_int_equal(check(EXPERIMENT(ACTIVITY("a", "true")), NULL), 0);
	assert_int_equal(lines_with("\n"), 2);
	assert_int_equal(lines_with("INFO] Validating the experiment's syntax\n"), 1);
	assert_int_equal(lines_with("INFO] Experiment looks valid\n"), 1);
}

static void every_error_is_logged_and_all_are_in_one_line(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(check("{\"method\": []}", &err), PR_EINVAL);
	assert_int_equal(lines_with("Experiment looks valid"), 0);
	assert_true(lines_with("ERROR] ") >= 2);
	assert_non_null(strstr(err.msg, "title"));
	assert_non_null(strstr(err.msg, "description"));
	assert_non_null(strstr(err.msg, "; "));
	assert_null(strchr(err.msg, '\n'));
}

static void an_error_has_its_place(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(
		check(EXPERIMENT(ACTIVITY("a", "true") ", " ACTIVITY("b", "/nonexistent/program")),
			&err),
		PR_EINVAL);
	assert_int_equal(lines_with("ERROR] "), 1);
	assert_int_equal(lines_with("(at "), 1);
	assert_non_null(strstr(err.msg, "/nonexistent/program"));
}

static void more_errors_than_fit_are_cut(void **state)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(100000);
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	pr_buf_adds(&text, "{\"title\": \"t\", \"description\": \"d\", \"method\": [");
	for (int i = 0; i < 100; i++)
		pr_buf_adds(&text, i ? ", {}" : "{}");
	pr_buf_adds(&text, "]}");
	assert_int_equal(check(pr_buf_str(&text), &err), PR_EINVAL);
	assert_true(strlen(err.msg) < sizeof err.msg);
	assert_true(lines_with("ERROR] ") >= 100);
}

/* Of several errors upstream would have raised the first. */
static void the_first_error_is_what_was_raised(void **state)
{
	static const struct {
		const char *text;
		const char *raised;
	} cases[] = {
		{"[]", "InvalidExperiment('an empty experiment is not an experiment')"},
		{"{\"method\": []}", "InvalidExperiment('experiment requires a title')"},
		{"{\"title\": \"t\", \"description\": \"d\"}",
			"InvalidExperiment('an experiment requires a method, which can be empty "
			"for "
			"only checking steady state hypothesis ')"},
		{EXPERIMENT("{\"type\": \"x\"}"),
			"InvalidActivity('\'x\' is not a supported activity type')"},
		{EXPERIMENT("{\"ref\": \"none\"}"),
			"InvalidActivity('referenced activity \'none\' could not be found in the "
			"experiment')"},
		{EXPERIMENT(""), ""},
		{"{\"title\": \"t\", \"description\": \"d\", \"method\": [], \"rollbacks\": [{}]}",
			"InvalidActivity('empty activity is no activity')"},
		{"{\"title\": \"t\", \"description\": \"d\", \"method\": [], "
		 "\"steady-state-hypothesis\": {\"probes\": []}}",
			"InvalidExperiment('hypothesis requires a title')"},
		{"{\"title\": \"t\", \"description\": \"d\", \"method\": [], "
		 "\"steady-state-hypothesis\": {\"title\": \"h\", \"probes\": "
		 "[" ACTIVITY("p", "true") "]}}",
			"InvalidActivity('hypothesis probe must have a tolerance entry')"},
		{"{\"title\": \"t\", \"description\": \"d\", \"method\": [], "
		 "\"controls\": [{\"provider\": {}}]}",
			"InvalidControl('A control must have a `name` property')"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf raised = PR_BUF_INIT(4096);
		json_t *document = json_loads(cases[i].text, JSON_DECODE_ANY, NULL);
		int rc = pr_experiment_check_listing(document, NULL, &raised, NULL);
		const char *prefix = "An exception was raised: ";

		json_decref(document);
		assert_int_equal(rc, *cases[i].raised ? PR_EINVAL : 0);
		assert_string_equal(
			pr_buf_str(&raised) + (rc ? strlen(prefix) : 0), cases[i].raised);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_sound_experiment_is_told_in_two_lines),
		CASE(every_error_is_logged_and_all_are_in_one_line),
		CASE(an_error_has_its_place),
		CASE(more_errors_than_fit_are_cut),
		CASE(the_first_error_is_what_was_raised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
