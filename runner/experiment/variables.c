#include "experiment/variables.h"

#include "base/buf.h"
#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/dotenv.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "codec/yaml.h"

#include <string.h>

int pr_variables_init(struct pr_variables *variables, struct pr_err *err)
{
	variables->configuration = json_object();
	variables->secrets = json_object();
	if (variables->configuration && variables->secrets)
		return 0;
	pr_variables_release(variables);
	return pr_fail_nomem(err);
}

void pr_variables_release(struct pr_variables *variables)
{
	json_decref(variables->configuration);
	json_decref(variables->secrets);
	variables->configuration = NULL;
	variables->secrets = NULL;
}

int pr_variables_add(struct pr_variables *variables, const char *text, struct pr_err *err)
{
	PR_AUTO(free) char *key = pr_text_dup(text);
	json_auto_t *raw = NULL;
	json_t *value = NULL;
	char *equals = key ? strchr(key, '=') : NULL;
	char *type;

	if (!key)
		return pr_fail_nomem(err);
	if (!equals)
		return pr_fail(err, PR_EUSAGE, "--var needs KEY[:TYPE]=VALUE, not '%s'", text);
	*equals = '\0';
	type = strrchr(key, ':');
	if (type)
		*type++ = '\0';
	raw = pr_json_text(equals + 1, strlen(equals + 1));
	if (!raw)
		return pr_fail_nomem(err);
	if (pr_convert(raw, type, &value, err)) {
		pr_wrap(err, "--var '%s'", key);
		return PR_EUSAGE;
	}
	return pr_json_set(variables->configuration, key, value, err);
}

static int load_dotenv(const struct pr_buf *text, const char *path, struct pr_err *err)
{
	json_auto_t *lines = NULL;
	const char *name;
	json_t *value;
	int rc = pr_dotenv_parse(pr_buf_str(text), text->len, path, &lines, err);

	json_object_foreach (lines, name, value) {
		rc = rc ? rc : pr_env_set(name, json_string_value(value), err);
	}
	return rc;
}

/* Reads a file with `configuration` and `secrets`; NULL when it is none, or does not parse. */
static json_t *parse_document(const struct pr_buf *text, const char *path,
	const struct pr_limits *limits, bool *ret_broken)
{
	const char *extension = pr_file_extension(path);
	struct pr_err problem = PR_ERR_INIT;
	json_t *document = NULL;
	int rc = 0;

	if (pr_text_eq(extension, ".json"))
		rc = pr_json_parse(pr_buf_str(text), text->len, path, limits, &document, &problem);
	else if (pr_text_eq(extension, ".yaml") || pr_text_eq(extension, ".yml"))
		rc = pr_yaml_parse(pr_buf_str(text), text->len, path, limits, &document, &problem);
	if (rc)
		pr_error("Failed to load variable file, it is skipped: %s", problem.msg);
	*ret_broken = rc != 0;
	return document;
}

/* Whole top-level keys replace what earlier files gave. */
static int take_section(json_t *target, const json_t *document, const char *name, const char *path,
	struct pr_err *err)
{
	const json_t *section = json_object_get(document, name);

	if (!section || (json_is_array(section) && !json_array_size(section)))
		return 0;
	if (!json_is_object(section))
		return pr_fail(err, PR_EINVAL, "'%s': `%s` must be a mapping, not %s", path, name,
			pr_json_kind(section));
	return json_object_update(target, pr_json_mutable(section)) ? pr_fail_nomem(err) : 0;
}

int pr_variables_add_file(struct pr_variables *variables, const char *path,
	const struct pr_limits *limits, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(limits->document_bytes);
	json_auto_t *document = NULL;
	bool broken;
	int rc;

	if (pr_file_read(path, &text, err)) {
		pr_wrap(err, "--var-file");
		return PR_EUSAGE;
	}
	document = parse_document(&text, path, limits, &broken);
	if (broken)
		return 0;
	if (!pr_value_truthy(document))
		return load_dotenv(&text, path, err);
	if (!json_is_object(document))
		return pr_fail(err, PR_EINVAL, "--var-file '%s' must hold a mapping, not %s", path,
			pr_json_kind(document));
	rc = take_section(variables->configuration, document, "configuration", path, err);
	return rc ? rc : take_section(variables->secrets, document, "secrets", path, err);
}
