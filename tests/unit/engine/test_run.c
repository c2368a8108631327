#include "fixture.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ACT(name, more) "{'type':'action','name':'" name "','provider':{'type':'fake'" more "}}"
#define PROBE(name, tolerance, more)                               \
	"{'type':'probe','name':'" name "','tolerance':" tolerance \
	",'provider':{'type':'fake'" more "}}"
#define HYPOTHESIS(probes) "'steady-state-hypothesis':{'title':'S','probes':[" probes "]}"
#define MET HYPOTHESIS(PROBE("p", "1", ",'output':1"))
#define MISSED HYPOTHESIS(PROBE("p", "1", ",'output':2"))
#define FAILED HYPOTHESIS(PROBE("p", "1", ",'fail':'no'"))
#define CRASHED HYPOTHESIS(PROBE("p", "1", ",'crash':'odd'"))
#define UNDO "'rollbacks':[" ACT("undo", "") "]"

/* Documents against strategies: what docs/engine.md 7.1 promises in its table. */
static const struct outcome {
	const char *what;
	const char *document; /* its members but the title */
	struct pr_strategies strategies;
	const char *status;
	bool deviated;
	const char *run, *rollbacks;
	const char *error;
} outcomes[] = {
	{"all fine", MET ",'method':[" ACT("a", "") "]," UNDO, {0}, "completed", false,
		"a:succeeded", "undo:succeeded", ""},
	{"no hypothesis", "'method':[" ACT("a", "") "]", {0}, "completed", false, "a:succeeded", "",
		""},
	{"no method", MET, {0}, "completed", false, "", "", ""},
	{"failing activity", "'method':[" ACT("a", ",'fail':'x'") "," ACT("b", "") "]," UNDO, {0},
		"completed", false, "a:failed b:succeeded", "undo:succeeded", ""},
	{"gate missed", MISSED ",'method':[" ACT("a", "") "]," UNDO, {0}, "completed", false, "",
		"undo:succeeded", ""},
	{"gate failed", FAILED ",'method':[" ACT("a", "") "]," UNDO, {0}, "failed", false, "", "",
		""},
	{"gate failed, always", FAILED ",'method':[]," UNDO, {.rollbacks = PR_ROLLBACK_ALWAYS},
		"failed", false, "", "undo:succeeded", ""},
	{"after missed", MISSED ",'method':[" ACT("a", "") "]," UNDO,
		{.hypothesis = PR_HYPOTHESIS_AFTER_METHOD_ONLY}, "completed", true, "a:succeeded",
		"undo:succeeded", ""},
	{"after failed", FAILED ",'method':[" ACT("a", "") "]," UNDO,
		{.hypothesis = PR_HYPOTHESIS_AFTER_METHOD_ONLY}, "failed", true, "a:succeeded", "",
		""},
	{"after failed, deviated", FAILED ",'method':[]," UNDO,
		{.hypothesis = PR_HYPOTHESIS_AFTER_METHOD_ONLY, .rollbacks = PR_ROLLBACK_DEVIATED},
		"failed", true, "", "undo:succeeded", ""},
	{"not deviated", MET ",'method':[]," UNDO, {.rollbacks = PR_ROLLBACK_DEVIATED}, "completed",
		false, "", "", ""},
	{"never", MET ",'method':[]," UNDO, {.rollbacks = PR_ROLLBACK_NEVER}, "completed", false,
		"", "", ""},
	{"skip", FAILED ",'method':[" ACT("a", "") "]", {.hypothesis = PR_HYPOTHESIS_SKIP},
		"completed", false, "a:succeeded", "", ""},
	{"method crashes",
		MET ",'method':[" ACT("a", "") "," ACT("b", ",'crash':'odd'") "," ACT(
			"c", "") "]," UNDO,
		{0}, "aborted", false, "a:succeeded b:-", "undo:succeeded", ""},
	{"reference to nothing", "'method':[{'ref':'x'}," ACT("c", "") "]," UNDO, {0}, "aborted",
		false, "", "undo:succeeded", ""},
	{"gate crashes", CRASHED ",'method':[]," UNDO, {0}, "none", false, "", "",
		"activity 'p': odd"},
	{"after crashes", CRASHED ",'method':[" ACT("a", "") "]," UNDO,
		{.hypothesis = PR_HYPOTHESIS_AFTER_METHOD_ONLY}, "none", false, "a:succeeded", "",
		"activity 'p': odd"},
	{"tolerance crashes",
		HYPOTHESIS(PROBE(
			"p", "{'type':'regex','pattern':'x'}", ",'output':{}")) ",'method':[]",
		{0}, "none", false, "", "", NULL},
	{"rollback crashes", "'method':[],'rollbacks':[{'ref':'x'}," ACT("undo", "") "]", {0},
		"none", false, "", "", "could not find referenced activity 'x'"},
	{"reference in the hypothesis",
		HYPOTHESIS("{'ref':'a','tolerance':7}") ",'method':[" ACT("a", ",'output':7") "]",
		{0}, "completed", false, "a:succeeded", "", ""},
	{"background crash is lost",
		"'method':[{'background':true,'type':'action','name':'b','provider':{'crash':'x'}}"
		"," ACT("a", "") "]",
		{0}, "completed", false, "b:- a:succeeded", "", ""},
	{"a pause that is no number",
		"'method':[{'type':'action','name':'b','pauses':{'before':'x'},'provider':{}}]",
		{0}, "aborted", false, "", "", ""},
	{"null pauses", "'method':[{'type':'action','name':'b','pauses':null,'provider':{}}]", {0},
		"aborted", false, "", "", ""},
	{"dry activities", MISSED ",'method':[" ACT("a", ",'crash':'x'") "]," UNDO,
		{.dry = PR_DRY_ACTIVITIES}, "completed", false, "a:succeeded", "undo:succeeded",
		""},
	{"a method that is no list", "'method':{}", {0}, "none", false, "", "",
		"'method' must be an array, not object"},
};

