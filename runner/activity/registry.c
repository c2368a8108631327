#include "activity/http.h"
#include "activity/process.h"
#include "activity/provider.h"
#include "activity/python.h"
#include "activity/refusal.h"
#include "base/buf.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#define TYPE_SHOWN_MAX 4096

/* Adding a provider is adding its file and its row. */
static const struct pr_provider *const providers[] = {
	&pr_provider_process,
	&pr_provider_http,
	&pr_provider_python,
};

const struct pr_provider *pr_provider_find(const char *type)
{
	for (size_t i = 0; i < PR_LEN(providers); i++)
		if (pr_text_eq(type, providers[i]->type))
			return providers[i];
	return NULL;
}

static void check(void *arg, const json_t *activity, const struct pr_place *place,
	struct pr_findings *findings)
{
	const json_t *type = json_object_get(json_object_get(activity, "provider"), "type");
	const struct pr_provider *provider = pr_provider_find(json_string_value(type));
	struct pr_place member = {.outer = place, .key = "provider"};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(TYPE_SHOWN_MAX);

	(void)arg;
	if (provider) {
		provider->validate(activity, &member, findings);
		return;
	}
	pr_value_str(type, &text);
	pr_findings_add(findings, PR_FINDING_ERROR, &member, "unknown provider type '%s'",
		pr_buf_str(&text));
}

const struct pr_provider_rules *pr_provider_rules(void)
{
	static const struct pr_provider_rules rules = {.check = check, .arg = NULL};

	return &rules;
}

int pr_activity_start(const struct pr_activity_env *env, const json_t *activity, pr_activity_fn *fn,
	void *arg, struct pr_activity_call **ret_call, struct pr_err *err)
{
	const json_t *declared = json_object_get(activity, "provider");
	const struct pr_provider *provider = pr_provider_find(pr_json_str(declared, "type"));

	if (!provider)
		return pr_refusal_start(env, "unknown provider type", fn, arg, ret_call, err);
	return provider->start(env, activity, fn, arg, ret_call, err);
}

void pr_activity_release(struct pr_activity_call *call)
{
	if (call)
		call->provider->release(call);
}
