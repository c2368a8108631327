#include "engine/entry.h"

#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"
#include "codec/json.h"

#include <string.h>

json_t *pr_entry_new(const json_t *activity, int64_t wall_us)
{
	json_auto_t *entry = json_object();
	char stamp[PR_STAMP_SIZE];

	pr_stamp_iso(stamp, wall_us);
	if (pr_json_set(entry, "activity", pr_json_copy(activity), NULL) ||
		pr_json_set(entry, "output", json_null(), NULL) ||
		pr_json_set(entry, "start", json_string(stamp), NULL))
		return NULL;
	return pr_steal(entry);
}

int pr_entry_succeed(json_t *entry, json_t *output, struct pr_err *err)
{
	int r = pr_json_set(entry, "output", json_incref(output), err);

	return r ? r : pr_json_set(entry, "status", json_string("succeeded"), err);
}

/* The last chunk of what upstream's traceback would be: readers join the list. */
static json_t *exception_new(const char *message)
{
	PR_AUTO(free) char *line =
		pr_text_format("chaoslib.exceptions.ActivityFailed: %s\n", message);
	json_auto_t *list = json_array();

	if (!line || pr_json_append(list, pr_json_text(line, strlen(line)), NULL))
		return NULL;
	return pr_steal(list);
}

int pr_entry_fail(json_t *entry, const char *message, struct pr_err *err)
{
	int r = pr_json_set(entry, "status", json_string("failed"), err);

	return r ? r : pr_json_set(entry, "exception", exception_new(message), err);
}

int pr_entry_end(json_t *entry, int64_t start_us, int64_t end_us, struct pr_err *err)
{
	char stamp[PR_STAMP_SIZE];
	double seconds = end_us > start_us ? (double)(end_us - start_us) / 1e6 : 0.0;
	int r;

	pr_stamp_iso(stamp, end_us);
	r = pr_json_set(entry, "end", json_string(stamp), err);
	return r ? r : pr_json_set(entry, "duration", json_real(pr_number_round6(seconds)), err);
}