static void outcome_test(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(outcomes); i++) {
		const struct outcome *row = &outcomes[i];
		PR_AUTO(free) char *document =
			pr_text_format("{'title':'T','description':'D',%s}", row->document);
		struct fixture f;

		fixture_init(&f, document);
		f.options.strategies = row->strategies;
		fixture_run(&f);
		fixture_expect(row->what, f.status, row->status);
		if (f.deviated != row->deviated)
			fail_msg("%s: deviated", row->what);
		fixture_expect(row->what, fixture_entries(fixture_at(&f, "run")), row->run);
		fixture_expect(
			row->what, fixture_entries(fixture_at(&f, "rollbacks")), row->rollbacks);
		if (row->error)
			fixture_expect(row->what, f.error, row->error);
		else
			assert_string_not_equal(f.error, "");
		fixture_release(&f);
	}
}

static void log_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f,
		"{'title':'T $n','configuration':{'n':1}," MET
		",'method':[{'type':'action','name':'a','pauses':{'before':0.1,'after':'${n}'},"
		"'provider':{'output':3}}," ACT("b", ",'fail':'no'") "]," UNDO "}");
	fixture_run(&f);
	fixture_expect("log", pr_buf_str(&f.log),
		"INFO Running experiment: T 1\n"
		"INFO Steady-state strategy: default\n"
		"INFO Rollbacks strategy: default\n"
		"INFO Steady state hypothesis: S\n"
		"INFO Probe: p\n"
		"INFO Steady state hypothesis is met!\n"
		"INFO Playing your experiment's method now...\n"
		"INFO Pausing before next activity for 0.1s...\n"
		"INFO Action: a\n"
		"INFO Pausing after activity for 1s...\n"
		"INFO Action: b\n"
		"ERROR   => failed: no\n"
		"INFO Steady state hypothesis: S\n"
		"INFO Probe: p\n"
		"INFO Steady state hypothesis is met!\n"
		"INFO Let's rollback...\n"
		"INFO Rollback: undo\n"
		"INFO Action: undo\n"
		"INFO Experiment ended with status: completed\n");
	assert_int_equal(f.elapsed_ms, 1100);
	fixture_release(&f);
}

