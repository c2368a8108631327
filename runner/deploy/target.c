#include "deploy/target.h"

#include "base/text.h"
#include "deploy/cron.h"
#include "deploy/time_zone.h"
#include "platform/service.h"

#include <string.h>

int pr_deployment_set(struct pr_deployment *deployment, const char *plan, const char *organization,
	const char *host, struct pr_err *err)
{
	if (pr_uuid_parse(plan, deployment->plan, NULL))
		return pr_fail(err, PR_EINVAL, "the plan '%.80s' is not a UUID", plan);
	if (pr_uuid_parse(organization, deployment->organization, NULL))
		return pr_fail(
			err, PR_EINVAL, "the organisation '%.80s' is not a UUID", organization);
	if (pr_service_check_host(host, err))
		return PR_EINVAL;
	/* what would be an expression in a workflow, or a reference in a pod */
	if (strpbrk(host, "{}$() \t\r\n"))
		return pr_fail(err, PR_EINVAL, "the address '%.200s' is malformed", host);
	deployment->host = host;
	return 0;
}

int pr_deployment_schedule(struct pr_deployment *deployment, const char *schedule,
	const char *time_zone, struct pr_err *err)
{
	if (time_zone && !schedule)
		return pr_fail(
			err, PR_EINVAL, "the time zone '%.80s' is of no schedule", time_zone);
	if ((schedule && pr_cron_read(schedule, &schedule, err)) ||
		(time_zone && pr_time_zone_check(time_zone, err)))
		return PR_EINVAL;
	deployment->schedule = schedule;
	deployment->time_zone = time_zone;
	return 0;
}
