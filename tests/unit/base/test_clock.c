#include "base/clock.h"
#include "base/compiler.h"
#include "base/env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define WALL 1795191896802927 /* 2026-11-20T16:24:56.802927Z */

static void the_system_clock_tells_the_time_and_never_skips(void **state)
{
	const struct pr_clock *clock = pr_clock_system();
	int64_t first = clock->monotonic_us(clock->ctx);
	time_t before = time(NULL);
	int64_t wall = clock->wall_us(clock->ctx);

	(void)state;
	assert_null(clock->skip);
	assert_true(clock->monotonic_us(clock->ctx) >= first);
	/* time() may lag behind by a tick of the kernel. */
	assert_in_range(wall / 1000000, before, time(NULL) + 1);
}

static void the_fake_clock_moves_when_told_only(void **state)
{
	struct pr_fake_clock fake;
	const struct pr_clock *clock = &fake.clock;

	(void)state;
	pr_fake_clock_init(&fake, WALL);
	assert_int_equal(clock->monotonic_us(clock->ctx), 0);
	assert_int_equal(clock->wall_us(clock->ctx), WALL);
	pr_fake_clock_advance(&fake, 5);
	(clock->skip)(clock->ctx, 7);
	assert_int_equal(clock->monotonic_us(clock->ctx), 12);
	assert_int_equal(clock->wall_us(clock->ctx), WALL + 12);
}

static void stamps_are_written_in_utc(void **state)
{
	static const struct {
		int64_t wall_us;
		const char *iso;
		const char *iso6;
	} rows[] = {
		{WALL, "2026-11-20T16:24:56.802927+00:00", "2026-11-20T16:24:56.802927+00:00"},
		{0, "1970-01-01T00:00:00+00:00", "1970-01-01T00:00:00.000000+00:00"},
		{1, "1970-01-01T00:00:00.000001+00:00", "1970-01-01T00:00:00.000001+00:00"},
		{-1, "1969-12-31T23:59:59.999999+00:00", "1969-12-31T23:59:59.999999+00:00"},
		{-1000000, "1969-12-31T23:59:59+00:00", "1969-12-31T23:59:59.000000+00:00"},
		{951782400000000, "2000-02-29T00:00:00+00:00", "2000-02-29T00:00:00.000000+00:00"},
		{253402300799999999, "9999-12-31T23:59:59.999999+00:00",
			"9999-12-31T23:59:59.999999+00:00"},
	};
	char text[PR_STAMP_SIZE];

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		int64_t read_us = 0;

		pr_stamp_iso(text, rows[i].wall_us);
		assert_string_equal(text, rows[i].iso);
		assert_true(pr_stamp_read(text, &read_us));
		assert_int_equal(read_us, rows[i].wall_us);
		pr_stamp_iso6(text, rows[i].wall_us);
		assert_string_equal(text, rows[i].iso6);
	}
}

static void no_time_is_too_far_for_a_stamp(void **state)
{
	static const int64_t far[] = {INT64_MAX, INT64_MIN + 1000000};
	char text[PR_STAMP_SIZE];

	(void)state;
	for (size_t i = 0; i < PR_LEN(far); i++) {
		pr_stamp_iso6(text, far[i]);
		assert_string_equal(text + strlen(text) - 6, "+00:00");
		pr_stamp_local(text, far[i]);
		assert_true(strlen(text) > 19);
	}
}

static void other_texts_are_no_stamps(void **state)
{
	static const char *const texts[] = {NULL, "", "2026-11-20", "2026-11-20T16:24:56",
		"2026-11-20T16:24:56Z", "2026-11-20T16:24:56+01:00", "2026-13-20T16:24:56+00:00",
		"2026-11-20T16:24:56.+00:00x", "now"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		int64_t read_us = 7;

		assert_false(pr_stamp_read(texts[i], &read_us));
		assert_int_equal(read_us, 7);
	}
}

static void times_of_other_zones_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t wall_us; /* -1: not read */
	} rows[] = {
		{"2026-11-20T16:24:56Z", 1795191896000000},
		{"2026-11-20T16:24:56+00:00", 1795191896000000},
		{"2026-11-20T18:54:56+02:30", 1795191896000000},
		{"2026-11-19T17:25:56-22:59", 1795191896000000},
		{"2026-11-20T16:24:56.5Z", 1795191896500000},
		{"2026-11-20T17:24:56.123456789+01:00", 1795191896123456},
		{"2024-02-29T00:00:00Z", 1709164800000000},
		{NULL, -1},
		{"", -1},
		{"2026-11-20", -1},
		{"2026-11-20T16:24:56", -1},
		{"2026-11-20 16:24:56Z", -1},
		{"2026-11-20T16:24:56.Z", -1},
		{"2026-11-20T16:24:56z", -1},
		{"2026-11-20T16:24:56Z ", -1},
		{"2026-11-20T16:24:56+1:00", -1},
		{"2026-11-20T16:24:56+01:00x", -1},
		{"2026-11-20T16:24:56+0100", -1},
		{"2026-11-20T16:24:56+24:00", -1},
		{"2026-11-20T16:24:56+01:60", -1},
		{"2026-11-20T24:24:56Z", -1},
		{"2026-11-20T16:24:60Z", -1},
		{"2026-02-29T00:00:00Z", -1},
		{"2026-13-01T00:00:00Z", -1},
		{"26-11-20T16:24:56Z", -1},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		int64_t read_us = -1;

		if (pr_stamp_read_rfc3339(rows[i].text, &read_us) != (rows[i].wall_us >= 0) ||
			read_us != rows[i].wall_us)
			fail_msg("%s: %lld", rows[i].text, (long long)read_us);
	}
}

static void local_stamps_follow_the_zone(void **state)
{
	char text[PR_STAMP_SIZE];

	(void)state;
	assert_int_equal(pr_env_set("TZ", "AAA-02:30", NULL), 0);
	tzset();
	pr_stamp_local(text, WALL);
	assert_string_equal(text, "2026-11-20 18:54:56");
	assert_int_equal(pr_env_set("TZ", "UTC0", NULL), 0);
	tzset();
	pr_stamp_local(text, -1);
	assert_string_equal(text, "1969-12-31 23:59:59");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_system_clock_tells_the_time_and_never_skips),
		cmocka_unit_test(the_fake_clock_moves_when_told_only),
		cmocka_unit_test(stamps_are_written_in_utc),
		cmocka_unit_test(no_time_is_too_far_for_a_stamp),
		cmocka_unit_test(other_texts_are_no_stamps),
		cmocka_unit_test(times_of_other_zones_are_read),
		cmocka_unit_test(local_stamps_follow_the_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