static void points_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{'title':'T'," MET ",'method':[" ACT("a", "") "]," UNDO "}");
	f.options.strategies.hypothesis = PR_HYPOTHESIS_BEFORE_METHOD_ONLY;
	fixture_run(&f);
	fixture_expect("points", pr_buf_str(&f.points),
		"started\n"
		"before-experiment\n"
		"before-hypothesis before\n"
		"gate before p\n"
		"before-activity before p\n"
		"entry before p\n"
		"after-activity before p\n"
		"after-hypothesis before\n"
		"before-method method\n"
		"gate method a\n"
		"before-activity method a\n"
		"entry method a\n"
		"after-activity method a\n"
		"after-method method\n"
		"before-rollbacks rollbacks\n"
		"gate rollbacks undo\n"
		"before-activity rollbacks undo\n"
		"entry rollbacks undo\n"
		"after-activity rollbacks undo\n"
		"after-rollbacks rollbacks\n"
		"after-experiment\n"
		"finished\n");
	fixture_release(&f);
}

static void background_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{'title':'T','method':["
			 "{'type':'action','name':'long','background':true,'provider':{'ms':5000}},"
			 "{'type':'action','name':'late','background':true,'pauses':{'before':2},'"
			 "provider':{}}," ACT("a", ",'ms':1000") "," ACT("b", ",'ms':3000") "]}");
	fixture_run(&f);
	fixture_expect("entries", fixture_entries(fixture_at(&f, "run")),
		"long:succeeded a:succeeded b:succeeded late:succeeded");
	assert_int_equal(f.elapsed_ms, 5000);
	assert_string_equal(
		json_string_value(fixture_at(&f, "run.0.end")), "2027-01-15T08:00:05+00:00");
	fixture_release(&f);
}

static void dry_pause_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{'title':'T','method':[{'type':'action','name':'a',"
			 "'pauses':{'before':20,'after':20},'provider':{'output':1}}]}");
	f.options.strategies.dry = PR_DRY_PAUSE;
	fixture_run(&f);
	assert_int_equal(f.elapsed_ms, 0);
	assert_int_equal(json_integer_value(fixture_at(&f, "run.0.output")), 1);
	assert_string_equal(json_string_value(fixture_at(&f, "experiment.dry")), "pause");
	fixture_release(&f);
}

static void tolerance_probe_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(
		&f, "{'title':'T'," HYPOTHESIS(PROBE("p",
			    "{'type':'probe','name':'t','provider':{'type':'fake','output':{'x':1},"
			    "'arguments':{}}}",
			    ",'output':5")) ",'method':[]}");
	fixture_run(&f);
	fixture_expect("started", pr_buf_str(&f.started), "p t p t ");
	assert_true(json_is_true(fixture_at(&f, "steady_states.before.probes.0.tolerance_met")));
	/* The output stands in the document afterwards (docs/engine.md 5.6). */
	assert_int_equal(
		5, json_integer_value(fixture_at(&f, "experiment.steady-state-hypothesis.probes.0."
						     "tolerance.provider.arguments.value")));
	fixture_release(&f);
}

/* A check of 100 ms again and again during a method that takes as long as said. */
#define LASTING(ms)                                                                            \
	"{'title':'T'," HYPOTHESIS(PROBE("p", "1", ",'output':1,'ms':100")) ",'method':[" ACT( \
		"a", ",'ms':" ms) "]}"

static void run_during(struct fixture *f, const char *document)
{
	fixture_init(f, document);
	f->options.strategies.hypothesis = PR_HYPOTHESIS_DURING_METHOD_ONLY;
	fixture_run(f);
}

