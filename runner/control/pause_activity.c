#include "control/pause_activity.h"

#include "base/text.h"
#include "base/uuid.h"

json_t *pr_pause_activity_new(const char *prefix, json_t *arguments)
{
	char id[PR_UUID_SIZE];
	char name[64];

	if (pr_uuid_random(id, NULL)) {
		json_decref(arguments);
		return NULL;
	}
	pr_text_print(name, sizeof name, "%s-%.8s", prefix, id);
	return json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:o}}", "type", "action", "name", name,
		"provider", "type", "python", "module", "chaosreliably.activities.pauses", "func",
		"pause_execution", "arguments", arguments);
}
