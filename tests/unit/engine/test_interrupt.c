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
#define HANG "'ms':60000"
#define PROBES(probes) "'steady-state-hypothesis':{'title':'S','probes':[" probes "]}"
#define PROBE(more) "{'type':'probe','name':'p','tolerance':1,'provider':{'output':1" more "}}"
#define UNDO "'rollbacks':[" ACT("undo", "") "]"

/* Interruptions against where they come (docs/engine.md 7.2). */
static const struct row {
	const char *what;
	const char *document; /* its members but the title */
	struct pr_strategies strategies;
	struct fixture_interrupt at[3]; /* those with ms > 0 */
	const char *run, *rollbacks;
	const char *ended; /* activities that were ended */
	int64_t elapsed_ms;
	const char *log; /* must be in it */
} rows[] = {
	{"in the method",
		"'method':[" ACT("a", "") "," ACT("hang", HANG) "," ACT("c", "") "]," UNDO, {0},
		{{1000, PR_INTERRUPT_SIGINT, NULL}}, "a:succeeded hang:-", "", "hang ", 1000,
		"WARNING Received a termination signal (Ctrl-C)...\n"},
	{"always", "'method':[" ACT("hang", HANG) "]," UNDO, {.rollbacks = PR_ROLLBACK_ALWAYS},
		{{1000, PR_INTERRUPT_SIGTERM, NULL}}, "hang:-", "undo:succeeded", "hang ", 1000,
		"WARNING Caught SIGTERM signal, interrupting experiment now\n"
		"CRITICAL SIGTERM signal received\n"
		"WARNING Rollbacks were explicitly requested to be played\n"},
	{"usr1", "'method':[" ACT("hang", HANG) "]," UNDO, {.rollbacks = PR_ROLLBACK_ALWAYS},
		{{1000, PR_INTERRUPT_USR1, NULL}}, "hang:-", "undo:succeeded", "hang ", 1000,
		"WARNING Received the exit signal: 20\n"},
	{"usr2 never rolls back", "'method':[" ACT("hang", HANG) "]," UNDO,
		{.rollbacks = PR_ROLLBACK_ALWAYS}, {{1000, PR_INTERRUPT_USR2, NULL}}, "hang:-", "",
		"hang ", 1000,
		"WARNING Received the exit signal: 30\nWARNING Ignoring rollbacks as per signal\n"},
	{"by order", "'method':[" ACT("hang", HANG) "]", {0},
		{{1000, PR_INTERRUPT_ORDER, "time is over"}}, "hang:-", "", "hang ", 1000,
		"CRITICAL time is over\n"},
	{"in the gate", PROBES(PROBE("," HANG)) ",'method':[" ACT("a", "") "]," UNDO,
		{.rollbacks = PR_ROLLBACK_ALWAYS}, {{1000, PR_INTERRUPT_SIGINT, NULL}}, "",
		"undo:succeeded", "p ", 1000, NULL},
	{"in the hypothesis after", PROBES(PROBE("," HANG)) ",'method':[" ACT("a", "") "]," UNDO,
		{.hypothesis = PR_HYPOTHESIS_AFTER_METHOD_ONLY},
		{{1000, PR_INTERRUPT_SIGINT, NULL}}, "a:succeeded", "", "p ", 1000, NULL},
	{"in a pause before",
		"'method':[{'type':'action','name':'a','pauses':{'before':30},'provider':{}}]", {0},
		{{1000, PR_INTERRUPT_SIGINT, NULL}}, "", "", "", 1000, NULL},
	{"in a pause after",
		"'method':[{'type':'action','name':'a','pauses':{'after':30},'provider':{}}," ACT(
			"b", "") "]",
		{0}, {{1000, PR_INTERRUPT_SIGINT, NULL}}, "a:succeeded", "", "", 1000, NULL},
	{"the pause after is slept",
		"'method':[{'type':'action','name':'a','pauses':{'after':3},'provider':{" HANG
		"}}]",
		{0}, {{1000, PR_INTERRUPT_SIGTERM, NULL}}, "a:-", "", "a ", 4000,
		"INFO Pausing after activity for 3s...\nCRITICAL SIGTERM signal received\n"},
	{"a second signal cuts it",
		"'method':[{'type':'action','name':'a','pauses':{'after':3},'provider':{" HANG
		"}}]",
		{0}, {{1000, PR_INTERRUPT_SIGTERM, NULL}, {2000, PR_INTERRUPT_SIGTERM, NULL}},
		"a:-", "", "a ", 2000, NULL},
	{"background is awaited",
		"'method':[" BACKGROUND("b", "'ms':5000") "," ACT("hang", HANG) "]", {0},
		{{1000, PR_INTERRUPT_SIGINT, NULL}}, "b:succeeded hang:-", "", "hang ", 5000, NULL},
	{"not by usr2", "'method':[" BACKGROUND("b", "'ms':5000") "," ACT("hang", HANG) "]", {0},
		{{1000, PR_INTERRUPT_USR2, NULL}}, "b:- hang:-", "", "hang b ", 1000, NULL},
	{"nor by a time limit",
		"'method':[" BACKGROUND("b", "'ms':5000") "," ACT("hang", HANG) "]," UNDO,
		{.rollbacks = PR_ROLLBACK_ALWAYS}, {{1000, PR_INTERRUPT_TIMEOUT, "time is over"}},
		"b:- hang:-", "undo:succeeded", "hang b ", 1000, "CRITICAL time is over\n"},
	{"the wait for the background is cut",
		"'method':[" BACKGROUND("b", HANG) "," ACT("a", "") "]," UNDO,
		{.rollbacks = PR_ROLLBACK_ALWAYS}, {{1000, PR_INTERRUPT_SIGINT, NULL}},
		"b:- a:succeeded", "undo:succeeded", "b ", 1000, NULL},
	{"by the second signal too", "'method':[" BACKGROUND("b", HANG) "," ACT("hang", HANG) "]",
		{0}, {{1000, PR_INTERRUPT_SIGINT, NULL}, {2000, PR_INTERRUPT_SIGINT, NULL}},
		"b:- hang:-", "", "hang b ", 2000, NULL},
	{"nothing starts in the background afterwards",
		"'method':[{'type':'action','name':'b','background':true,'pauses':{'before':30},"
		"'provider':{}}," ACT("hang", HANG) "]",
		{0}, {{1000, PR_INTERRUPT_SIGINT, NULL}}, "hang:-", "", "hang ", 1000, NULL},
	{"in the rollbacks",
		"'method':[" ACT("a", "") "],'rollbacks':[" ACT("one", "") "," ACT(
			"hang", HANG) "," ACT("never", "") "]",
		{0}, {{1000, PR_INTERRUPT_SIGINT, NULL}}, "a:succeeded", "one:succeeded hang:-",
		"hang ", 1000,
		"WARNING Received an exit signal.Terminating now without running the remaining "
		"rollbacks.\nINFO Experiment ended with status: interrupted\n"},
	{"background rollbacks are awaited, also after usr2",
		"'method':[" ACT("a", "") "],'rollbacks':[" BACKGROUND("b", "'ms':5000") "," ACT(
			"hang", HANG) "]",
		{0}, {{1000, PR_INTERRUPT_USR2, NULL}}, "a:succeeded", "b:succeeded hang:-",
		"hang ", 5000,
		"WARNING Received an exit signal.Terminating now without running the remaining "
		"rollbacks.\nINFO Experiment ended with status: interrupted\n"},
	{"term in the rollbacks",
		"'method':[" ACT("a", "") "],'rollbacks':[" ACT("hang", HANG) "," ACT(
			"never", "") "]",
		{0}, {{1000, PR_INTERRUPT_SIGTERM, NULL}}, "a:succeeded", "hang:-", "hang ", 1000,
		"CRITICAL SIGTERM signal received\nINFO Experiment ended"},
	{"twice",
		"'method':[" ACT("hang", HANG) "],'rollbacks':[" ACT("one", "") "," ACT(
			"hang2", HANG) "]",
		{.rollbacks = PR_ROLLBACK_ALWAYS},
		{{1000, PR_INTERRUPT_SIGINT, NULL}, {3000, PR_INTERRUPT_SIGINT, NULL}}, "hang:-",
		"one:succeeded hang2:-", "hang hang2 ", 3000, NULL},
	{"with a continuous check", PROBES(PROBE(",'ms':500")) ",'method':[" ACT("hang", HANG) "]",
		{.hypothesis = PR_HYPOTHESIS_DURING_METHOD_ONLY, .frequency = 30},
		{{1000, PR_INTERRUPT_SIGINT, NULL}}, "hang:-", "", "hang ", 1000, NULL},
	{"inside a continuous check", PROBES(PROBE("," HANG)) ",'method':[" ACT("hang", HANG) "]",
		{.hypothesis = PR_HYPOTHESIS_DURING_METHOD_ONLY, .frequency = 30},
		{{1000, PR_INTERRUPT_SIGINT, NULL}}, "hang:-", "", "hang p ", 1000, NULL},
};

