#include "fixture.h"

#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "engine/journal.h"
#include "engine/recovery.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

/* Every activity takes 10 ms; with the probe after the method only, a1 runs from 0 to 10, a2 to 20,
 * the probe to 30, r1 to 40, r2 to 50. */
#define MS "'type':'fake','ms':10"
#define ACTION(name) "{'type':'action','name':'" name "','provider':{" MS "}}"
#define DOCUMENT(tolerance)                                                                  \
	"{'title':'T','steady-state-hypothesis':{'title':'S','probes':[{'type':'probe',"     \
	"'name':'p','tolerance':" tolerance ",'provider':{" MS                               \
	",'output':1}}]},'method':[" ACTION("a1") "," ACTION("a2") "],'rollbacks':[" ACTION( \
		"r1") "," ACTION("r2") "]}"

struct place {
	char dir[64];
	char journal[96];
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->dir, sizeof(place->dir), "/tmp/pr-recovery-XXXXXX");
	if (!mkdtemp(place->dir))
		return -1;
	snprintf(place->journal, sizeof(place->journal), "%s/j.json", place->dir);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	pr_file_remove_tree(place->dir, NULL);
	free(place);
	return 0;
}

static void on_over(void *arg, const struct pr_run_result *result)
{
	struct fixture *fixture = arg;

	fixture->over = true;
	pr_text_copy(
		fixture->status, sizeof(fixture->status), result->status ? result->status : "none");
	pr_text_copy(
		fixture->error, sizeof(fixture->error), result->error ? result->error->msg : "");
	fixture->journal = json_incref(result->journal);
	pr_loop_stop(fixture->loop);
}

static void on_death(void *arg)
{
	pr_loop_stop(arg);
}

/* Runs until a time, when it is gone without another word, or to the end. */
static void run_until(struct fixture *fixture, int64_t ms)
{
	struct pr_timer timer;

	memset(&timer, 0, sizeof(timer));

	assert_int_equal(0, pr_run_new(fixture->loop, &fixture->options, &fixture->run, NULL));
	assert_int_equal(0, pr_run_start(fixture->run, on_over, fixture, NULL));
	assert_int_equal(
		0, pr_timer_start(fixture->loop, &timer, ms * 1000, on_death, fixture->loop));
	assert_int_equal(0, pr_loop_run(fixture->loop, NULL));
	pr_timer_stop(&timer);
}

static void pad(json_t *document, bool large)
{
	char *text = calloc(1, 300001);

	memset(text, 'x', large ? 300000 : 10);
	json_object_set_new(document, "padding", json_string(text));
	free(text);
}

struct kill {
	const char *document;
	enum pr_rollback_strategy strategy;
	enum pr_hypothesis_strategy hypothesis;
	int64_t ms;
	bool large; /* with J.part */
};

/* Leaves the journal of a run that was killed. */
static void leave(const struct place *place, const struct kill *kill)
{
	struct fixture fixture;

	fixture_init(&fixture, kill->document);
	pad(fixture.options.document, kill->large);
	fixture.options.journal_path = place->journal;
	fixture.options.strategies.rollbacks = kill->strategy;
	fixture.options.strategies.hypothesis = kill->hypothesis;
	run_until(&fixture, kill->ms);
	fixture_release(&fixture);
}

static void alive_test(void **state)
{
	struct place *place = *state;
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	struct pr_recovery_options options = {.limits = &limits};
	struct pr_err err = PR_ERR_INIT;
	struct fixture fixture;

	fixture_init(&fixture,
		"{'title':'T','description':'D','rollbacks':[],'method':[{'type':'action',"
		"'name':'m','provider':{'type':'test','ms':1000}}]}");
	fixture.options.journal_path = place->journal;
	run_until(&fixture, 10);
	assert_false(fixture.over);
	assert_int_equal(PR_EIO, pr_recovery_open(&recovery, place->journal, &options, &err));
	assert_non_null(strstr(err.msg, "still alive"));
	pr_recovery_release(&recovery);
	fixture_release(&fixture);
}

/* "r1* r2 ": those that are owed; an asterisk: played again. Static buffer. */
static const char *owed_of(const struct pr_recovery *recovery)
{
	static char text[256];
	const json_t *note;
	size_t i;

	text[0] = '\0';
	json_array_foreach (recovery->notes, i, note) {
		strcat(text, pr_json_str(note, "name"));
		strcat(text, json_is_true(json_object_get(note, "again")) ? "* " : " ");
	}
	return text;
}

