#include "experiment/configuration.h"

#include "base/env.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "experiment/variables.h"

#include <string.h>

static bool is_type(const json_t *definition, const char *type)
{
	return pr_text_eq(pr_json_str(definition, "type"), type);
}

/* What an override or the document says of one key. Borrowed. */
static json_t *definition_of(const char *key, json_t *declared, const json_t *overrides)
{
	json_t *given = json_object_get(overrides, key);

	return given ? given : declared;
}

static int need_key(const char *section, const char *name, const json_t *definition,
	const char **ret_key, struct pr_err *err)
{
	*ret_key = pr_json_str(definition, "key");
	if (*ret_key)
		return 0;
	return pr_fail(err, PR_EINVAL,
		"%s '%s' is of type env but has no `key` with the name of a "
		"variable",
		section, name);
}

/* type env: the variable, else the default, then converted (docs/engine.md 3.1). */
static int configuration_from_env(
	const char *name, const json_t *definition, json_t **ret_value, struct pr_err *err)
{
	json_auto_t *raw = NULL;
	const json_t *type = json_object_get(definition, "env_var_type");
	const char *key;
	const char *text;

	if (need_key("configuration", name, definition, &key, err))
		return PR_EINVAL;
	if (type && !json_is_null(type) && !json_is_string(type))
		return pr_fail(err, PR_EINVAL,
			"configuration '%s': `env_var_type` must be a text, not %s", name,
			pr_json_kind(type));
	text = pr_env_get(key);
	raw = text ? pr_json_text(text, strlen(text))
		   : json_incref(json_object_get(definition, "default"));
	if (!raw && text)
		return pr_fail_nomem(err);
	if (!raw)
		return pr_fail(err, PR_EINVAL,
			"Configuration makes reference to an environment key that does not exist: "
			"%s",
			key);
	if (pr_convert(raw, json_string_value(type), ret_value, err))
		return pr_wrap(err, "configuration '%s'", name);
	return 0;
}

static int configuration_value(
	const char *name, json_t *definition, json_t **ret_value, struct pr_err *err)
{
	if (is_type(definition, "env"))
		return configuration_from_env(name, definition, ret_value, err);
	*ret_value = pr_json_deep_copy(definition);
	return *ret_value ? 0 : pr_fail_nomem(err);
}

/* The section as an object; absent is empty, any other kind is refused. */
static int section_of(
	const json_t *document, const char *name, const json_t **ret_section, struct pr_err *err)
{
	*ret_section = json_object_get(document, name);
	if (!*ret_section || json_is_object(*ret_section))
		return 0;
	return pr_fail(
		err, PR_EINVAL, "`%s` must be a mapping, not %s", name, pr_json_kind(*ret_section));
}

int pr_configuration_load(const json_t *document, const json_t *overrides,
	json_t **ret_configuration, struct pr_err *err)
{
	json_auto_t *configuration = json_object();
	const json_t *section;
	const char *key;
	json_t *declared;

	if (!configuration)
		return pr_fail_nomem(err);
	if (section_of(document, "configuration", &section, err))
		return PR_EINVAL;
	json_object_foreach (pr_json_mutable(section), key, declared) {
		json_t *value = NULL;
		int rc = configuration_value(
			key, definition_of(key, declared, overrides), &value, err);

		if (rc)
			return rc;
		rc = pr_json_set(configuration, key, value, err);
		if (rc)
			return rc;
	}
	*ret_configuration = pr_steal(configuration);
	return 0;
}

static int secret_from_env(
	const char *name, const json_t *definition, json_t **ret_value, struct pr_err *err)
{
	const char *key;
	const char *text;

	if (need_key("secret", name, definition, &key, err))
		return PR_EINVAL;
	text = pr_env_get(key);
	if (!text)
		return pr_fail(err, PR_EINVAL,
			"Secrets make reference to an environment key that does not exist: %s",
			key);
	if (pr_redact_add(text, err))
		return PR_ENOMEM;
	*ret_value = pr_json_text(text, strlen(text));
	return *ret_value ? 0 : pr_fail_nomem(err);
}

static int secret_members(const json_t *object, json_t **ret_value, struct pr_err *err);

static int secret_value(
	const char *name, json_t *definition, json_t **ret_value, struct pr_err *err)
{
	if (is_type(definition, "env"))
		return secret_from_env(name, definition, ret_value, err);
	if (json_is_object(definition) && !is_type(definition, "vault"))
		return secret_members(definition, ret_value, err);
	*ret_value = pr_json_deep_copy(definition);
	return *ret_value ? 0 : pr_fail_nomem(err);
}

static int secret_members(const json_t *object, json_t **ret_value, struct pr_err *err)
{
	json_auto_t *members = json_object();
	const char *key;
	json_t *definition;

	if (!members)
		return pr_fail_nomem(err);
	json_object_foreach (pr_json_mutable(object), key, definition) {
		json_t *value = NULL;
		int rc = secret_value(key, definition, &value, err);

		if (!rc)
			rc = pr_json_set(members, key, value, err);
		if (rc)
			return rc;
	}
	*ret_value = pr_steal(members);
	return 0;
}

/* Every text inside a value that the user gave as a secret. */
static int register_texts(const json_t *value, struct pr_err *err)
{
	const char *key;
	json_t *item;
	size_t i;
	int rc = 0;

	if (json_is_string(value))
		return pr_redact_add(json_string_value(value), err);
	json_object_foreach (pr_json_mutable(value), key, item) {
		rc = rc ? rc : register_texts(item, err);
	}
	json_array_foreach (value, i, item) {
		rc = rc ? rc : register_texts(item, err);
	}
	return rc;
}

/* One scope: an override is taken verbatim, it is not looked into (docs/engine.md 3.5). */
static int secret_scope(const char *name, json_t *declared, const json_t *overrides,
	json_t **ret_value, struct pr_err *err)
{
	json_t *given = json_is_object(declared) ? json_object_get(overrides, name) : NULL;
	int rc;

	if (!given || json_is_null(given))
		return secret_value(name, declared, ret_value, err);
	rc = register_texts(given, err);
	if (rc)
		return rc;
	*ret_value = pr_json_deep_copy(given);
	return *ret_value ? 0 : pr_fail_nomem(err);
}

int pr_secrets_load(
	const json_t *document, const json_t *overrides, json_t **ret_secrets, struct pr_err *err)
{
	json_auto_t *secrets = json_object();
	const json_t *section;
	const char *key;
	json_t *declared;

	if (!secrets)
		return pr_fail_nomem(err);
	if (section_of(document, "secrets", &section, err))
		return PR_EINVAL;
	json_object_foreach (pr_json_mutable(section), key, declared) {
		json_t *value = NULL;
		int rc = secret_scope(key, declared, overrides, &value, err);

		if (!rc)
			rc = pr_json_set(secrets, key, value, err);
		if (rc)
			return rc;
	}
	*ret_secrets = pr_steal(secrets);
	return 0;
}
