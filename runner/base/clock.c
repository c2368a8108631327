#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define US_PER_S 1000000

static int64_t read_clock(clockid_t id)
{
	struct timespec now = {0};

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

static int64_t system_monotonic(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_MONOTONIC);
}

static int64_t system_wall(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

const struct pr_clock *pr_clock_system(void)
{
	static const struct pr_clock system_clock = {
		.monotonic_us = system_monotonic, .wall_us = system_wall};

	return &system_clock;
}

static int64_t fake_monotonic(void *ctx)
{
	const struct pr_fake_clock *fake = ctx;

	return fake->monotonic_us;
}

static int64_t fake_wall(void *ctx)
{
	const struct pr_fake_clock *fake = ctx;

	return fake->wall_us;
}

static void fake_skip(void *ctx, int64_t us)
{
	pr_fake_clock_advance(ctx, us);
}

void pr_fake_clock_init(struct pr_fake_clock *fake, int64_t wall_us)
{
	*fake = (struct pr_fake_clock){.wall_us = wall_us,
		.clock = {.monotonic_us = fake_monotonic, .wall_us = fake_wall, .skip = fake_skip}};
	fake->clock.ctx = fake;
}

void pr_fake_clock_advance(struct pr_fake_clock *fake, int64_t us)
{
	fake->monotonic_us += us;
	fake->wall_us += us;
}

/* Whole seconds and the fraction, which is never negative. */
static time_t split(int64_t wall_us, int *ret_fraction)
{
	int64_t fraction = wall_us % US_PER_S;

	if (fraction < 0)
		fraction += US_PER_S;
	*ret_fraction = (int)fraction;
	return (time_t)((wall_us - fraction) / US_PER_S);
}

static void iso(char text[PR_STAMP_SIZE], int64_t wall_us, bool always)
{
	struct tm tm = {0};
	int fraction;
	time_t seconds = split(wall_us, &fraction);
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, PR_STAMP_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	if (fraction || always)
		n += (size_t)snprintf(text + n, PR_STAMP_SIZE - n, ".%06d", fraction);
	snprintf(text + n, PR_STAMP_SIZE - n, "+00:00");
}

void pr_stamp_iso(char text[PR_STAMP_SIZE], int64_t wall_us)
{
	iso(text, wall_us, false);
}

/* In microseconds, of what is behind the seconds; moves on. */
static int64_t read_fraction(const char **rest)
{
	int64_t unit_us = US_PER_S / 10;
	int64_t fraction_us = 0;

	if (**rest != '.')
		return 0;
	for (++*rest; **rest >= '0' && **rest <= '9'; ++*rest, unit_us /= 10)
		fraction_us += unit_us * (**rest - '0');
	return fraction_us;
}

bool pr_stamp_read(const char *text, int64_t *ret_wall_us)
{
	struct tm tm = {0};
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	int64_t fraction_us = rest ? read_fraction(&rest) : 0;

	if (!rest || strcmp(rest, "+00:00") != 0)
		return false;
	*ret_wall_us = (int64_t)timegm(&tm) * US_PER_S + fraction_us;
	return true;
}

/* Whether a text begins as `shape` says, in which 0 is any digit. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape; text++, shape++)
		if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
			return false;
	return true;
}

/* Seconds east of Greenwich. */
static bool read_offset(const char *text, int64_t *ret_s)
{
	int hours;
	int minutes;

	*ret_s = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if ((*text != '+' && *text != '-') || !has_shape(text + 1, "00:00") || text[6])
		return false;
	hours = (text[1] - '0') * 10 + text[2] - '0';
	minutes = (text[4] - '0') * 10 + text[5] - '0';
	*ret_s = (int64_t)(hours * 60 + minutes) * (*text == '-' ? -60 : 60);
	return hours < 24 && minutes < 60;
}

bool pr_stamp_read_rfc3339(const char *text, int64_t *ret_wall_us)
{
	struct tm tm = {0};
	int64_t fraction_us;
	int64_t offset_s;
	int64_t seconds;
	const char *rest;
	int day;

	if (!text || !has_shape(text, "0000-00-00T00:00:00"))
		return false;
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest || tm.tm_sec > 59 || (*rest == '.' && !has_shape(rest, ".0")))
		return false;
	day = tm.tm_mday;
	fraction_us = read_fraction(&rest);
	seconds = (int64_t)timegm(&tm);
	if (tm.tm_mday != day || !read_offset(rest, &offset_s))
		return false;
	*ret_wall_us = (seconds - offset_s) * US_PER_S + fraction_us;
	return true;
}

void pr_stamp_iso6(char text[PR_STAMP_SIZE], int64_t wall_us)
{
	iso(text, wall_us, true);
}

void pr_stamp_local(char text[PR_STAMP_SIZE], int64_t wall_us)
{
	struct tm tm = {0};
	int fraction;
	time_t seconds = split(wall_us, &fraction);

	localtime_r(&seconds, &tm);
	strftime(text, PR_STAMP_SIZE, "%Y-%m-%d %H:%M:%S", &tm);
}
