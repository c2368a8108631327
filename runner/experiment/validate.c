#include "experiment/validate.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "experiment/activities.h"
#include "experiment/check_control.h"
#include "experiment/check_tolerance.h"
#include "experiment/configuration.h"
#include "experiment/shape.h"

#include <string.h>

/* A document under inspection. */
struct subject {
	const json_t *document;
	const struct pr_provider_rules *rules;
	struct pr_findings *findings;
};

#define ERROR_AT(s, place, ...) pr_findings_add((s)->findings, PR_FINDING_ERROR, place, __VA_ARGS__)

/* A section that must be of one kind when it is there; NULL with a finding when it is not. */
static const json_t *section(const struct subject *s, const char *name, json_type type)
{
	const json_t *value = json_object_get(s->document, name);
	struct pr_place place = {.key = name};

	if (value && json_typeof(value) != type) {
		ERROR_AT(s, &place, "`%s` must be a %s, not %s", name,
			type == JSON_ARRAY ? "list" : "mapping", pr_json_kind(value));
		return NULL;
	}
	return value;
}

static void check_title(const struct subject *s)
{
	if (!pr_value_truthy(json_object_get(s->document, "title")))
		ERROR_AT(s, NULL, "experiment requires a title");
}

static void check_description(const struct subject *s)
{
	if (!pr_value_truthy(json_object_get(s->document, "description")))
		ERROR_AT(s, NULL, "experiment requires a description");
}

static void check_tags(const struct subject *s)
{
	const json_t *tags = json_object_get(s->document, "tags");
	struct pr_place place = {.key = "tags"};
	const json_t *tag;
	size_t i;

	if (!pr_value_truthy(tags))
		return;
	if (!json_is_array(tags) && !json_is_object(tags) && !json_is_string(tags))
		ERROR_AT(s, &place, "experiment tags must be a list, not %s", pr_json_kind(tags));
	json_array_foreach (tags, i, tag) {
		if (!json_is_string(tag) || !json_string_length(tag))
			ERROR_AT(s, &place, "experiment tags must be a non-empty string");
	}
}

static bool is_blank(const char *text)
{
	return !text || !text[strspn(text, " \t\r\n\f\v")];
}

static void check_extensions(const struct subject *s)
{
	const json_t *extensions = json_object_get(s->document, "extensions");
	struct pr_place place = {.key = "extensions"};
	const json_t *extension;
	size_t i;

	if (!pr_value_truthy(extensions))
		return;
	if (!json_is_array(extensions))
		ERROR_AT(
			s, &place, "`extensions` must be a list, not %s", pr_json_kind(extensions));
	json_array_foreach (extensions, i, extension) {
		if (is_blank(pr_json_str(extension, "name")))
			ERROR_AT(s, &place, "All extensions require a non-empty name");
	}
}

typedef int load_fn(
	const json_t *document, const json_t *overrides, json_t **ret_values, struct pr_err *err);

/* Loads each key of a section alone, so that every missing variable is named. */
static void load_each(const struct subject *s, const char *name, load_fn *load)
{
	const json_t *values = section(s, name, JSON_OBJECT);
	struct pr_place place = {.key = name};
	const char *key;
	json_t *value;

	json_object_foreach (pr_json_mutable(values), key, value) {
		json_auto_t *alone = json_pack("{s: {s: O}}", name, key, value);
		struct pr_place member = {.outer = &place, .key = key};
		struct pr_err err = PR_ERR_INIT;
		json_auto_t *loaded = NULL;

		if (!alone || load(alone, NULL, &loaded, &err))
			ERROR_AT(s, &member, "%s", alone ? err.msg : "out of memory");
	}
}

static void check_configuration(const struct subject *s)
{
	load_each(s, "configuration", pr_configuration_load);
}

static void check_secrets(const struct subject *s)
{
	const json_t *secrets = json_object_get(s->document, "secrets");
	const char *scope;
	json_t *members;

	load_each(s, "secrets", pr_secrets_load);
	json_object_foreach (pr_json_mutable(secrets), scope, members) {
		struct pr_place place = {.key = "secrets"};

		if (!json_is_object(members))
			ERROR_AT(s, &place,
				"secret '%s' must be a mapping of names to secrets, not %s", scope,
				pr_json_kind(members));
	}
}

static void check_probe(const struct subject *s, const json_t *probe, const struct pr_place *place)
{
	const json_t *tolerance = json_object_get(probe, "tolerance");
	struct pr_place member = {.outer = place, .key = "tolerance"};
	struct pr_err err = PR_ERR_INIT;

	pr_validate_activity(probe, s->rules, place, s->findings);
	if (!json_is_object(probe))
		return;
	if (pr_shape_check_name(probe, &err))
		ERROR_AT(s, place, "%s", err.msg);
	if (tolerance)
		pr_check_tolerance(tolerance, s->rules, &member, s->findings);
	else
		ERROR_AT(s, place, "hypothesis probe must have a tolerance entry");
}

static void check_hypothesis(const struct subject *s)
{
	const json_t *hypothesis = section(s, "steady-state-hypothesis", JSON_OBJECT);
	const json_t *probes = json_object_get(hypothesis, "probes");
	struct pr_place place = {.key = "steady-state-hypothesis"};
	struct pr_place list = {.outer = &place, .key = "probes"};
	const json_t *probe;
	size_t i;

	if (!hypothesis)
		return;
	if (!pr_value_truthy(json_object_get(hypothesis, "title")))
		ERROR_AT(s, &place, "hypothesis requires a title");
	if (probes && !json_is_array(probes))
		ERROR_AT(
			s, &list, "hypothesis probes must be a list, not %s", pr_json_kind(probes));
	s->findings->kind = PR_FINDING_ACTIVITY;
	json_array_foreach (probes, i, probe) {
		struct pr_place item = {.outer = &list, .index = i};

		check_probe(s, probe, &item);
	}
	s->findings->kind = PR_FINDING_EXPERIMENT;
}

