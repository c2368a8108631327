#ifndef PR_DEPLOY_CRON_H
#define PR_DEPLOY_CRON_H

/*
 * Schedules as Kubernetes and GitHub both understand them: five fields (minute, hour, day of the
 * month, month, day of the week) of numbers, names, ranges, lists and steps. The days of the week
 * are 0 to 6; names are of three letters, in any case.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Checks a schedule and hands back its five fields: `text` itself, or what a name such as @daily
 * stands for, which GitHub does not know. PR_EINVAL with one line that names the field and what is
 * wrong with it.
 */
int pr_cron_read(const char *text, const char **ret_fields, struct pr_err *err);

/* Minute, hour, day of the month, month, day of the week. */
#define PR_CRON_FIELDS 5

/* The values of each of checked fields as bits: bit 0 of the first is the minute 0. PR_EINVAL for
 * what pr_cron_read refuses. */
int pr_cron_sets(const char *text, uint64_t sets[PR_CRON_FIELDS], struct pr_err *err);

/* Least number of minutes between two times of checked fields on days that follow each other. */
int pr_cron_least_gap(const char *text);

/* Whether checked fields have a time at all: "0 0 30 2 *" has none, in no year. */
bool pr_cron_comes(const char *text);

#endif