/* Plays a recovery, killed or interrupted at a time, or (-1) to its end. */
static void play(const struct place *place, struct pr_recovery *recovery, struct fixture *fixture,
	int64_t ms)
{
	fixture_init(fixture, "{}");
	json_decref(fixture->options.document);
	fixture->options.document = json_incref(recovery->document);
	fixture->options.strategies = recovery->strategies;
	fixture->options.journal_path = place->journal;
	fixture->options.recovery = recovery;
	run_until(fixture, ms < 0 ? 10000 : ms);
}

static void expect_complete(const struct place *place)
{
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	struct pr_recovery_options options = {.limits = &limits};
	char part[128];

	snprintf(part, sizeof(part), "%s.part", place->journal);
	assert_int_equal(0, pr_recovery_open(&recovery, place->journal, &options, NULL));
	assert_int_equal(PR_RECOVERY_NOTHING, recovery.state);
	assert_non_null(strstr(recovery.reason, "recovered already"));
	assert_string_equal("interrupted", pr_json_str(recovery.journal, "status"));
	assert_non_null(pr_json_str(recovery.journal, "end"));
	assert_true(json_is_real(json_object_get(recovery.journal, "duration")));
	assert_false(pr_file_exists(part));
	pr_recovery_release(&recovery);
}

/* A killed run, its recovery, and what that has played; `want` is NULL for a run that had ended. */
static void check(const struct place *place, const struct kill *kill, const char *want)
{
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	struct pr_recovery_options options = {.limits = &limits};
	struct fixture fixture;
	char title[128];
	char played[256];

	snprintf(title, sizeof(title), "strategy %d, hypothesis %d, %d ms%s", (int)kill->strategy,
		(int)kill->hypothesis, (int)kill->ms, kill->large ? ", large" : "");
	leave(place, kill);
	assert_int_equal(0, pr_recovery_open(&recovery, place->journal, &options, NULL));
	if (!want) {
		fixture_expect(title, recovery.reason, "its run came to its end");
		pr_recovery_release(&recovery);
		return;
	}
	assert_int_equal(*want ? PR_RECOVERY_OWED : PR_RECOVERY_UNFINISHED, recovery.state);
	snprintf(played, sizeof(played), "%s", owed_of(&recovery));
	fixture_expect(title, played, want);
	play(place, &recovery, &fixture, -1);
	fixture_expect(title, fixture.status, "interrupted");
	for (char *c = played; *c; c++)
		if (*c == '*')
			memmove(c, c + 1, strlen(c));
	fixture_expect(title, pr_buf_str(&fixture.started), played);
	fixture_release(&fixture);
	pr_recovery_release(&recovery);
	expect_complete(place);
}

#define PAUSE(name, more)                                                         \
	"{'type':'action','name':'" name "','provider':{'type':'python','ms':10," \
	"'module':'chaosreliably.activities.pauses'" more "}}"

/* Nobody is there to resume what is played again. */
static void pauses_test(void **state)
{
	const struct kill kill = {
		.document = "{'title':'T','description':'D','method':[" PAUSE(
			"m", "") "],"
				 "'rollbacks':[" PAUSE("endless", "") "," PAUSE(
					 "zero", ",'arguments':{'duration':0}") "," PAUSE("bounded",
					 ",'arguments':{'duration':3}") "]}",
		.strategy = PR_ROLLBACK_ALWAYS,
		.ms = 5};

	check(*state, &kill, "bounded ");
}

static void kill_points_test(void **state)
{
	static const char met[] = DOCUMENT("1");
	static const char missed[] = DOCUMENT("2");
	static const struct {
		const char *document;
		enum pr_rollback_strategy strategy;
		const char *want[6]; /* at 5, 15, 25, 35, 45 and 55 ms; NULL: it had ended */
	} rows[] = {
		{met, PR_ROLLBACK_DEFAULT, {"", "", "", "r1* r2 ", "r2* ", NULL}},
		{met, PR_ROLLBACK_ALWAYS, {"r1 r2 ", "r1 r2 ", "r1 r2 ", "r1* r2 ", "r2* ", NULL}},
		{met, PR_ROLLBACK_NEVER, {"", "", "", NULL, NULL, NULL}},
		{met, PR_ROLLBACK_DEVIATED, {"", "", "", NULL, NULL, NULL}},
		{missed, PR_ROLLBACK_DEFAULT, {"", "", "", "r1* r2 ", "r2* ", NULL}},
		{missed, PR_ROLLBACK_ALWAYS,
			{"r1 r2 ", "r1 r2 ", "r1 r2 ", "r1* r2 ", "r2* ", NULL}},
		{missed, PR_ROLLBACK_NEVER, {"", "", "", NULL, NULL, NULL}},
		{missed, PR_ROLLBACK_DEVIATED, {"", "", "", "r1* r2 ", "r2* ", NULL}},
	};

	for (size_t i = 0; i < PR_LEN(rows) * 12; i++) {
		struct kill kill = {.document = rows[i / 12].document,
			.strategy = rows[i / 12].strategy,
			.hypothesis = PR_HYPOTHESIS_AFTER_METHOD_ONLY,
			.ms = 5 + 10 * (int64_t)(i % 6),
			.large = i / 6 % 2};

		check(*state, &kill, rows[i / 12].want[i % 6]);
	}
}

