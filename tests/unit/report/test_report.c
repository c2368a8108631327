#include "base/compiler.h"
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static json_t *parse(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	assert_non_null(value);
	return value;
}

#define REST ",\"run\":[],\"rollbacks\":[]}"

static void what_is_no_journal_is_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"[]", "'j' is not a journal: it is no JSON object"},
		{"{}", "'j' is not a journal: it has no 'experiment', 'status', 'steady_states', "
		       "'run', "
		       "'rollbacks'"},
		{"{\"title\":\"t\",\"method\":[],\"rollbacks\":[]}",
			"'j' is not a journal: it has no 'experiment', 'status', 'steady_states', "
			"'run' "
			"(an experiment: run it first)"},
		{"{\"experiment\":{},\"status\":\"completed\",\"steady_states\":{}}",
			"'j' is not a journal: it has no 'run', 'rollbacks'"},
		{"{\"experiment\":null,\"status\":null,\"steady_states\":null" REST,
			"'j' is not a journal: 'experiment' is of kind null, not object"},
		{"{\"experiment\":{},\"status\":1,\"steady_states\":null" REST,
			"'j' is not a journal: 'status' is of kind integer, not string"},
		{"{\"experiment\":{},\"status\":null,\"steady_states\":[]" REST,
			"'j' is not a journal: 'steady_states' is of kind array, not object"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *journal = parse(cases[i].text);
		PR_AUTO(report) struct pr_report report = {.journal = NULL};
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(PR_EINVAL, pr_report_read(&report, journal, "j", &err));
		assert_string_equal(err.msg, cases[i].message);
	}
}

/* before, during, after: whether the hypothesis was met, -1: not checked */
static const struct {
	const char *status;
	int deviated, before, during, after;
	const char *word, *tone, *text;
} outcomes[] = {
	{"completed", 0, -1, -1, -1, "completed", "good", "The experiment ran to its end."},
	{"completed", 0, 1, -1, 1, "completed", "good",
		"The system was in its steady state before and after the method."},
	{"completed", 0, -1, -1, 1, "completed", "good",
		"The system was in its steady state after the method."},
	{"completed", 1, 1, -1, 0, "deviated", "bad",
		"The system was not in its steady state after the method."},
	{"completed", 1, 1, 0, 1, "deviated", "bad",
		"The system left its steady state during the method."},
	{"completed", 1, -1, -1, -1, "deviated", "bad", "The system left its steady state."},
	{"completed", 0, 0, -1, -1, "not played", "warn",
		"The system was not in its steady state before the method, which was not "
		"played."},
	{"completed", 0, 1, 0, 1, "completed", "warn",
		"The system left its steady state during the method."},
	{"failed", 0, 0, -1, -1, "failed", "bad",
		"The steady state could not be checked before the method, which was not "
		"played."},
	{"failed", 0, 1, 0, -1, "failed", "bad",
		"The system left its steady state during the method."},
	{"failed", 0, 1, -1, -1, "failed", "bad", "The experiment failed."},
	{"aborted", 0, 1, -1, -1, "aborted", "warn", "The experiment was stopped before its end."},
	{"interrupted", 0, 1, -1, -1, "interrupted", "warn",
		"The run was interrupted before its end."},
	{NULL, 0, 1, -1, -1, "not finished", "warn",
		"The journal has no status: the run goes on, or its process was killed."},
	{"paused", 0, 1, -1, -1, "paused", "warn", ""},
};

/* The states of a hypothesis that was checked, where it was, around and in the method. */
static json_t *journal_of(const char *status, const int met[3], int deviated)
{
	json_t *journal = parse("{\"experiment\":{},\"run\":[],\"rollbacks\":[],"
				"\"steady_states\":{\"during\":[]}}");
	json_t *states = json_object_get(journal, "steady_states");
	json_t *during = json_object_get(states, "during");

	json_object_set_new(journal, "status", status ? json_string(status) : json_null());
	json_object_set_new(journal, "deviated", json_boolean(deviated));
	if (met[0] >= 0)
		json_object_set_new(
			states, "before", json_pack("{s:b}", "steady_state_met", met[0]));
	if (met[2] >= 0)
		json_object_set_new(
			states, "after", json_pack("{s:b}", "steady_state_met", met[2]));
	for (int i = 0; met[1] >= 0 && i < 3; i++) /* one that was not met counts */
		json_array_append_new(
			during, json_pack("{s:b}", "steady_state_met", i == 1 ? met[1] : 1));
	return journal;
}