static void interrupted_test(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		const struct row *row = &rows[i];
		PR_AUTO(free) char *document =
			pr_text_format("{'title':'T','description':'D',%s}", row->document);
		struct fixture f;

		fixture_init(&f, document);
		f.options.strategies = row->strategies;
		for (size_t k = 0; k < PR_LEN(row->at) && row->at[k].ms; k++)
			fixture_interrupt(&f, row->at[k].ms, row->at[k].kind, row->at[k].reason);
		fixture_run(&f);
		fixture_expect(row->what, f.status, "interrupted");
		fixture_expect(row->what, fixture_entries(fixture_at(&f, "run")), row->run);
		fixture_expect(
			row->what, fixture_entries(fixture_at(&f, "rollbacks")), row->rollbacks);
		fixture_expect(row->what, pr_buf_str(&f.ended), row->ended);
		assert_true(json_is_null(fixture_at(&f, "steady_states.before")));
		assert_true(json_is_null(fixture_at(&f, "steady_states.after")));
		if (f.elapsed_ms != row->elapsed_ms)
			fail_msg("%s: ended after %d ms", row->what, (int)f.elapsed_ms);
		if (row->log && !strstr(pr_buf_str(&f.log), row->log))
			fail_msg("%s: log is\n%s", row->what, pr_buf_str(&f.log));
		fixture_release(&f);
	}
}