/* Before the method nothing was touched; after a gate that closed, rollbacks had begun. */
static void gate_test(void **state)
{
	static const char met[] = DOCUMENT("1");
	static const char missed[] = DOCUMENT("2");
	static const struct {
		struct kill kill;
		const char *want;
	} rows[] = {
		{{met, PR_ROLLBACK_ALWAYS, PR_HYPOTHESIS_DEFAULT, 5, false}, ""},
		{{met, PR_ROLLBACK_ALWAYS, PR_HYPOTHESIS_DEFAULT, 15, false}, "r1 r2 "},
		{{missed, PR_ROLLBACK_DEFAULT, PR_HYPOTHESIS_DEFAULT, 15, false}, "r1* r2 "},
		{{missed, PR_ROLLBACK_DEFAULT, PR_HYPOTHESIS_DEFAULT, 25, true}, "r2* "},
	};

	for (size_t i = 0; i < PR_LEN(rows); i++)
		check(*state, &rows[i].kill, rows[i].want);
}

/* What is beside a plain list: references, equal items, pauses, the background. */
static void items_test(void **state)
{
#define METHOD "{'title':'T','method':[" ACTION("a") "],'rollbacks':["
	static const struct {
		const char *document;
		int64_t ms; /* a ends at 10 */
		const char *want;
	} rows[] = {
		{METHOD "{'ref':'a'}," ACTION("r") "]}", 15, "a* r "},
		{METHOD "{'ref':'a'}," ACTION("r") "]}", 25, "r* "},
		{METHOD ACTION("r") "," ACTION("r") "]}", 15, "r* r "},
		{METHOD ACTION("r") "," ACTION("r") "]}", 25, "r* "},
		{METHOD "{'type':'action','name':'r','pauses':{'before':1},'provider':{" MS "}}]}",
			500, "r "},
		{METHOD "{'type':'action','name':'r','pauses':{'after':1},'provider':{" MS "}}]}",
			500, ""},
		{METHOD "{'type':'action','name':'b','background':true,'provider':{'type':'fake',"
			"'ms':1000}}," ACTION("r") "]}",
			25, "b* "},
		{METHOD "]}", 5, ""},
	};

	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct kill kill = {.document = rows[i].document,
			.strategy = PR_ROLLBACK_ALWAYS,
			.ms = rows[i].ms};

		check(*state, &kill, rows[i].want);
	}
}

/* Leaves a run that was killed in its method, and opens it. */
static void open_left(const struct place *place, const char *document, struct pr_recovery *recovery,
	struct pr_err *err)
{
	struct kill kill = {.document = document, .strategy = PR_ROLLBACK_ALWAYS, .ms = 5};
	struct pr_recovery_options options = {.limits = &limits};

	leave(place, &kill);
	pr_recovery_open(recovery, place->journal, &options, err);
}

/* Killed or interrupted in a rollback: that one and the rest are still owed. */
static void recovery_ended_early_test(void **state)
{
	struct place *place = *state;
	struct pr_recovery_options options = {.limits = &limits};

	for (int interrupted = 0; interrupted < 2; interrupted++) {
		struct pr_recovery first = PR_RECOVERY_INIT;
		struct pr_recovery second = PR_RECOVERY_INIT;
		struct fixture fixture;

		open_left(place,
			"{'title':'T','method':[" ACTION("a") "],'rollbacks':[" ACTION(
				"r1") "," ACTION("r2") "]}",
			&first, NULL);
		play(place, &first, &fixture, 15);
		if (interrupted) {
			pr_run_interrupt(fixture.run, PR_INTERRUPT_SIGINT, NULL);
			assert_int_equal(0, pr_loop_run(fixture.loop, NULL));
			assert_true(fixture.over);
		} else {
			/* While it is at work, nobody else is. */
			assert_int_equal(
				PR_EIO, pr_recovery_open(&second, place->journal, &options, NULL));
			pr_recovery_release(&second);
		}
		fixture_release(&fixture);
		pr_recovery_release(&first);
		assert_int_equal(0, pr_recovery_open(&second, place->journal, &options, NULL));
		assert_int_equal(PR_RECOVERY_OWED, second.state);
		fixture_expect("second", owed_of(&second), "r2* ");
		play(place, &second, &fixture, -1);
		fixture_expect("second", pr_buf_str(&fixture.started), "r2 ");
		assert_int_equal(2, json_array_size(json_object_get(
					    json_object_get(fixture.journal, PR_JOURNAL_EXTENSION),
					    "recoveries")));
		fixture_release(&fixture);
		pr_recovery_release(&second);
		expect_complete(place);
	}
}

