#include "server/experiments_document.h"

#include "base/text.h"
#include "codec/json.h"

#include <string.h>

#define MODULE "chaosreliably.controls.experiment"

static bool is_list_of_objects(const json_t *list)
{
	if (!list || json_is_null(list))
		return true;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_object(json_array_get(list, i)))
			return false;
	return json_is_array(list);
}

/* Documents are as deep as their parser lets them be. */
static bool has_nul(const json_t *value)
{
	const char *key;
	json_t *member;

	if (json_is_string(value))
		return strlen(json_string_value(value)) != json_string_length(value);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (has_nul(json_array_get(value, i)))
			return true;
	json_object_foreach (pr_json_mutable(value), key, member)
		if (has_nul(member))
			return true;
	return false;
}

const char *pr_experiment_problem(const json_t *document)
{
	if (!is_list_of_objects(json_object_get(document, "controls")))
		return "Value error, controls must be a list of objects";
	if (!is_list_of_objects(json_object_get(document, "extensions")))
		return "Value error, extensions must be a list of objects";
	return has_nul(document) ? "Value error, a text must not have a NUL in it" : NULL;
}

static void remove_named(json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (pr_text_eq(pr_json_str(json_array_get(list, i), "name"), "reliably")) {
			(void)json_array_remove(list, i);
			return;
		}
	}
}

void pr_experiment_clean(json_t *document)
{
	remove_named(json_object_get(document, "extensions"));
	remove_named(json_object_get(document, "controls"));
}

static json_t *make_arguments(const char *organization, const char *experiment)
{
	return json_pack("{s:s, s:s}", "org_id", organization, "exp_id", experiment);
}

int pr_experiment_inject(
	json_t *document, const char *organization, const char *experiment, struct pr_err *err)
{
	json_t *arguments = make_arguments(organization, experiment);

	if (!arguments)
		return pr_fail_nomem(err);
	if (!pr_json_array(document, "controls") &&
		json_object_set_new(document, "controls", json_array())) {
		json_decref(arguments);
		return pr_fail_nomem(err);
	}
	return pr_json_append(json_object_get(document, "controls"),
		json_pack("{s:s, s:{s:s, s:s, s:o}}", "name", "reliably", "provider", "type",
			"python", "module", MODULE, "arguments", arguments),
		err);
}

int pr_experiment_inject_again(
	json_t *document, const char *organization, const char *experiment, struct pr_err *err)
{
	json_t *controls = pr_json_array(document, "controls");
	bool found = false;

	for (size_t i = 0; i < json_array_size(controls);) {
		json_t *provider = pr_json_object(json_array_get(controls, i), "provider");
		int rc = 0;

		if (!pr_text_eq(pr_json_str(provider, "module"), MODULE)) {
			i++;
			continue;
		}
		if (found) {
			(void)json_array_remove(controls, i);
			continue;
		}
		rc = pr_json_set(
			provider, "arguments", make_arguments(organization, experiment), err);
		if (rc)
			return rc;
		found = true;
		i++;
	}
	return found ? 0 : pr_experiment_inject(document, organization, experiment, err);
}
