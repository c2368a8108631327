#ifndef PR_DEPLOY_CRON_H
#define PR_DEPLOY_CRON_H

/*
 * Schedules as Kubernetes and GitHub both understand them: five fields (minute, hour, day of the
 * month, month, day of the week) of numbers, names, ranges, lists and steps. The days of the week
 * are 0 to 6; names are of three letters, in any case.
 */

#include "base/err.h"

/* PR_EINVAL with one line that names the field and what is wrong with it. */
int pr_cron_check(const char *text, struct pr_err *err);

#endif