static void entry_form_test(void **state)
{
	struct fixture f;
	const char *key;
	json_t *value;
	PR_AUTO(buf) struct pr_buf keys = PR_BUF_INIT(1000);

	(void)state;
	fixture_init(&f, "{'title':'T','method':[" ACT("hang", HANG) "]}");
	fixture_interrupt(&f, 1500, PR_INTERRUPT_SIGINT, NULL);
	fixture_run(&f);
	json_object_foreach (fixture_at(&f, "run.0"), key, value)
		pr_buf_addf(&keys, "%s ", key);
	fixture_expect("members", pr_buf_str(&keys), "activity output start end duration ");
	assert_true(json_is_null(fixture_at(&f, "run.0.output")));
	assert_true(json_real_value(fixture_at(&f, "run.0.duration")) == 1.5);
	fixture_release(&f);
}

static void interrupted_before_the_beginning_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{'title':'T','configuration':{'c':{'type':'probe','name':'c','provider':"
			 "{'type':'process','path':'sleep','arguments':['60']}}},'method':[" ACT(
				 "a", "") "]}");
	f.fake.clock = *pr_clock_system(); /* a real child is waited for */
	fixture_interrupt(&f, 50, PR_INTERRUPT_SIGTERM, NULL);
	fixture_run(&f);
	fixture_expect("status", f.status, "none");
	fixture_expect("error", f.error,
		"interrupted before the experiment began: SIGTERM signal received");
	fixture_expect("points", pr_buf_str(&f.points), "");
	assert_null(f.journal);
	fixture_release(&f);
}

/* What a hook answers, where, and what becomes of the run. */
static const struct hook_row {
	const char *at;
	struct pr_hook_answer answer;
	enum pr_rollback_strategy rollbacks;
	int64_t after_ms; /* of WAIT; negative: only when cancelled */
	bool resume_interrupts;
	int64_t signal_ms; /* 0: none */
	const char *status;
	const char *run, *undone;
	int64_t elapsed_ms;
} hook_rows[] = {
	{"started", {.verdict = PR_HOOK_INTERRUPT, .reason = "no"}, PR_ROLLBACK_DEFAULT, 0, false,
		0, "interrupted", "", "", 0},
	{"started", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_ALWAYS, 0, false, 0, "interrupted",
		"", "undo:succeeded", 0},
	{"started", {.verdict = PR_HOOK_INTERRUPT, .never_started = true}, PR_ROLLBACK_ALWAYS, 0,
		false, 0, "interrupted", "", "", 0},
	{"started", {.verdict = PR_HOOK_WAIT, .never_started = true}, PR_ROLLBACK_ALWAYS, 2000,
		true, 0, "interrupted", "", "", 2000},
	{"started", {.verdict = PR_HOOK_WAIT}, PR_ROLLBACK_ALWAYS, 2000, false, 0, "completed",
		"a:succeeded", "undo:succeeded", 3000},
	{"before-experiment", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_ALWAYS, 0, false, 0,
		"interrupted", "", "undo:succeeded", 0},
	{"before-hypothesis before", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_ALWAYS, 0, false,
		0, "interrupted", "", "undo:succeeded", 0},
	{"after-hypothesis before", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_ALWAYS, 0, false, 0,
		"interrupted", "", "undo:succeeded", 0},
	{"before-method method", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_ALWAYS, 0, false, 0,
		"interrupted", "", "undo:succeeded", 0},
	{"gate method a", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_ALWAYS, 0, false, 0,
		"interrupted", "", "undo:succeeded", 0},
	{"before-activity method a", {.verdict = PR_HOOK_INTERRUPT, .skip_rollbacks = true},
		PR_ROLLBACK_ALWAYS, 0, false, 0, "interrupted", "", "", 0},
	{"entry method a", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_ALWAYS, 0, false, 0,
		"interrupted", "a:-", "undo:succeeded", 0},
	{"after-activity method a", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_ALWAYS, 0, false, 0,
		"interrupted", "a:succeeded", "undo:succeeded", 1000},
	{"after-method method", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_DEFAULT, 0, false, 0,
		"interrupted", "a:succeeded", "", 1000},
	{"before-rollbacks rollbacks", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_DEFAULT, 0,
		false, 0, "interrupted", "a:succeeded", "", 1000},
	{"after-rollbacks rollbacks", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_DEFAULT, 0, false,
		0, "interrupted", "a:succeeded", "undo:succeeded", 1000},
	{"after-experiment", {.verdict = PR_HOOK_INTERRUPT}, PR_ROLLBACK_DEFAULT, 0, false, 0,
		"completed", "a:succeeded", "undo:succeeded", 1000},
	{"finished", {.verdict = PR_HOOK_WAIT}, PR_ROLLBACK_DEFAULT, 5000, false, 2000, "completed",
		"a:succeeded", "undo:succeeded", 6000},
	{"gate method a", {.verdict = PR_HOOK_WAIT}, PR_ROLLBACK_ALWAYS, -1, false, 4000,
		"interrupted", "", "undo:succeeded", 4000},
	{"before-rollbacks rollbacks", {.verdict = PR_HOOK_WAIT}, PR_ROLLBACK_ALWAYS, -1, false,
		4000, "interrupted", "a:succeeded", "", 4000},
	{"after-experiment", {.verdict = PR_HOOK_WAIT}, PR_ROLLBACK_ALWAYS, -1, false, 4000,
		"completed", "a:succeeded", "undo:succeeded", 4000},
	{"entry method a", {.verdict = PR_HOOK_WAIT}, PR_ROLLBACK_ALWAYS, -1, false, 0, "completed",
		"a:succeeded", "undo:succeeded", 1000},
};

static void hook_answers_test(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(hook_rows); i++) {
		const struct hook_row *row = &hook_rows[i];
		struct fixture f;

		fixture_init(&f, "{'title':'T'," PROBES(PROBE("")) ",'method':[" ACT(
					 "a", "'ms':1000") "]," UNDO "}");
		f.options.strategies.hypothesis = PR_HYPOTHESIS_BEFORE_METHOD_ONLY;
		f.options.strategies.rollbacks = row->rollbacks;
		f.answer_at = row->at;
		f.answer = row->answer;
		f.answer_after_ms = row->after_ms;
		f.resume_interrupts = row->resume_interrupts;
		if (row->signal_ms)
			fixture_interrupt(&f, row->signal_ms, PR_INTERRUPT_SIGINT, NULL);
		fixture_run(&f);
		fixture_expect(row->at, f.status, row->status);
		fixture_expect(row->at, fixture_entries(fixture_at(&f, "run")), row->run);
		fixture_expect(row->at, fixture_entries(fixture_at(&f, "rollbacks")), row->undone);
		if (f.elapsed_ms != row->elapsed_ms)
			fail_msg("%s: ended after %d ms", row->at, (int)f.elapsed_ms);
		/* Whatever happens, closing work is asked for once. */
		assert_non_null(strstr(pr_buf_str(&f.points), "finished\n"));
		fixture_release(&f);
	}
}

