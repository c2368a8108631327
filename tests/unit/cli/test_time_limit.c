#include "cli/time_limit.h"

#include "base/text.h"
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ACT(name, ms) "{'type':'action','name':'" name "','provider':{'ms':" #ms "}}"

/* What a limit does to a method and rollbacks that take their time. */
static const struct row {
	const char *what, *document;
	int64_t ms; /* the limit */
	const char *status, *run, *rollbacks;
	int64_t elapsed_ms;
	const char *log; /* must be in it */
} rows[] = {
	{"time enough", "'method':[" ACT("a", 1000) "],'rollbacks':[" ACT("u", 1000) "]", 3000,
		"completed", "a:succeeded", "u:succeeded", 2000, "INFO Experiment ended"},
	{"in the method", "'method':[" ACT("a", 5000) "],'rollbacks':[" ACT("u", 1000) "]", 3000,
		"interrupted", "a:-", "u:succeeded", 4000,
		"CRITICAL The time limit of 3 s is over\n"},
	{"in the rollbacks, which go on",
		"'method':[" ACT("a", 1000) "],'rollbacks':[" ACT("u", 50000) "]", 2500,
		"completed", "a:succeeded", "u:succeeded", 51000,
		"WARNING The time limit of 2.5 s is over: the rollbacks go on, for 60 s at most\n"},
	{"rollbacks that hang",
		"'method':[" ACT("a", 1000) "],'rollbacks':[" ACT("u", 500000) "," ACT("v", 1) "]",
		2000, "interrupted", "a:succeeded", "u:-", 62000,
		"CRITICAL The rollbacks are not over 60 s after the time limit: they are ended\n"},
	{"rollbacks that hang after the limit",
		"'method':[" ACT("a", 500000) "],'rollbacks':[" ACT("u", 500000) "]", 100000,
		"interrupted", "a:-", "u:-", 200000,
		"CRITICAL The rollbacks are not over 100 s after the time limit: they are ended\n"},
};

static void check_row(const struct row *row)
{
	PR_AUTO(free) char *document = pr_text_format("{'title':'T',%s}", row->document);
	struct pr_time_limit limit = {0};
	struct pr_hook hook = pr_time_limit_hook(&limit);
	struct fixture fixture;

	fixture_init(&fixture, document);
	fixture.options.strategies.rollbacks = PR_ROLLBACK_ALWAYS;
	fixture.beside = &hook;
	assert_int_equal(pr_time_limit_start(&limit, fixture.loop, &fixture.run, row->ms, NULL), 0);
	fixture_run(&fixture);
	fixture_expect(row->what, fixture.status, row->status);
	fixture_expect(row->what, fixture_entries(fixture_at(&fixture, "run")), row->run);
	fixture_expect(
		row->what, fixture_entries(fixture_at(&fixture, "rollbacks")), row->rollbacks);
	if (fixture.elapsed_ms != row->elapsed_ms)
		fail_msg("%s: %lld ms", row->what, (long long)fixture.elapsed_ms);
	if (!strstr(pr_buf_str(&fixture.log), row->log))
		fail_msg("%s: %s", row->what, pr_buf_str(&fixture.log));
	assert_false(pr_timer_active(&limit.timer));
	pr_time_limit_release(&limit);
	fixture_release(&fixture);
}

static void a_limit_ends_what_runs_and_leaves_time_to_undo(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		check_row(&rows[i]);
}

static void the_option_is_a_time_above_zero(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* negative: refused */
	} values[] = {{NULL, 0}, {"90", 90000}, {"250ms", 250}, {"1.5h", 5400000}, {"0", -1},
		{"", -1}, {"-1", -1}, {"1d", -1}, {"9000h", -1}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(values); i++) {
		struct pr_err err = PR_ERR_INIT;
		int64_t ms = -1;
		int rc = pr_time_limit_read(values[i].text, &ms, &err);

		assert_int_equal(ms, values[i].ms);
		assert_int_equal(rc, values[i].ms < 0 ? PR_EUSAGE : 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_ends_what_runs_and_leaves_time_to_undo),
		cmocka_unit_test(the_option_is_a_time_above_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
