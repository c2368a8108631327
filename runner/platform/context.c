#include "platform/context.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

json_t *pr_context_integrations(const json_t *plan)
{
	return pr_json_array(pr_json_object(plan, "definition"), "integrations");
}

bool pr_context_brings_control(const char *provider)
{
	static const char *const silent[] = {"notification", "assistant", "snapshot"};

	return !provider || pr_text_index(provider, silent, PR_LEN(silent)) < 0;
}

static void drop_null(json_t *object, const char *key)
{
	if (json_is_null(json_object_get(object, key)))
		(void)json_object_del(object, key);
}

int pr_context_add_control(json_t *controls, const json_t *answer, struct pr_err *err)
{
	const char *name = pr_json_str(answer, "name");
	json_auto_t *control = NULL;
	json_t *provider;

	if (!pr_value_truthy(answer))
		return 0;
	if (!name || !pr_json_object(answer, "provider"))
		return pr_fail(err, PR_EPROTO, "the platform's answer is no control");
	control = pr_json_deep_copy(answer);
	if (!control)
		return pr_fail_nomem(err);
	provider = json_object_get(control, "provider");
	(void)json_object_del(control, "name");
	drop_null(provider, "secrets");
	drop_null(provider, "arguments");
	return pr_json_set(controls, name, pr_steal(control), err);
}