/* One that fails, and one that upstream would crash by: the others are played all the same. */
static void failing_rollbacks_test(void **state)
{
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	struct fixture fixture;

	open_left(*state,
		"{'title':'T','method':[" ACTION("a") "],'rollbacks':[{'type':'action','name':'f',"
						      "'provider':{'fail':'no'}},{'ref':'none'},"
						      "{'type':'action','name':'c','provider':{"
						      "'crash':'bad'}}," ACTION("r") "]}",
		&recovery, NULL);
	play(*state, &recovery, &fixture, -1);
	fixture_expect("started", pr_buf_str(&fixture.started), "f c r ");
	fixture_expect("status", fixture.status, "none");
	fixture_expect("error", fixture.error, "could not find referenced activity 'none'");
	fixture_expect("entries", fixture_entries(json_object_get(fixture.journal, "rollbacks")),
		"f:failed c:- r:succeeded");
	fixture_release(&fixture);
	pr_recovery_release(&recovery);
	expect_complete(*state);
}

/* Another strategy than the run's: also later, for those that were not played then. */
static void other_strategy_test(void **state)
{
	struct place *place = *state;
	struct kill kill = {.document = DOCUMENT("1"), .ms = 15};
	struct pr_recovery_options options = {.limits = &limits};
	static const struct {
		const char *strategy;
		enum pr_recovery_state state;
		const char *owed;
	} rows[] = {
		{"never", PR_RECOVERY_UNFINISHED, ""},
		{"always", PR_RECOVERY_OWED, "r1 r2 "},
		{"always", PR_RECOVERY_NOTHING, ""},
		{NULL, PR_RECOVERY_NOTHING, ""},
	};

	leave(place, &kill);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_recovery recovery = PR_RECOVERY_INIT;
		struct fixture fixture;

		options.rollback_strategy = rows[i].strategy;
		assert_int_equal(0, pr_recovery_open(&recovery, place->journal, &options, NULL));
		assert_int_equal(rows[i].state, recovery.state);
		fixture_expect("owed", owed_of(&recovery), rows[i].owed);
		if (recovery.state != PR_RECOVERY_NOTHING) {
			play(place, &recovery, &fixture, -1);
			fixture_release(&fixture);
		}
		pr_recovery_release(&recovery);
	}
	options.rollback_strategy = "sometimes";
	{
		struct pr_recovery recovery = PR_RECOVERY_INIT;

		assert_int_equal(
			PR_EINVAL, pr_recovery_open(&recovery, place->journal, &options, NULL));
		pr_recovery_release(&recovery);
	}
}

/* The rollbacks of a dry run are as dry. */
static void dry_test(void **state)
{
	struct place *place = *state;
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	struct pr_recovery_options options = {.limits = &limits};
	struct fixture fixture;

	fixture_init(&fixture, "{'title':'T','method':[{'type':'action','name':'a','pauses':{"
			       "'before':1},'provider':{" MS "}}],'rollbacks':[" ACTION("r") "]}");
	fixture.options.journal_path = place->journal;
	fixture.options.strategies.rollbacks = PR_ROLLBACK_ALWAYS;
	fixture.options.strategies.dry = PR_DRY_PAUSE;
	run_until(&fixture, 5);
	fixture_release(&fixture);
	assert_int_equal(0, pr_recovery_open(&recovery, place->journal, &options, NULL));
	assert_int_equal(PR_DRY_PAUSE, recovery.strategies.dry);
	pr_recovery_release(&recovery);
}

/* Variables are resolved again: where one is missing nothing is played, and it is named. */
static void configuration_test(void **state)
{
	struct place *place = *state;
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	struct pr_recovery_options options = {.limits = &limits};
	struct fixture fixture;

	setenv("PR_TEST_OF_RECOVERY", "1", 1);
	open_left(place,
		"{'title':'T','configuration':{'k':{'type':'env','key':'PR_TEST_OF_RECOVERY'}},"
		"'method':[" ACTION("a") "],'rollbacks':[" ACTION("r") "]}",
		&recovery, NULL);
	unsetenv("PR_TEST_OF_RECOVERY");
	play(place, &recovery, &fixture, -1);
	fixture_expect("status", fixture.status, "none");
	assert_non_null(strstr(fixture.error, "PR_TEST_OF_RECOVERY"));
	fixture_expect("started", pr_buf_str(&fixture.started), "");
	fixture_release(&fixture);
	pr_recovery_release(&recovery);
	assert_int_equal(0, pr_recovery_open(&recovery, place->journal, &options, NULL));
	fixture_expect("still owed", owed_of(&recovery), "r ");
	pr_recovery_release(&recovery);
}

