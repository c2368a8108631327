#include "experiment/check_control.h"

#include "base/buf.h"
#include "base/nearest.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "experiment/activities.h"
#include "experiment/shape.h"

#include <string.h>

static bool owner_declares(const json_t *owner, const json_t *ref)
{
	const json_t *control;
	size_t i;

	json_array_foreach (json_object_get(owner, "controls"), i, control) {
		const json_t *name = json_object_get(control, "name");

		if (name && !json_object_get(control, "ref") && pr_value_equal(name, ref))
			return true;
	}
	return false;
}

static bool list_declares(const json_t *activities, const json_t *ref)
{
	const json_t *activity;
	size_t i;

	json_array_foreach (activities, i, activity) {
		if (owner_declares(activity, ref))
			return true;
	}
	return false;
}

/* Wherever in the document: upstream looks no further here, though it applies only some. */
static bool is_declared(const json_t *document, const json_t *ref)
{
	return owner_declares(document, ref) ||
	       owner_declares(json_object_get(document, "steady-state-hypothesis"), ref) ||
	       list_declares(pr_document_probes(document), ref) ||
	       list_declares(pr_document_method(document), ref) ||
	       list_declares(pr_document_rollbacks(document), ref);
}

/* Control modules that the programs do themselves; every other one would need an interpreter. */
static const char *const native_modules[] = {"chaosaddons.controls.bypass",
	"chaosaddons.controls.repeat", "chaosaddons.controls.safeguards",
	"chaosreliably.controls.autopause", "chaosreliably.controls.experiment",
	"chaosreliably.controls.metrics", "chaosreliably.controls.prechecks",
	"chaosreliably.controls.safeguard", "chaosreliably.controls.safeguards",
	"chaosslack.control", "chaostracing.oltp"};

static bool is_native(const char *module)
{
	return pr_text_index(module, native_modules, PR_LEN(native_modules)) >= 0;
}

const char *pr_control_module_near(const char *module)
{
	struct pr_nearest nearest = pr_nearest_to(module, strlen(module));

	for (size_t i = 0; i < PR_LEN(native_modules); i++)
		pr_nearest_offer(&nearest, native_modules[i]);
	return nearest.best;
}

static bool was_found(const struct pr_findings *findings, const char *text)
{
	for (size_t i = 0; i < findings->count; i++)
		if (pr_text_eq(findings->items[i].text, text))
			return true;
	return false;
}

/* Once, however often the module is named. */
static void suggest_module(
	const char *module, const struct pr_place *place, struct pr_findings *findings)
{
	const char *near = pr_control_module_near(module);
	PR_AUTO(free) char *text = NULL;

	if (!near)
		return;
	text = pr_text_format(
		"Did you mean the control module '%s'? It is built in, '%s' is not", near, module);
	if (text && !was_found(findings, text))
		pr_findings_add(findings, PR_FINDING_WARNING, place, "%s", text);
}

/* As upstream says it of a module that it cannot import: the run goes on without. */
static void tell_missing(const char *module, const char *name, const struct pr_place *place,
	struct pr_findings *findings)
{
	pr_findings_add(findings, PR_FINDING_WARNING, place,
		"Could not find Python module '%s' in control '%s': this version runs no Python "
		"controls. The experiment will carry on running nonetheless.",
		module, name);
	suggest_module(module, place, findings);
}

static void check_module(const json_t *module, const char *name, const struct pr_place *place,
	struct pr_findings *findings)
{
	const char *text = json_string_value(module);

	if (!pr_value_truthy(module))
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"Control '%s' must have a module path", name);
	else if (!text || *text == '.')
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"Control '%s' must have the full name of a module", name);
	else if (!is_native(text))
		tell_missing(text, name, place, findings);
}

static void check_provider(const json_t *control, const char *name, const struct pr_place *place,
	struct pr_findings *findings)
{
	const json_t *provider = json_object_get(control, "provider");

	if (!provider || json_is_null(provider))
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"Control '%s' must have a `provider` property", name);
	else if (pr_text_eq(pr_json_str(provider, "type"), "python"))
		check_module(json_object_get(provider, "module"), name, place, findings);
}

static void check_scope(const json_t *control, const char *name, const struct pr_place *place,
	struct pr_findings *findings)
{
	const json_t *scope = json_object_get(control, "scope");
	const char *text = pr_json_str(control, "scope");

	if (!pr_value_truthy(scope) || pr_text_eq(text, "before") || pr_text_eq(text, "after"))
		return;
	pr_findings_add(findings, PR_FINDING_ERROR, place,
		"Control '%s' scope property must be 'before' or 'after' only", name);
}

static void check_control(const json_t *document, const json_t *control,
	const struct pr_place *place, struct pr_findings *findings)
{
	const json_t *ref = json_object_get(control, "ref");
	const json_t *name = json_object_get(control, "name");
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(4096);

	if (!json_is_object(control)) {
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"a control must be a mapping, not %s", pr_json_kind(control));
		return;
	}
	if (ref && !is_declared(document, ref))
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"Control reference '{}' declaration cannot be found");
	if (!name) {
		pr_findings_add(
			findings, PR_FINDING_ERROR, place, "A control must have a `name` property");
		return;
	}
	pr_value_str(name, &text);
	check_provider(control, pr_buf_str(&text), place, findings);
	check_scope(control, pr_buf_str(&text), place, findings);
}

void pr_check_controls(const json_t *document, const json_t *owner, const struct pr_place *place,
	struct pr_findings *findings)
{
	const json_t *controls = json_object_get(owner, "controls");
	struct pr_place list = {.outer = place, .key = "controls"};
	const json_t *control;
	size_t i;

	if (!controls || pr_shape_is_vacant(controls))
		return;
	if (!json_is_array(controls)) {
		pr_findings_add(findings, PR_FINDING_ERROR, &list,
			"`controls` must be a list, not %s", pr_json_kind(controls));
		return;
	}
	json_array_foreach (controls, i, control) {
		struct pr_place item = {.outer = &list, .index = i};

		check_control(document, control, &item, findings);
	}
}