static void continuous_test(void **state)
{
	struct fixture f;

	(void)state;
	run_during(&f, LASTING("2650"));
	/* At 0, 1.1 and 2.2 s: the frequency is the wait between two checks. */
	assert_int_equal(json_array_size(fixture_at(&f, "steady_states.during")), 3);
	assert_int_equal(f.elapsed_ms, 2650);
	assert_true(json_is_null(fixture_at(&f, "steady_states.before")));
	fixture_expect("log", pr_buf_str(&f.log),
		"INFO Running experiment: T\n"
		"INFO Steady-state strategy: during-method-only\n"
		"INFO Rollbacks strategy: default\n"
		"INFO Executing the steady-state hypothesis continuously every 1.0 seconds\n"
		"INFO Steady state hypothesis: S\n"
		"INFO Playing your experiment's method now...\n"
		"INFO Probe: p\n"
		"INFO Action: a\n"
		"INFO Steady state hypothesis is met!\n"
		"INFO Steady state hypothesis: S\n"
		"INFO Probe: p\n"
		"INFO Steady state hypothesis is met!\n"
		"INFO Steady state hypothesis: S\n"
		"INFO Probe: p\n"
		"INFO Steady state hypothesis is met!\n"
		"INFO Continuous steady state hypothesis terminated\n"
		"INFO Let's rollback...\n"
		"INFO No declared rollbacks, let's move on.\n"
		"INFO Experiment ended with status: completed\n");
	fixture_release(&f);
}

/* A check that runs when the method ends is the last one, and is waited for. */
static void last_check_test(void **state)
{
	struct fixture f;

	(void)state;
	run_during(&f, LASTING("2250"));
	assert_int_equal(json_array_size(fixture_at(&f, "steady_states.during")), 3);
	assert_true(json_is_true(fixture_at(&f, "steady_states.during.2.steady_state_met")));
	assert_int_equal(f.elapsed_ms, 2300);
	fixture_expect("status", f.status, "completed");
	fixture_release(&f);
}

static void fail_fast_test(void **state)
{
	static const struct {
		enum pr_hypothesis_strategy strategy;
		const char *probe;
		const char *status;
		const char *run;
	} rows[] = {
		{PR_HYPOTHESIS_DURING_METHOD_ONLY, ",'output':2", "failed", "a:succeeded"},
		{PR_HYPOTHESIS_DURING_METHOD_ONLY, ",'fail':'x'", "failed", "a:succeeded"},
		{PR_HYPOTHESIS_DURING_METHOD_ONLY, ",'crash':'x'", "aborted", "a:succeeded"},
		{PR_HYPOTHESIS_DURING_METHOD_ONLY, ",'output':1", "completed",
			"a:succeeded b:succeeded"},
		{PR_HYPOTHESIS_DEFAULT, ",'output':1", "completed", "a:succeeded b:succeeded"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(free) char *document = pr_text_format(
			"{'title':'T'," HYPOTHESIS(PROBE("p", "1", "%s")) ",'method':[" ACT(
				"a", ",'ms':2500") "," ACT("b", "") "]}",
			rows[i].probe);
		struct fixture f;

		fixture_init(&f, document);
		f.options.strategies.hypothesis = rows[i].strategy;
		f.options.strategies.fail_fast = true;
		fixture_run(&f);
		assert_string_equal(f.status, rows[i].status);
		assert_false(f.deviated);
		fixture_expect("run", fixture_entries(fixture_at(&f, "run")), rows[i].run);
		fixture_release(&f);
	}
}

/* However long the method, neither stack nor time per activity grow. */
static void many_activities_test(void **state)
{
	enum { COUNT = 20000 };
	struct fixture f;
	json_t *method;

	(void)state;
	fixture_init(&f, "{'title':'T','method':[]}");
	f.options.strategies.dry = PR_DRY_ACTIVITIES;
	method = json_object_get(f.options.document, "method");
	for (int i = 0; i < COUNT; i++)
		json_array_append_new(method, fixture_json(ACT("a", "")));
	fixture_run(&f);
	assert_int_equal(json_array_size(fixture_at(&f, "run")), COUNT);
	assert_string_equal(f.status, "completed");
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcome_test),
		cmocka_unit_test(log_test),
		cmocka_unit_test(points_test),
		cmocka_unit_test(background_test),
		cmocka_unit_test(dry_pause_test),
		cmocka_unit_test(tolerance_probe_test),
		cmocka_unit_test(continuous_test),
		cmocka_unit_test(last_check_test),
		cmocka_unit_test(fail_fast_test),
		cmocka_unit_test(many_activities_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