static void reason_test(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "{'title':'T','method':[" ACT("a", "") "]}");
	f.answer_at = "gate method a";
	f.answer = (struct pr_hook_answer){.verdict = PR_HOOK_INTERRUPT, .reason = "not safe"};
	fixture_run(&f);
	assert_non_null(strstr(pr_buf_str(&f.log), "CRITICAL not safe\n"));
	assert_non_null(strstr(pr_buf_str(&f.points), "interrupted: not safe\n"));
	fixture_release(&f);
}

static void stop(void *arg)
{
	pr_loop_stop(arg);
}

/* Freeing a run at any moment leaves nothing behind. */
static void freed_while_running_test(void **state)
{
	static const int64_t moments[] = {0, 500, 1500, 2500, 3500, 5500};

	(void)state;
	for (size_t i = 0; i < PR_LEN(moments); i++) {
		struct fixture f;
		struct pr_timer timer = {0};

		fixture_init(&f,
			"{'title':'T','configuration':{'x':1}," PROBES(
				PROBE(",'ms':1000")) ",'method':[" BACKGROUND("b",
				HANG) ",{'type':'action','name':'a','pauses':{'before':1,"
				      "'after':1},'provider':{'ms':1000}}," ACT("hang", HANG) "]}");
		f.options.strategies.hypothesis = PR_HYPOTHESIS_CONTINUOUSLY;
		assert_int_equal(0, pr_run_new(f.loop, &f.options, &f.run, NULL));
		assert_int_equal(0, pr_run_start(f.run, NULL, NULL, NULL));
		pr_timer_start(f.loop, &timer, moments[i] * 1000, stop, f.loop);
		assert_int_equal(0, pr_loop_run(f.loop, NULL));
		fixture_release(&f);
	}
}

