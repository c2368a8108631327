#include "fixture.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ACT(name, more) "{'type':'action','name':'" name "','provider':{" more "}}"
#define BACKGROUND(name, more) \
	"{'type':'action','name':'" name "','background':true,'provider':{" more "}}"
#define PROBES(probes) "'steady-state-hypothesis':{'title':'S','probes':[" probes "]}"
#define PROBE(more) "{'type':'probe','name':'p','tolerance':1,'provider':{'output':1" more "}}"
#define UNDO "'rollbacks':[" ACT("undo", "") "]"
#define OWN(more) "{'type':'action','name':'own','provider':{" more "}}"

/* Activities that a hook brings (engine/hooks.h, `insert`). */
static const struct insert_row {
	const char *at;
	enum pr_hook_verdict verdict;
	const char *own;
	int64_t signal_ms;
	const char *run, *undone;
	const char *list; /* names in the document: method, then rollbacks */
	int64_t elapsed_ms;
} insert_rows[] = {
	{"gate method a", PR_HOOK_CONTINUE, OWN("'ms':2000"), 0, "own:succeeded a:succeeded",
		"undo:succeeded", "own a undo ", 3000},
	{"gate method a", PR_HOOK_WAIT, OWN(""), 0, "own:succeeded a:succeeded", "undo:succeeded",
		"own a undo ", 1500},
	{"after-activity method a", PR_HOOK_CONTINUE, OWN(""), 0, "a:succeeded own:succeeded",
		"undo:succeeded", "a own undo ", 1000},
	{"after-activity method a", PR_HOOK_WAIT, OWN(""), 0, "a:succeeded own:succeeded",
		"undo:succeeded", "a own undo ", 1500},
	{"gate rollbacks undo", PR_HOOK_CONTINUE, OWN(""), 0, "a:succeeded",
		"own:succeeded undo:succeeded", "a own undo ", 1000},
	{"after-activity rollbacks undo", PR_HOOK_CONTINUE, OWN(""), 0, "a:succeeded",
		"undo:succeeded own:succeeded", "a undo own ", 1000},
	{"gate method a", PR_HOOK_CONTINUE, OWN("'ms':60000"), 2000, "own:-", "undo:succeeded",
		"own a undo ", 2000},
	/* dropped: the run is over, it is no place for one, the answer interrupts */
	{"after-activity method a", PR_HOOK_CONTINUE, OWN(""), 500, "a:-", "undo:succeeded",
		"a undo ", 500},
	{"gate before p", PR_HOOK_CONTINUE, OWN(""), 0, "a:succeeded", "undo:succeeded", "a undo ",
		1000},
	{"before-method method", PR_HOOK_CONTINUE, OWN(""), 0, "a:succeeded", "undo:succeeded",
		"a undo ", 1000},
	{"gate method a", PR_HOOK_INTERRUPT, OWN(""), 0, "", "undo:succeeded", "a undo ", 0},
};

static void add_names(struct pr_buf *out, const json_t *list)
{
	json_t *activity;
	size_t i;

	json_array_foreach (list, i, activity)
		pr_buf_addf(out, "%s ", json_string_value(json_object_get(activity, "name")));
}

static void inserted_activities_test(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(insert_rows); i++) {
		const struct insert_row *row = &insert_rows[i];
		PR_AUTO(buf) struct pr_buf names = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		struct fixture f;

		fixture_init(&f, "{'title':'T'," PROBES(PROBE("")) ",'method':[" ACT(
					 "a", "'ms':1000") "]," UNDO "}");
		f.options.strategies.hypothesis = PR_HYPOTHESIS_BEFORE_METHOD_ONLY;
		f.options.strategies.rollbacks = PR_ROLLBACK_ALWAYS;
		f.answer_at = row->at;
		f.answer.verdict = row->verdict;
		f.answer.insert = fixture_json(row->own);
		f.answer_after_ms = 500;
		if (row->signal_ms)
			fixture_interrupt(&f, row->signal_ms, PR_INTERRUPT_SIGINT, NULL);
		fixture_run(&f);
		fixture_expect(row->at, fixture_entries(fixture_at(&f, "run")), row->run);
		fixture_expect(row->at, fixture_entries(fixture_at(&f, "rollbacks")), row->undone);
		add_names(&names, fixture_at(&f, "experiment.method"));
		add_names(&names, fixture_at(&f, "experiment.rollbacks"));
		fixture_expect(row->at, pr_buf_str(&names), row->list);
		assert_int_equal(f.elapsed_ms, row->elapsed_ms);
		fixture_release(&f);
	}
}

/* The gate is asked for what was brought, then again for what it came before. */
static void gate_of_the_inserted_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{'title':'T','method':[" BACKGROUND("a", "") "]}");
	f.answer_at = "gate method a";
	f.answer.insert = fixture_json(OWN(""));
	fixture_run(&f);
	assert_non_null(strstr(pr_buf_str(&f.points),
		"gate method a\ngate method own\nbefore-activity method own\nentry method own\n"
		"after-activity method own\ngate method a\nbefore-activity method a\n"));
	fixture_release(&f);
}

/* What waits at the gate of one in the background holds up what comes behind it. */
static void gate_of_the_background_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{'title':'T','method':[" BACKGROUND("b", "") "," ACT("a", "") "]}");
	f.answer_at = "gate method b";
	f.answer.verdict = PR_HOOK_WAIT;
	f.answer_after_ms = 3000;
	fixture_run(&f);
	assert_int_equal(f.elapsed_ms, 3000);
	fixture_expect("started", pr_buf_str(&f.started), "b a ");
	fixture_release(&f);
}

/* A question that is freed takes what it brought with it: the sanitizers see to that. */
static void freed_while_inserting_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{'title':'T','method':[" ACT("a", "") "]}");
	f.answer_at = "gate method a";
	f.answer.verdict = PR_HOOK_WAIT;
	f.answer.insert = fixture_json(OWN("'ms':60000"));
	f.answer_after_ms = 10;
	fixture_interrupt(&f, 20, PR_INTERRUPT_SIGINT, NULL);
	fixture_run(&f);
	fixture_expect("status", f.status, "interrupted");
	fixture_release(&f);
}

/* Pauses have no tolerance in a hypothesis, whatever becomes of them. */
static void pauses_in_a_hypothesis_test(void **state)
{
	static const char *const more[] = {"'ms':5000", "'fail':'x'"};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < PR_LEN(more); i++) {
		PR_AUTO(free) char *document = pr_text_format(
			"{'title':'T'," PROBES(
				"{'type':'action','name':'w','provider':{'type':'python',"
				"'module':'chaosreliably.activities.pauses',%s}}," PROBE(
					"")) ","
					     "'method':[" ACT("a", "") "]}",
			more[i]);

		fixture_init(&f, document);
		fixture_run(&f);
		fixture_expect("status", f.status, "completed");
		fixture_expect("run", fixture_entries(fixture_at(&f, "run")), "a:succeeded");
		assert_true(json_is_true(fixture_at(&f, "steady_states.before.steady_state_met")));
		assert_null(fixture_at(&f, "steady_states.before.probes.0.tolerance_met"));
		assert_true(json_is_true(
			fixture_at(&f, "steady_states.before.probes.1.tolerance_met")));
		fixture_release(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inserted_activities_test),
		cmocka_unit_test(gate_of_the_inserted_test),
		cmocka_unit_test(gate_of_the_background_test),
		cmocka_unit_test(freed_while_inserting_test),
		cmocka_unit_test(pauses_in_a_hypothesis_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
