#ifndef PR_DEPLOY_TIME_ZONE_H
#define PR_DEPLOY_TIME_ZONE_H

/* The names of time zones, as far as this machine knows them, and the local time of one. */

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Where systems keep one file for each zone. */
#define PR_TIME_ZONES "/usr/share/zoneinfo"

/* Whether it can be the name of a zone: letters, digits and "_+-/", not "Local". PR_EINVAL. */
int pr_time_zone_check(const char *zone, struct pr_err *err);

/*
 * Whether `folder` has a zone of that name, or is not there, so that nothing is known. `zone` has
 * no dots: pr_time_zone_check has seen to it.
 */
bool pr_time_zone_is_known(const char *folder, const char *zone);

/* What the time zone of this process was. All zero where none was entered. */
struct pr_time_zone {
	bool entered;
	char *before; /* TZ; NULL: there was none */
};

/*
 * Makes `zone` the time zone of this process, until pr_time_zone_leave: libc knows one only, so no
 * other thread may ask for a local time, or for the environment, meanwhile. UTC is known without
 * `folder`. PR_EINVAL for what is no name, PR_ENOTFOUND for a zone that is not there.
 */
int pr_time_zone_enter(
	struct pr_time_zone *scope, const char *folder, const char *zone, struct pr_err *err);

/* The one of before again; nothing where none was entered. */
void pr_time_zone_leave(struct pr_time_zone *scope);

/* PR_AUTO(time_zone): is left at the end. */
static inline void pr_auto_time_zone(struct pr_time_zone *scope)
{
	pr_time_zone_leave(scope);
}

/* What clocks show, as seconds since 1970-01-01T00:00:00 of local time; `at` is in seconds since
 * 1970 in UTC. */
int64_t pr_time_zone_local(int64_t at);

#endif
