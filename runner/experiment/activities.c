#include "experiment/activities.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

json_t *pr_document_probes(const json_t *document)
{
	return pr_json_array(pr_json_object(document, "steady-state-hypothesis"), "probes");
}

json_t *pr_document_method(const json_t *document)
{
	return pr_json_array(document, "method");
}

json_t *pr_document_rollbacks(const json_t *document)
{
	return pr_json_array(document, "rollbacks");
}

bool pr_document_has_hypothesis(const json_t *document)
{
	return json_array_size(pr_document_probes(document)) > 0;
}

/* The last of that name: a later one replaces an earlier one in upstream's table. */
static json_t *find_named(json_t *list, const char *name)
{
	json_t *found = NULL;
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		if (pr_text_eq(pr_json_str(item, "name"), name))
			found = item;
	}
	return found;
}

json_t *pr_activity_resolve(const json_t *document, json_t *item)
{
	const json_t *ref = json_object_get(item, "ref");
	json_t *found;

	if (!pr_value_truthy(ref))
		return item;
	if (!json_is_string(ref))
		return NULL;
	found = find_named(pr_document_probes(document), json_string_value(ref));
	return found ? found : find_named(pr_document_method(document), json_string_value(ref));
}

const char *pr_activity_name(const json_t *activity)
{
	const char *name = pr_json_str(activity, "name");

	return name ? name : "None";
}

bool pr_activity_is_pause(const json_t *activity)
{
	return pr_text_eq(pr_json_str(json_object_get(activity, "provider"), "module"),
		"chaosreliably.activities.pauses");
}

bool pr_activity_is_probe(const json_t *activity)
{
	return pr_text_eq(pr_json_str(activity, "type"), "probe");
}
