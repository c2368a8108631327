#include "engine/recovery_owed.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "experiment/activities.h"

#include <stdlib.h>

/* What the journal shows of one item. */
struct item {
	json_t *value;
	const json_t *activity; /* what it stands for, NULL: nothing */
	bool begun;
	bool finished;
};

struct items {
	struct item *list;
	size_t count;
};

static int items_read(struct items *items, const json_t *document, struct pr_err *err)
{
	json_t *rollbacks = pr_document_rollbacks(document);
	json_t *value;
	size_t i;

	items->list = calloc(json_array_size(rollbacks) + 1, sizeof(*items->list));
	if (!items->list)
		return pr_fail_nomem(err);
	items->count = json_array_size(rollbacks);
	json_array_foreach (rollbacks, i, value) {
		items->list[i].value = value;
		items->list[i].activity = pr_activity_resolve(document, value);
	}
	return 0;
}

/* Whether nothing is known of the item that this entry would not fit. */
static bool is_free(const struct item *item, bool finished)
{
	return finished ? !item->finished : !item->finished && !item->begun;
}

/* The item that an entry is of; NULL: none, such as one that a control added. */
static struct item *items_find(const struct items *items, const json_t *entry, bool finished)
{
	const json_t *activity = json_object_get(entry, "activity");
	const char *name = pr_json_str(activity, "name");

	for (size_t i = 0; i < items->count; i++)
		if (is_free(&items->list[i], finished) &&
			json_equal(items->list[i].activity, activity))
			return &items->list[i];
	for (size_t i = 0; name && i < items->count; i++)
		if (is_free(&items->list[i], finished) &&
			pr_text_eq(pr_json_str(items->list[i].activity, "name"), name))
			return &items->list[i];
	return NULL;
}

static void items_mark(struct items *items, const json_t *journal)
{
	json_t *entry;
	size_t i;

	json_array_foreach (json_object_get(journal, "rollbacks"), i, entry) {
		bool finished = pr_json_str(entry, "status") != NULL;
		struct item *item = items_find(items, entry, finished);

		if (item && finished)
			item->finished = true;
		else if (item)
			item->begun = true;
	}
}

/* A pause without an end: in a recovery there is nobody to end it. */
static bool waits_for_a_user(const json_t *activity)
{
	const json_t *provider = json_object_get(activity, "provider");

	return pr_activity_is_pause(activity) &&
	       !pr_value_truthy(
		       json_object_get(json_object_get(provider, "arguments"), "duration"));
}

static int add_owed(struct pr_recovery *recovery, const struct item *item, struct pr_err *err)
{
	json_t *note = json_pack(
		"{s:s, s:b}", "name", pr_activity_name(item->activity), "again", item->begun);
	int r = pr_json_append(recovery->notes, note, err);

	return r ? r : pr_json_append(recovery->owed, json_incref(item->value), err);
}

int pr_recovery_find_owed(struct pr_recovery *recovery, struct pr_err *err)
{
	struct items items = {.list = NULL};
	int r = items_read(&items, recovery->document, err);

	if (r)
		return r;
	recovery->owed = json_array();
	recovery->notes = json_array();
	items_mark(&items, recovery->journal);
	for (size_t i = 0; r == 0 && i < items.count; i++)
		if (!items.list[i].finished && !waits_for_a_user(items.list[i].activity))
			r = add_owed(recovery, &items.list[i], err);
	free(items.list);
	return r;
}
