#include "deploy/cron_next.h"

#include "base/clock.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct row {
	const char *fields;
	const char *zone;
	const char *after;
	const char *next[4];
};

static const struct row rows[] = {
#include "cron_dates.inc"
	/* only the 29th of February, across a year 2100 that has none */
	{"30 9 29 2 *", "Europe/Paris", "2090-01-01T00:00:00Z",
		{"2092-02-29T08:30:00Z", "2096-02-29T08:30:00Z", "2104-02-29T08:30:00Z",
			"2108-02-29T08:30:00Z"}},
};

static int64_t moment(const char *text)
{
	int64_t us;

	assert_true(pr_stamp_read_rfc3339(text, &us));
	return us;
}

static void check(const struct row *row)
{
	int64_t at = moment(row->after);

	for (size_t i = 0; i < PR_LEN(row->next); i++) {
		struct pr_err err = PR_ERR_INIT;
		int64_t next = 0;
		char text[PR_STAMP_SIZE];

		if (pr_cron_next(row->fields, row->zone, at, &next, &err))
			fail_msg("%s", err.msg);
		pr_stamp_iso(text, next);
		if (next != moment(row->next[i]))
			fail_msg(
				"%s in %s: %s, not %s", row->fields, row->zone, text, row->next[i]);
		at = next;
	}
}

static void the_next_times_are_those_that_clocks_show(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		check(&rows[i]);
}

static void a_moment_within_a_minute_is_before_the_next(void **state)
{
	int64_t at = moment("2026-11-20T16:24:00Z");
	int64_t next;

	(void)state;
	assert_int_equal(pr_cron_next("* * * * *", "UTC", at - 1, &next, NULL), 0);
	assert_int_equal(next, at);
	assert_int_equal(pr_cron_next("* * * * *", "UTC", at + 1, &next, NULL), 0);
	assert_int_equal(next, at + 60 * INT64_C(1000000));
}

static void what_never_comes_is_said(void **state)
{
	static const char *const never[] = {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "* * 31 2 *"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(never); i++) {
		struct pr_err err = PR_ERR_INIT;
		int64_t next;
		char text[100];

		pr_text_print(text, sizeof(text), "the schedule '%s' never comes", never[i]);
		assert_int_equal(pr_cron_next(never[i], "Europe/Paris",
					 moment("2026-11-20T16:24:00Z"), &next, &err),
			PR_ENOTFOUND);
		assert_string_equal(err.msg, text);
	}
}

static void an_unknown_zone_and_a_wrong_schedule_are_refused(void **state)
{
	int64_t next;

	(void)state;
	assert_int_equal(pr_cron_next("* * * * *", "Europe/Pariss", 0, &next, NULL), PR_ENOTFOUND);
	assert_int_equal(pr_cron_next("* * * * *", "../x", 0, &next, NULL), PR_EINVAL);
	assert_int_equal(pr_cron_next("61 * * * *", "UTC", 0, &next, NULL), PR_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_times_are_those_that_clocks_show),
		cmocka_unit_test(a_moment_within_a_minute_is_before_the_next),
		cmocka_unit_test(what_never_comes_is_said),
		cmocka_unit_test(an_unknown_zone_and_a_wrong_schedule_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
