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

bool pr_stamp_read(const char *text, int64_t *ret_wall_us)
{
	struct tm tm = {0};
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	int64_t fraction_us = 0;

	if (rest && *rest == '.') {
		int64_t unit_us = 100000;

		for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit_us /= 10)
			fraction_us += unit_us * (*rest - '0');
	}
	if (!rest || strcmp(rest, "+00:00") != 0)
		return false;
	*ret_wall_us = (int64_t)timegm(&tm) * 1000000 + fraction_us;
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
