#include "server/integrations_control.h"

#include "base/text.h"
#include "codec/json.h"
#include "crypto/digest.h"

#include <string.h>

/* The value of a variable, NULL where it has none. Secrets are never told. */
static json_t *value_of(const json_t *environment, const char *name)
{
	const json_t *variables = json_object_get(environment, "envvars");

	for (size_t i = 0; i < json_array_size(variables); i++) {
		const json_t *variable = json_array_get(variables, i);

		if (pr_text_eq(pr_json_str(variable, "var_name"), name))
			return json_incref(json_object_get(variable, "value"));
	}
	return NULL;
}

/* {"type":"env","key",…}: read by the control itself, when it runs. NULL: no memory. */
static json_t *from_env(const char *key)
{
	return json_pack("{s:s, s:s}", "type", "env", "key", key);
}

/* With what the environment says now as its default; null where it says nothing. */
static json_t *from_env_or_null(const json_t *environment, const char *key)
{
	json_t *value = value_of(environment, key);

	return json_pack("{s:s, s:s, s:o}", "type", "env", "key", key, "default",
		value ? value : json_null());
}

/* As from_env_or_null; without a default where the environment says nothing. */
static json_t *from_env_or(const json_t *environment, const char *key)
{
	return json_pack("{s:s, s:s, s:o*}", "type", "env", "key", key, "default",
		value_of(environment, key));
}

static json_t *tracing_arguments(const json_t *environment)
{
	(void)environment;
	return json_pack("{s:b, s:b, s:b, s:b}", "trace_request", 1, "trace_httpx", 1,
		"trace_botocore", 1, "trace_urllib3", 1);
}

static json_t *chatgpt_arguments(const json_t *environment)
{
	(void)environment;
	return json_pack("{s:o}", "openai_model", from_env("OPENAI_MODEL"));
}

static json_t *prechecks_arguments(const json_t *environment)
{
	return json_pack("{s:o, s:o}", "url",
		from_env_or_null(environment, "RELIABLY_PRECHECKS_ENDPOINT"), "auth",
		from_env("RELIABLY_PRECHECKS_ENDPOINT_AUTH"));
}

static json_t *safeguards_arguments(const json_t *environment)
{
	return json_pack("{s:o, s:o, s:o}", "url",
		from_env_or_null(environment, "RELIABLY_SAFEGUARDS_ENDPOINT"), "frequency",
		from_env_or_null(environment, "RELIABLY_SAFEGUARDS_FREQUENCY"), "auth",
		from_env("RELIABLY_SAFEGUARDS_ENDPOINT_AUTH"));
}

/* The pauses of one part of an experiment. */
static json_t *pauses(const json_t *environment, const char *part)
{
	char enabled[64];
	char duration[64];

	pr_text_print(enabled, sizeof(enabled), "RELIABLY_AUTOPAUSE_%s_ENABLED", part);
	pr_text_print(duration, sizeof(duration), "RELIABLY_AUTOPAUSE_%s_DURATION", part);
	return json_pack("{s:o, s:o}", "enabled", from_env_or(environment, enabled),
		"pause_duration", from_env_or(environment, duration));
}

static json_t *autopause_arguments(const json_t *environment)
{
	return json_pack("{s:{s:{s:o, s:o}, s:o, s:o}}", "autopause", "method", "actions",
		pauses(environment, "METHOD_ACTION"), "probes", pauses(environment, "METHOD_PROBE"),
		"steady-state-hypothesis", pauses(environment, "SSH"), "rollbacks",
		pauses(environment, "ROLLBACKS"));
}

static const struct kind {
	const char *provider;
	const char *module;
	bool has_digest; /* of the integration's name, in that of the control */
	json_t *(*arguments)(const json_t *environment); /* NULL: secrets instead */
} kinds[] = {
	{"slack", "chaosslack.control", false, NULL},
	{"opentelemetry", "chaostracing.oltp", false, tracing_arguments},
	{"chatgpt", "chaosreliably.controls.chatgpt", true, chatgpt_arguments},
	{"prechecks", "chaosreliably.controls.prechecks", true, prechecks_arguments},
	{"safeguards", "chaosreliably.controls.safeguard", true, safeguards_arguments},
	{"autopause", "chaosreliably.controls.autopause", true, autopause_arguments},
};

static char *control_name(const struct kind *kind, const char *integration, struct pr_err *err)
{
	char digest[PR_MD5_SIZE] = "";

	if (kind->has_digest && pr_md5_hex(integration, strlen(integration), digest, err))
		return NULL;
	return pr_text_format(
		"reliably-integration-%s%s%s", kind->provider, kind->has_digest ? "-" : "", digest);
}

static json_t *make_control(const struct kind *kind, const char *name, const json_t *environment)
{
	bool has_arguments = kind->arguments != NULL;

	return json_pack("{s:s, s:{s:s, s:s, s:o}}", "name", name, "provider", "type", "python",
		"module", kind->module, has_arguments ? "arguments" : "secrets",
		has_arguments ? kind->arguments(environment) : json_pack("[s]", name));
}

int pr_integration_control(const json_t *integration, const json_t *environment,
	json_t **ret_control, struct pr_err *err)
{
	const char *provider = pr_json_str(integration, "provider");

	for (size_t i = 0; i < PR_LEN(kinds); i++) {
		PR_AUTO(free) char *name = NULL;

		if (!pr_text_eq(kinds[i].provider, provider))
			continue;
		name = control_name(&kinds[i], pr_json_str(integration, "name"), err);
		*ret_control = name ? make_control(&kinds[i], name, environment) : NULL;
		return *ret_control ? 0 : pr_fail_nomem(err);
	}
	*ret_control = json_null();
	return 0;
}