static void an_outcome_is_told_in_one_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(outcomes); i++) {
		const int met[] = {outcomes[i].before, outcomes[i].during, outcomes[i].after};
		json_auto_t *journal = journal_of(outcomes[i].status, met, outcomes[i].deviated);
		PR_AUTO(report) struct pr_report report = {.journal = NULL};
		struct pr_report_outcome outcome;

		assert_int_equal(0, pr_report_read(&report, journal, "j", NULL));
		outcome = pr_report_outcome(&report);
		assert_string_equal(outcome.word, outcomes[i].word);
		assert_string_equal(outcome.tone, outcomes[i].tone);
		assert_string_equal(outcome.text, outcomes[i].text);
	}
}

static void each_activity_has_a_verdict(void **state)
{
	static const struct {
		const char *entry;
		enum pr_report_verdict verdict;
	} cases[] = {
		{"{\"status\":\"succeeded\"}", PR_REPORT_OK},
		{"{\"status\":\"succeeded\",\"tolerance_met\":true}", PR_REPORT_OK},
		{"{\"status\":\"succeeded\",\"tolerance_met\":false}", PR_REPORT_UNMET},
		{"{\"status\":\"failed\",\"tolerance_met\":false}", PR_REPORT_UNMET},
		{"{\"status\":\"failed\",\"tolerance_met\":false,\"exception\":[\"x\\n\"]}",
			PR_REPORT_FAILED},
		{"{\"status\":\"failed\",\"exception\":[\"x\\n\"]}", PR_REPORT_FAILED},
		{"{\"status\":\"failed\"}", PR_REPORT_FAILED},
		{"{\"status\":\"new\"}", PR_REPORT_FAILED},
		{"{\"activity\":7,\"duration\":\"x\",\"start\":[]}", PR_REPORT_OPEN},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(report) struct pr_report report = {.journal = NULL};
		json_auto_t *journal = parse("{\"experiment\":{},\"status\":null,\"run\":[7],"
					     "\"rollbacks\":null,\"steady_states\":null}");

		json_array_append_new(json_object_get(journal, "run"), parse(cases[i].entry));
		assert_int_equal(0, pr_report_read(&report, journal, "j", NULL));
		assert_int_equal(report.count, 1); /* 7 is no activity */
		assert_int_equal(report.activities[0].verdict, cases[i].verdict);
		assert_int_equal(report.verdicts[cases[i].verdict], 1);
		assert_int_equal(
			report.stages[PR_REPORT_METHOD].marked, cases[i].verdict != PR_REPORT_OK);
		assert_string_equal(report.activities[0].name, "(no name)");
	}
}

static void activities_stand_on_the_time_of_the_run(void **state)
{
	static const char text[] =
		"{\"experiment\":{},\"status\":null,\"rollbacks\":[],\"steady_states\":{},"
		"\"start\":\"2026-11-20T10:00:00+00:00\",\"duration\":4,\"run\":["
		"{\"start\":\"2026-11-20T10:00:02+00:00\",\"duration\":3.5},"
		"{\"start\":\"2026-11-20T09:00:00+00:00\",\"duration\":-1},"
		"{\"start\":\"soon\"}]}";
	json_auto_t *journal = parse(text);
	PR_AUTO(report) struct pr_report report = {.journal = NULL};

	(void)state;
	assert_int_equal(0, pr_report_read(&report, journal, "j", NULL));
	assert_true(report.duration == 4);
	assert_true(report.span == 5.5); /* the last end, not the run's */
	assert_true(report.activities[0].start == 2);
	assert_true(report.activities[1].start == 0); /* a clock that was set back */
	assert_true(report.activities[1].duration < 0);
	assert_true(report.activities[2].start < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_journal_is_refused),
		cmocka_unit_test(an_outcome_is_told_in_one_sentence),
		cmocka_unit_test(each_activity_has_a_verdict),
		cmocka_unit_test(activities_stand_on_the_time_of_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