/* Interrupts the run when a probe has ended, in the turn before the run learns of it. */
struct late {
	struct fixture *fixture;
	struct pr_task task;
};

static void interrupt_late(void *arg)
{
	struct late *late = arg;

	pr_run_interrupt(late->fixture->run, PR_INTERRUPT_SIGTERM, NULL);
}

static void on_late(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct late *late = self;

	(void)ticket, (void)answer;
	if (event->point == PR_HOOK_AFTER_ACTIVITY)
		pr_task_post(event->run->loop, &late->task, interrupt_late, late);
}

static void no_tolerance_is_asked_after_an_interruption_test(void **state)
{
	struct fixture f;
	struct late late = {.fixture = &f};
	struct pr_hook hook = {.name = "late", .on = on_late, .self = &late};

	(void)state;
	fixture_init(&f,
		"{'title':'T','steady-state-hypothesis':{'title':'S','probes':[{'type':'probe',"
		"'name':'p','provider':{'output':1},'tolerance':{'type':'probe','name':'judge',"
		"'provider':{'ms':60000,'arguments':{}}}}]},'method':[]}");
	f.beside = &hook;
	fixture_run(&f);
	fixture_expect("status", f.status, "interrupted");
	fixture_expect("started", pr_buf_str(&f.started), "p ");
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interrupted_test),
		cmocka_unit_test(entry_form_test),
		cmocka_unit_test(interrupted_before_the_beginning_test),
		cmocka_unit_test(hook_answers_test),
		cmocka_unit_test(reason_test),
		cmocka_unit_test(freed_while_running_test),
		cmocka_unit_test(no_tolerance_is_asked_after_an_interruption_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
