#ifndef PR_DEPLOY_TIME_ZONE_H
#define PR_DEPLOY_TIME_ZONE_H

/* The names of time zones, as far as this machine knows them. */

#include <stdbool.h>

/* Where systems keep one file for each zone. */
#define PR_TIME_ZONES "/usr/share/zoneinfo"

/*
 * Whether `folder` has a zone of that name, or is not there, so that nothing is known. `zone` has
 * no dots: pr_deployment_schedule has seen to it.
 */
bool pr_time_zone_is_known(const char *folder, const char *zone);

#endif
