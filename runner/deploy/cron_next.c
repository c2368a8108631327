#include "deploy/cron_next.h"

#include "deploy/cron.h"
#include "deploy/time_zone.h"

#include <stdbool.h>
#include <time.h>

#define US_PER_S 1000000
#define MINUTE INT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* The 29th of February is at most eight years from the one before. */
#define SEARCH_DAYS (9 * INT64_C(366))

/* Dates up to here, the year 9999, can be written; beyond nothing is looked for. */
#define LATEST_S INT64_C(253370764800)

#define ALL_HOURS ((UINT64_C(1) << 24) - 1)
#define ALL_MONTH_DAYS (((UINT64_C(1) << 31) - 1) << 1)
#define ALL_WEEK_DAYS ((UINT64_C(1) << 7) - 1)

enum { MINUTES, HOURS, MONTH_DAYS, MONTHS, WEEK_DAYS };

static bool has(uint64_t set, int bit)
{
	return set >> bit & 1;
}

static int64_t floor_to(int64_t value, int64_t unit)
{
	int64_t rest = value % unit;

	return value - (rest < 0 ? rest + unit : rest);
}

/* `local` is in seconds of local time, as in all that follows. */
static bool day_matches(const uint64_t *sets, int64_t local)
{
	time_t seconds = (time_t)local;
	struct tm tm = {0};
	bool month_day;
	bool week_day;

	gmtime_r(&seconds, &tm);
	if (!has(sets[MONTHS], tm.tm_mon + 1))
		return false;
	month_day = has(sets[MONTH_DAYS], tm.tm_mday);
	week_day = has(sets[WEEK_DAYS], tm.tm_wday);
	if (sets[MONTH_DAYS] == ALL_MONTH_DAYS || sets[WEEK_DAYS] == ALL_WEEK_DAYS)
		return month_day && week_day;
	return month_day || week_day;
}

static bool minute_matches(const uint64_t *sets, int64_t local)
{
	int64_t in_day = local - floor_to(local, DAY);

	return has(sets[HOURS], (int)(in_day / HOUR)) &&
	       has(sets[MINUTES], (int)(in_day % HOUR / MINUTE));
}

/* The first moment at which clocks show `local` or more, where they jump over it; nothing else
 * happens to them between the two. */
static int64_t find_jump(int64_t before, int64_t after, int64_t local)
{
	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;

		if (pr_time_zone_local(middle) < local)
			before = middle;
		else
			after = middle;
	}
	return after;
}

/*
 * When clocks show `local` first; whether they ever do, and else when they jump over it. No zone is
 * a day from UTC, and none was changed twice in two days.
 */
static bool find_moment(int64_t local, int64_t *ret_at)
{
	int64_t offset_before = pr_time_zone_local(local - DAY) - (local - DAY);
	int64_t offset_after = pr_time_zone_local(local + DAY) - (local + DAY);
	int64_t early = local - (offset_before > offset_after ? offset_before : offset_after);
	int64_t late = local - (offset_before > offset_after ? offset_after : offset_before);

	if (pr_time_zone_local(early) == local)
		*ret_at = early;
	else if (pr_time_zone_local(late) == local)
		*ret_at = late;
	else
		*ret_at = find_jump(local - DAY, local + DAY, local);
	return pr_time_zone_local(*ret_at) == local;
}

/* The first time of the local day that begins at `day`, after `after`. */
static bool next_in_day(const uint64_t *sets, int64_t day, int64_t after, int64_t *ret_at)
{
	int64_t shown = pr_time_zone_local(after);
	bool by_clock = sets[HOURS] == ALL_HOURS;

	for (int64_t local = day; local < day + DAY; local += MINUTE) {
		int64_t at;

		if (local <= shown || !minute_matches(sets, local))
			continue;
		if ((find_moment(local, &at) || !by_clock) && at > after) {
			*ret_at = at;
			return true;
		}
	}
	return false;
}

/* A time that is shown a second time before `at`: found by looking at each minute, of two days. */
static int64_t next_shown(const uint64_t *sets, int64_t after, int64_t at)
{
	int64_t end = at - after > 2 * DAY ? after + 2 * DAY : at;

	for (int64_t next = floor_to(after, MINUTE) + MINUTE; next < end; next += MINUTE) {
		int64_t local = pr_time_zone_local(next);

		if (minute_matches(sets, local) && day_matches(sets, local))
			return next;
	}
	return at;
}

static bool find_next(const uint64_t *sets, int64_t after, int64_t *ret_at)
{
	int64_t first = floor_to(pr_time_zone_local(after), DAY);

	for (int64_t i = 0; i < SEARCH_DAYS; i++) {
		int64_t day = first + i * DAY;

		if (!day_matches(sets, day) || !next_in_day(sets, day, after, ret_at))
			continue;
		if (sets[HOURS] == ALL_HOURS)
			*ret_at = next_shown(sets, after, *ret_at);
		return true;
	}
	return false;
}

int pr_cron_next(
	const char *fields, const char *zone, int64_t after_us, int64_t *ret_us, struct pr_err *err)
{
	PR_AUTO(time_zone) struct pr_time_zone scope = {0};
	uint64_t sets[PR_CRON_FIELDS];
	int64_t after = floor_to(after_us, US_PER_S) / US_PER_S;
	int64_t at;
	int rc = pr_cron_sets(fields, sets, err);

	if (!rc)
		rc = pr_time_zone_enter(&scope, PR_TIME_ZONES, zone, err);
	if (rc)
		return rc;
	if (after < 0 || after > LATEST_S || !find_next(sets, after, &at))
		return pr_fail(err, PR_ENOTFOUND, "the schedule '%.100s' never comes", fields);
	*ret_us = at * US_PER_S;
	return 0;
}
