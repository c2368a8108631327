#include "deploy/cron.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void schedules_of_five_fields_are_taken(void **state)
{
	static const char *const texts[] = {"* * * * *", "0 0 1 1 0", "59 23 31 12 6",
		"*/5 * * * *", "0-30/10,45 8-18 * JAN-mar,12 Mon-FRI", "20/15 * * * *",
		"  0\t4  * * 1 "};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		struct pr_err err = PR_ERR_INIT;
		const char *fields;

		if (pr_cron_read(texts[i], &fields, &err) || fields != texts[i])
			fail_msg("%s", err.msg);
	}
}

static void what_no_clock_shows_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} rows[] = {
		{"60 * * * *", "its minute 60 is not in 0-59"},
		{"* 24 * * *", "its hour 24 is not in 0-23"},
		{"* * 0 * *", "its day of the month 0 is not in 1-31"},
		{"* * * 13 *", "its month 13 is not in 1-12"},
		{"* * * * 7", "its day of the week 7 is not in 0-6 (Sunday is 0)"},
		{"5-99 * * * *", "its minute 99 is not in 0-59"},
		{"9-5 * * * *", "its minute range 9-5 runs backwards"},
		{"*/0 * * * *", "its minute step '0' is not in 1-59"},
		{"*/60 * * * *", "its minute step '60' is not in 1-59"},
		{"*/ * * * *", "its minute step '' is not in 1-59"},
		{"-1 * * * *", "its minute '' is not a number, a range or a step: 0-59/2"},
		{"+1 * * * *", "its minute '+1' is not a number, a range or a step: 0-59/2"},
		{"1,,2 * * * *", "its minute '' is not a number, a range or a step: 0-59/2"},
		{"1, * * * *", "its minute '' is not a number, a range or a step: 0-59/2"},
		{"mon * * * *", "its minute 'mon' is not a number, a range or a step: 0-59/2"},
		{"* * * mon *", "its month 'mon' is not a number, a range or a step: 1-12/2"},
		{"*-5 * * * *", "its minute '*' is not a number, a range or a step: 0-59/2"},
		{"1-2-3 * * * *", "its minute '2-3' is not a number, a range or a step: 0-59/2"},
		{"1/2/3 * * * *", "its minute step '2/3' is not in 1-59"},
		{"* * *", "it has 3 of the 5 fields minute, hour, day of the month, month, day of "
			  "the "
			  "week"},
		{"0 * * * * *", "it has 6 of the 5 fields minute, hour, day of the month, month, "
				"day of the "
				"week"},
		{"@every 1h30m",
			"such a name is one of @hourly, @daily, @weekly, @monthly, @yearly"},
		{"", "it has 0 of the 5 fields minute, hour, day of the month, month, day of the "
		     "week"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;
		const char *fields;
		char expected[300];

		pr_text_print(expected, sizeof(expected), "the schedule '%s' cannot be used: %s",
			rows[i].text, rows[i].reason);
		assert_int_equal(pr_cron_read(rows[i].text, &fields, &err), PR_EINVAL);
		assert_string_equal(err.msg, expected);
	}
}

static void a_line_break_is_no_blank(void **state)
{
	const char *fields;

	(void)state;
	assert_int_equal(pr_cron_read("* * * *\n*", &fields, NULL), PR_EINVAL);
	assert_int_equal(pr_cron_read("* * * * *\n", &fields, NULL), PR_EINVAL);
}

static void a_name_stands_for_five_fields(void **state)
{
	static const struct {
		const char *name;
		const char *fields;
	} rows[] = {
		{"@hourly", "0 * * * *"},
		{"@daily", "0 0 * * *"},
		{"@midnight", "0 0 * * *"},
		{"@weekly", "0 0 * * 0"},
		{"@monthly", "0 0 1 * *"},
		{"@yearly", "0 0 1 1 *"},
		{"@annually", "0 0 1 1 *"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		const char *fields = NULL;

		assert_int_equal(pr_cron_read(rows[i].name, &fields, NULL), 0);
		assert_string_equal(fields, rows[i].fields);
	}
}

static void the_least_gap_goes_beyond_hours_and_midnight(void **state)
{
	static const struct {
		const char *fields;
		int minutes;
	} rows[] = {
		{"* * * * *", 1},
		{"*/5 * * * *", 5},
		{"*/7 * * * *", 4},
		{"2,58 * * * *", 4},
		{"2,58 9 * * *", 56},
		{"0 3 * * 1-5", 24 * 60},
		{"0 0-22/2 * * *", 120},
		{"59,0 23,0 * * *", 1},
		{"20/15 * * * *", 15},
		{"0-3 12 * * 1", 1},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_int_equal(pr_cron_least_gap(rows[i].fields), rows[i].minutes);
}

static void a_day_that_no_month_has_never_comes(void **state)
{
	static const struct {
		const char *fields;
		bool comes;
	} rows[] = {
		{"0 0 30 2 *", false},
		{"0 0 31 2,4,6,9,11 *", false},
		{"0 0 30-31 feb *", false},
		{"0 0 29 2 *", true},
		{"0 0 31 4,5 *", true},
		{"0 0 31 12 *", true},
		{"0 0 30 2 0", true}, /* every Sunday of February */
		{"0 0 */30 2 *", true},
		{"* * * * *", true},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		if (pr_cron_comes(rows[i].fields) != rows[i].comes)
			fail_msg("%s", rows[i].fields);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schedules_of_five_fields_are_taken),
		cmocka_unit_test(what_no_clock_shows_is_refused),
		cmocka_unit_test(a_line_break_is_no_blank),
		cmocka_unit_test(a_name_stands_for_five_fields),
		cmocka_unit_test(a_day_that_no_month_has_never_comes),
		cmocka_unit_test(the_least_gap_goes_beyond_hours_and_midnight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
