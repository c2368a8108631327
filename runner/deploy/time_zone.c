#include "deploy/time_zone.h"

#include "base/buf.h"
#include "base/env.h"
#include "base/file.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* More than any file of a zone has. */
#define ZONE_MAX ((size_t)1 << 20)

static const char *const utc_names[] = {"UTC", "Etc/UTC", "GMT", "Etc/GMT"};

int pr_time_zone_check(const char *zone, struct pr_err *err)
{
	bool good = isalpha((unsigned char)*zone) && !pr_text_eq(zone, "Local");

	for (const char *c = zone; good && *c; c++)
		good = isalnum((unsigned char)*c) || strchr("_+-/", *c);
	return good ? 0
		    : pr_fail(err, PR_EINVAL,
			      "'%.80s' is not the name of a time zone, such as Europe/Paris", zone);
}

static bool is_folder(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

/* Whether a file is a zone by its first bytes: lists lie beside them, and libc takes what it cannot
 * read for UTC. Those below "right" count leap seconds, which no date in UTC does. */
static bool is_zone(const char *folder, const char *zone)
{
	PR_AUTO(free) char *path = pr_text_format("%s/%s", folder, zone);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(ZONE_MAX);

	return path && !pr_text_starts(zone, "right/") && !pr_file_read(path, &text, NULL) &&
	       pr_text_starts(pr_buf_str(&text), "TZif");
}

bool pr_time_zone_is_known(const char *folder, const char *zone)
{
	return !is_folder(folder) || is_zone(folder, zone);
}

/* The value of TZ for a zone; a name that libc does not find would be UTC without a word. */
static int find(const char *folder, const char *zone, char **ret_value, struct pr_err *err)
{
	PR_AUTO(free) char *value = NULL;

	if (pr_text_index(zone, utc_names, PR_LEN(utc_names)) >= 0)
		value = pr_text_dup("UTC0");
	else
		value = pr_text_format(":%s/%s", folder, zone);
	if (!value)
		return pr_fail_nomem(err);
	if (*value == ':' && !is_zone(folder, zone))
		return pr_fail(err, PR_ENOTFOUND, "the time zone '%.80s' is not known: %s%s", zone,
			folder,
			is_folder(folder) ? " has no zone of that name"
					  : " is missing, install tzdata");
	*ret_value = pr_steal(value);
	return 0;
}

int pr_time_zone_enter(
	struct pr_time_zone *scope, const char *folder, const char *zone, struct pr_err *err)
{
	PR_AUTO(free) char *value = NULL;
	PR_AUTO(free) char *before = NULL;
	const char *now = pr_env_get("TZ");
	int rc = pr_time_zone_check(zone, err);

	if (!rc)
		rc = find(folder, zone, &value, err);
	before = pr_text_dup(now);
	if (!rc && now && !before)
		rc = pr_fail_nomem(err);
	if (!rc)
		rc = pr_env_set("TZ", value, err);
	if (rc)
		return rc;
	tzset();
	scope->entered = true;
	scope->before = pr_steal(before);
	return 0;
}

void pr_time_zone_leave(struct pr_time_zone *scope)
{
	if (!scope->entered)
		return;
	if (scope->before)
		pr_env_set("TZ", scope->before, NULL);
	else
		pr_env_unset("TZ", NULL);
	tzset();
	free(scope->before);
	*scope = (struct pr_time_zone){0};
}

int64_t pr_time_zone_local(int64_t at)
{
	time_t seconds = (time_t)at;
	struct tm tm = {0};

	localtime_r(&seconds, &tm);
	return at + tm.tm_gmtoff;
}
