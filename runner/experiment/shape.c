#include "experiment/shape.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

bool pr_shape_is_vacant(const json_t *value)
{
	return (json_is_string(value) && !json_string_length(value)) ||
	       (json_is_object(value) && !json_object_size(value));
}

static int check_list(const json_t *owner, const char *key, struct pr_err *err)
{
	const json_t *list = json_object_get(owner, key);

	if (!list || json_is_array(list) || pr_shape_is_vacant(list))
		return 0;
	return pr_fail(err, PR_EINVAL, "'%s' must be an array, not %s", key, pr_json_kind(list));
}

static int check_kinds(const json_t *document, struct pr_err *err)
{
	const json_t *hypothesis = json_object_get(document, "steady-state-hypothesis");
	const json_t *method = json_object_get(document, "method");
	const json_t *probes = json_object_get(hypothesis, "probes");

	if (hypothesis && !json_is_object(hypothesis))
		return pr_fail(err, PR_EINVAL,
			"'steady-state-hypothesis' must be an object, not %s",
			pr_json_kind(hypothesis));
	if (method && !json_is_array(method))
		return pr_fail(
			err, PR_EINVAL, "'method' must be an array, not %s", pr_json_kind(method));
	if (probes && !json_is_array(probes))
		return pr_fail(
			err, PR_EINVAL, "'probes' must be an array, not %s", pr_json_kind(probes));
	return check_list(document, "rollbacks", err);
}

/* What is loaded of a control, and unloaded at the end: its module, once per name. */
static int check_module(const json_t *provider, struct pr_err *err)
{
	const char *module = pr_json_str(provider, "module");

	if (!json_is_object(provider) || !json_object_get(provider, "type"))
		return pr_fail(err, PR_EINVAL, "the provider of a control must have a type");
	if (!pr_text_eq(pr_json_str(provider, "type"), "python"))
		return 0;
	if (!module || !*module || *module == '.')
		return pr_fail(err, PR_EINVAL,
			"the provider of a control must have the full name of a module");
	return 0;
}

static int check_owner(const json_t *owner, struct pr_err *err)
{
	const json_t *controls = json_object_get(owner, "controls");
	const json_t *control;
	size_t i;
	int r = check_list(owner, "controls", err);

	json_array_foreach (controls, i, control) {
		const json_t *provider = json_object_get(control, "provider");

		if (r)
			return r;
		if (!json_is_object(control))
			return pr_fail(err, PR_EINVAL, "a control must be an object, not %s",
				pr_json_kind(control));
		if (pr_value_truthy(json_object_get(control, "name")) && pr_value_truthy(provider))
			r = check_module(provider, err);
	}
	return r;
}

int pr_shape_check_name(const json_t *activity, struct pr_err *err)
{
	const json_t *name = json_object_get(activity, "name");

	if (pr_value_truthy(name) && (json_is_array(name) || json_is_object(name)))
		return pr_fail(err, PR_EINVAL, "the name of an activity must be a text, not %s",
			pr_json_kind(name));
	return 0;
}

static int check_activities(const json_t *activities, bool named, struct pr_err *err)
{
	const json_t *activity;
	size_t i;
	int r = 0;

	json_array_foreach (activities, i, activity) {
		if (!json_is_object(activity))
			return pr_fail(err, PR_EINVAL, "an activity must be an object, not %s",
				pr_json_kind(activity));
		if (named)
			r = pr_shape_check_name(activity, err);
		if (r == 0)
			r = check_owner(activity, err);
		if (r)
			return r;
	}
	return 0;
}

/* The reference of a control is looked for by name, which every control up to it needs. */
static int check_reference(const json_t *document, const json_t *ref, struct pr_err *err)
{
	const json_t *control;
	size_t i;

	json_array_foreach (json_object_get(document, "controls"), i, control) {
		const json_t *name = json_object_get(control, "name");

		if (!name)
			return pr_fail(err, PR_EINVAL, "a control must have a name");
		if (pr_value_equal(name, ref))
			return 0;
	}
	return 0;
}

static bool is_applied(const json_t *control)
{
	static const char *const scopes[] = {"before", "after"};
	const json_t *scope = json_object_get(control, "scope");
	const char *text = json_string_value(scope);

	return !pr_value_truthy(scope) ||
	       (text && pr_text_index(text, scopes, PR_LEN(scopes)) >= 0);
}

int pr_shape_check_controls(const json_t *document, const json_t *owner, struct pr_err *err)
{
	const json_t *control;
	size_t i;

	json_array_foreach (json_object_get(owner, "controls"), i, control) {
		const json_t *ref = json_object_get(control, "ref");
		const json_t *provider = json_object_get(control, "provider");
		int r = ref ? check_reference(document, ref, err) : 0;

		if (r)
			return r;
		if (provider && !json_is_object(provider) && is_applied(control))
			return pr_fail(err, PR_EINVAL,
				"the provider of a control must be an object, not %s",
				pr_json_kind(provider));
	}
	return 0;
}

int pr_shape_check_global(const json_t *controls, struct pr_err *err)
{
	const char *name;
	json_t *control;

	if (controls && !json_is_object(controls))
		return pr_fail(err, PR_EINVAL,
			"'controls' in the settings must be a mapping by name, not %s",
			pr_json_kind(controls));
	json_object_foreach (pr_json_mutable(controls), name, control) {
		const json_t *provider = json_object_get(control, "provider");
		int r = pr_value_truthy(provider) ? check_module(provider, err) : 0;

		if (r)
			return r;
		if (!json_is_object(control) ||
			(provider && !json_is_object(provider) && is_applied(control)))
			return pr_fail(err, PR_EINVAL,
				"control '%s' in the settings must be an object, and so must its "
				"provider",
				name);
	}
	return 0;
}

int pr_shape_check(const json_t *document, struct pr_err *err)
{
	const json_t *hypothesis = json_object_get(document, "steady-state-hypothesis");
	int r = check_kinds(document, err);

	if (r == 0)
		r = check_activities(json_object_get(document, "method"), true, err);
	if (r == 0)
		r = check_activities(json_object_get(hypothesis, "probes"), true, err);
	if (r == 0)
		r = check_activities(json_object_get(document, "rollbacks"), false, err);
	if (r == 0)
		r = check_owner(document, err);
	if (r == 0)
		r = check_owner(hypothesis, err);
	return r ? r : pr_shape_check_controls(document, document, err);
}

int pr_shape_check_type(const json_t *activity, struct pr_err *err)
{
	const json_t *type = json_object_get(activity, "type");

	if (!type)
		return pr_fail(err, PR_EINVAL, "an activity must have a type");
	if (!json_is_string(type))
		return pr_fail(err, PR_EINVAL, "the type of an activity must be a text, not %s",
			pr_json_kind(type));
	return 0;
}
