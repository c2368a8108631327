#include "report/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void times_of_journals_are_read(void **state)
{
	static const struct {
		const char *text;
		double seconds;
	} good[] = {
		{"1970-01-01T00:00:00+00:00", 0},
		{"1970-01-01T00:00:01.5+00:00", 1.5},
		{"2026-11-20T16:24:56.250000+00:00", 1795191896.25},
		{"2026-11-20T16:24:56", 1795191896},
		{"2026-11-20 16:24:56Z", 1795191896},
		{"2026-11-20T18:24:56+02:00", 1795191896},
		{"2026-11-20T10:54:56-05:30", 1795191896},
		{"2000-02-29T00:00:00Z", 951782400},
		{"2000-03-01T00:00:00Z", 951868800},
	};
	static const char *const bad[] = {NULL, "", "now", "2026-11-20", "2026-13-20T16:24:56",
		"2026-00-20T16:24:56", "2026-11-00T16:24:56", "2026-11-20T24:24:56",
		"2026-11-20T16:24", "2026-11-20T16:24:56x", "2026-11-20T16:24:56+1:00",
		"2026-11-20T16:24:56+00:00x", "2026-11-20T16:24:56+0", "20261120T162456", "-", "2",
		"2026-11-20  6:24:56"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(good); i++) {
		double seconds = -1;

		assert_true(pr_moment_read(good[i].text, &seconds));
		assert_true(seconds == good[i].seconds);
	}
	for (size_t i = 0; i < PR_LEN(bad); i++) {
		double seconds = -1;

		assert_false(pr_moment_read(bad[i], &seconds));
		assert_true(seconds == -1);
	}
}

static void times_are_shown_for_people(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{"2026-11-20T16:24:56.802927+00:00", "2026-11-20 16:24:56 UTC"},
		{"2026-11-20T16:24:56", "2026-11-20 16:24:56 UTC"},
		{"2026-11-20T16:24:56Z", "2026-11-20 16:24:56 UTC"},
		{"2026-11-20T16:24:56.5-05:00", "2026-11-20 16:24:56 -05:00"},
		{"2026-11-20T16:24:56+02:00", "2026-11-20 16:24:56 +02:00"},
		{"some\ttime", "some time"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

		assert_int_equal(0, pr_moment_add(cases[i].text, &out));
		assert_string_equal(pr_buf_str(&out), cases[i].shown);
	}
}

static void durations_are_shown_for_people(void **state)
{
	static const struct {
		double seconds;
		const char *shown;
	} cases[] = {
		{-1, "-"},
		{1e300, "-"},
		{0, "0 ms"},
		{1e-9, "0 ms"},
		{0.000091, "0.091 ms"},
		{0.00345, "3.45 ms"},
		{0.2034, "203 ms"},
		{0.9994, "999 ms"},
		{0.9996, "1 s"},
		{12.34, "12.3 s"},
		{59.94, "59.9 s"},
		{59.96, "1 min 0 s"},
		{125, "2 min 5 s"},
		{3599.7, "1 h 0 min"},
		{3725, "1 h 2 min"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

		assert_int_equal(0, pr_moment_duration(cases[i].seconds, &out));
		assert_string_equal(pr_buf_str(&out), cases[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_of_journals_are_read),
		cmocka_unit_test(times_are_shown_for_people),
		cmocka_unit_test(durations_are_shown_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
