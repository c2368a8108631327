#ifndef PR_DEPLOY_CRON_NEXT_H
#define PR_DEPLOY_CRON_NEXT_H

/*
 * When a schedule comes next, in the local time of a zone. Where the clocks are changed: a local
 * time that they skip comes at the moment they jump; one that they show twice comes once, the first
 * time. A schedule for every hour goes by the clock instead: it comes neither for what is skipped
 * nor less often in what is shown twice.
 *
 * Where both the day of the month and the day of the week leave days out, a day of either is meant.
 */

#include "base/err.h"

#include <stdint.h>

/*
 * The first time of checked fields (pr_cron_read) after `after_us`, both in microseconds since 1970
 * in UTC. PR_ENOTFOUND where there is none ("0 0 30 2 *"), and for a zone that this machine does
 * not know (pr_time_zone_enter, whose rule on threads applies).
 */
int pr_cron_next(const char *fields, const char *zone, int64_t after_us, int64_t *ret_us,
	struct pr_err *err);

#endif