static void refused_test(void **state)
{
	struct place *place = *state;
#define LEFT(experiment, more) \
	"{'experiment':" experiment ",'start':'2026-11-20T16:24:56+00:00'," more "}"
#define OURS "'plan-runner':{'rollback-strategy':'always'}"
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{"{}", "not the journal of an experiment"},
		{"[]", "not a journal"},
		{LEFT("[]", "'run':[],'rollbacks':[]"), "not the journal of an experiment"},
		{LEFT("{}", "'run':[]"), "no list 'rollbacks'"},
		{LEFT("{}", "'run':3,'rollbacks':[]"), "no list 'run'"},
		{LEFT("{}", "'run':[],'rollbacks':[]"), "give --rollback-strategy"},
		{LEFT("{}", "'run':[],'rollbacks':[],'plan-runner':{'rollback-strategy':'odd'}"),
			"unknown rollback strategy 'odd'"},
		{LEFT("{'rollbacks':[{'name':'r','provider':{'path':'x **********'}}]}",
			 "'run':[{}],'rollbacks':[]," OURS),
			"rollback 'r' had a value"},
		{LEFT("{'rollbacks':[{}],'secrets':{'s':{'k':'**********'}}}",
			 "'run':[{}],'rollbacks':[]," OURS),
			"experiment's secrets"},
	};

	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_recovery recovery = PR_RECOVERY_INIT;
		struct pr_recovery_options options = {.limits = &limits};
		struct pr_err err = PR_ERR_INIT;
		json_auto_t *value = fixture_json(rows[i].text);

		assert_int_equal(0, json_dump_file(value, place->journal, 0));
		assert_int_not_equal(
			0, pr_recovery_open(&recovery, place->journal, &options, &err));
		if (!strstr(err.msg, rows[i].message))
			fail_msg("got '%s', want '%s'", err.msg, rows[i].message);
		pr_recovery_release(&recovery);
	}
}

/* With the experiment as it was written, what was redacted is there; entries fit by their names. */
static void given_experiment_test(void **state)
{
	struct place *place = *state;
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	json_auto_t *document = fixture_json(
		"{'rollbacks':[{'name':'r1','k':'secret'},{'name':'r2','k':'secret'}]}");
	json_auto_t *left = fixture_json(LEFT("{'rollbacks':[{'k':'**********'}]}",
		"'run':[{}],'rollbacks':[{'activity':{'name':'r1','k':'**********'},'status':"
		"'failed'}]," OURS));
	struct pr_recovery_options options = {.limits = &limits, .document = document};

	assert_int_equal(0, json_dump_file(left, place->journal, 0));
	assert_int_equal(0, pr_recovery_open(&recovery, place->journal, &options, NULL));
	fixture_expect("owed", owed_of(&recovery), "r2 ");
	pr_recovery_release(&recovery);
}

static void missing_test(void **state)
{
	struct place *place = *state;
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	struct pr_recovery_options options = {.limits = &limits};

	assert_int_equal(PR_ENOTFOUND, pr_recovery_open(&recovery, place->journal, &options, NULL));
	pr_recovery_release(&recovery);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(alive_test, setup, teardown),
		cmocka_unit_test_setup_teardown(kill_points_test, setup, teardown),
		cmocka_unit_test_setup_teardown(pauses_test, setup, teardown),
		cmocka_unit_test_setup_teardown(gate_test, setup, teardown),
		cmocka_unit_test_setup_teardown(items_test, setup, teardown),
		cmocka_unit_test_setup_teardown(recovery_ended_early_test, setup, teardown),
		cmocka_unit_test_setup_teardown(failing_rollbacks_test, setup, teardown),
		cmocka_unit_test_setup_teardown(other_strategy_test, setup, teardown),
		cmocka_unit_test_setup_teardown(dry_test, setup, teardown),
		cmocka_unit_test_setup_teardown(configuration_test, setup, teardown),
		cmocka_unit_test_setup_teardown(refused_test, setup, teardown),
		cmocka_unit_test_setup_teardown(given_experiment_test, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_test, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
