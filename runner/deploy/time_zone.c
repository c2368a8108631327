#include "deploy/time_zone.h"

#include "base/text.h"

#include <stdlib.h>
#include <sys/stat.h>

bool pr_time_zone_is_known(const char *folder, const char *zone)
{
	PR_AUTO(free) char *path = pr_text_format("%s/%s", folder, zone);
	struct stat found;

	if (!path || stat(folder, &found) || !S_ISDIR(found.st_mode))
		return true;
	return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}