static void check_reference(const struct subject *s, json_t *activity, const struct pr_place *place)
{
	const char *ref = pr_json_str(activity, "ref");
	struct pr_err err = PR_ERR_INIT;

	if (pr_shape_check_name(activity, &err))
		ERROR_AT(s, place, "%s", err.msg);
	if (ref && *ref && !pr_activity_resolve(s->document, activity))
		ERROR_AT(s, place, "referenced activity '%s' could not be found in the experiment",
			ref);
}

static void check_method(const struct subject *s)
{
	json_t *method = pr_json_mutable(section(s, "method", JSON_ARRAY));
	struct pr_place place = {.key = "method"};
	json_t *activity;
	size_t i;

	if (!json_object_get(s->document, "method"))
		ERROR_AT(s, NULL,
			"an experiment requires a method, which can be empty for only "
			"checking steady state hypothesis ");
	s->findings->kind = PR_FINDING_ACTIVITY;
	json_array_foreach (method, i, activity) {
		struct pr_place item = {.outer = &place, .index = i};

		pr_validate_activity(activity, s->rules, &item, s->findings);
		check_reference(s, activity, &item);
	}
	s->findings->kind = PR_FINDING_EXPERIMENT;
}

static void check_rollbacks(const struct subject *s)
{
	const json_t *given = json_object_get(s->document, "rollbacks");
	const json_t *rollbacks =
		pr_shape_is_vacant(given) ? NULL : section(s, "rollbacks", JSON_ARRAY);
	struct pr_place place = {.key = "rollbacks"};
	const json_t *activity;
	size_t i;

	s->findings->kind = PR_FINDING_ACTIVITY;
	json_array_foreach (rollbacks, i, activity) {
		struct pr_place item = {.outer = &place, .index = i};

		pr_validate_activity(activity, s->rules, &item, s->findings);
	}
	s->findings->kind = PR_FINDING_EXPERIMENT;
}

static bool has_mapping_arguments(const json_t *activities)
{
	const json_t *activity;
	size_t i;

	json_array_foreach (activities, i, activity) {
		const json_t *provider = json_object_get(activity, "provider");

		if (pr_text_eq(pr_json_str(provider, "type"), "process") &&
			json_is_object(json_object_get(provider, "arguments")))
			return true;
	}
	return false;
}

static bool has_vault_key_without_path(const json_t *value)
{
	const char *key;
	json_t *member;

	if (pr_text_eq(pr_json_str(value, "type"), "vault"))
		return json_object_get(value, "key") && !json_object_get(value, "path");
	json_object_foreach (pr_json_mutable(value), key, member) {
		if (has_vault_key_without_path(member))
			return true;
	}
	return false;
}

static void check_deprecations(const struct subject *s)
{
	if (has_mapping_arguments(pr_document_method(s->document)) ||
		has_mapping_arguments(pr_document_probes(s->document)) ||
		has_mapping_arguments(pr_document_rollbacks(s->document)))
		pr_findings_add(s->findings, PR_FINDING_WARNING, NULL,
			"Process arguments should now be a list to keep the ordering of the "
			"arguments. "
			"Dictionary arguments are deprecated for process activities.");
	if (has_vault_key_without_path(json_object_get(s->document, "secrets")))
		pr_findings_add(s->findings, PR_FINDING_WARNING, NULL,
			"A Vault secret needs `path` for where it is; `key` alone only names a "
			"member "
			"of it.");
}

static void check_controls_of(const struct subject *s, const json_t *activities, const char *key)
{
	struct pr_place place = {.key = key};
	const json_t *activity;
	size_t i;

	json_array_foreach (activities, i, activity) {
		struct pr_place item = {.outer = &place, .index = i};

		pr_check_controls(s->document, activity, &item, s->findings);
	}
}

static void check_controls(const struct subject *s)
{
	const json_t *hypothesis = json_object_get(s->document, "steady-state-hypothesis");
	struct pr_place place = {.key = "steady-state-hypothesis"};

	s->findings->kind = PR_FINDING_CONTROL;
	pr_check_controls(s->document, s->document, NULL, s->findings);
	pr_check_controls(s->document, hypothesis, &place, s->findings);
	check_controls_of(s, pr_document_probes(s->document), "steady-state-hypothesis.probes");
	check_controls_of(s, pr_document_method(s->document), "method");
	check_controls_of(s, pr_document_rollbacks(s->document), "rollbacks");
	s->findings->kind = PR_FINDING_EXPERIMENT;
}

/* The order of docs/engine.md 2.1. */
static void (*const checks[])(const struct subject *s) = {check_title, check_description,
	check_tags, check_extensions, check_configuration, check_secrets, check_hypothesis,
	check_method, check_rollbacks, check_deprecations, check_controls};

int pr_validate(const json_t *document, const struct pr_provider_rules *rules,
	struct pr_findings *findings, struct pr_err *err)
{
	struct subject s = {.document = document, .rules = rules, .findings = findings};

	if (!pr_value_truthy(document)) {
		ERROR_AT(&s, NULL, "an empty experiment is not an experiment");
	} else if (!json_is_object(document)) {
		ERROR_AT(&s, NULL, "an experiment must be a mapping, not %s",
			pr_json_kind(document));
	} else {
		for (size_t i = 0; i < PR_LEN(checks); i++)
			checks[i](&s);
	}
	return findings->out_of_memory ? pr_fail_nomem(err) : 0;
}
