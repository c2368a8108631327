#include "experiment/settings.h"

#include "base/buf.h"
#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/pyvalue.h"
#include "codec/yaml.h"

char *pr_settings_default_path(void)
{
	const char *given = pr_env_get_set("CHAOSTOOLKIT_CONFIG_PATH");
	PR_AUTO(free) char *home = NULL;

	if (given)
		return pr_file_expand_home(given);
	home = pr_env_home();
	return home ? pr_file_join(home, ".chaostoolkit/settings.yaml") : NULL;
}

static int no_settings(json_t **ret_settings, struct pr_err *err)
{
	*ret_settings = json_object();
	return *ret_settings ? 0 : pr_fail_nomem(err);
}

int pr_settings_load(
	const char *path, const struct pr_limits *limits, json_t **ret_settings, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(limits->document_bytes);
	struct pr_err problem = PR_ERR_INIT;
	json_auto_t *settings = NULL;

	if (!path || !pr_file_exists(path)) {
		pr_debug("The Chaos Toolkit settings file could not be found at '%s'.",
			path ? path : "(no home)");
		return no_settings(ret_settings, err);
	}
	if (pr_file_read(path, &text, err))
		return pr_wrap(err, "settings");
	if (pr_yaml_parse(pr_buf_str(&text), text.len, path, limits, &settings, &problem)) {
		pr_error("Failed parsing YAML settings: %s", problem.msg);
		return no_settings(ret_settings, err);
	}
	if (!pr_value_truthy(settings))
		return no_settings(ret_settings, err);
	if (!json_is_object(settings))
		return pr_fail(err, PR_EINVAL, "settings file '%s' must hold a mapping", path);
	*ret_settings = pr_steal(settings);
	return 0;
}
