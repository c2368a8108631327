#include "control/control_file.h"

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "experiment/shape.h"

#include <string.h>

int pr_control_list_add(json_t *list, const json_t *controls, struct pr_err *err)
{
	const char *name;
	json_t *control;
	int rc = pr_shape_check_global(controls, err);

	json_object_foreach (pr_json_mutable(controls), name, control) {
		json_t *named = rc ? NULL : pr_json_copy(control);

		if (!rc && named && json_object_set_new(named, "name", json_string(name)))
			json_decref(pr_steal(named));
		if (!rc)
			rc = pr_json_append(list, named, err);
	}
	return rc;
}

typedef int parse_fn(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	json_t **ret_value, struct pr_err *err);

/* As upstream decides: what `.json` has in it is JSON, nothing at all included. */
static parse_fn *parser_of(const char *path)
{
	const char *extension = pr_file_extension(path);

	if (pr_text_eq(extension, ".yaml") || pr_text_eq(extension, ".yml"))
		return pr_yaml_parse;
	return strstr(".json", extension) ? pr_json_parse : NULL;
}

int pr_control_list_add_file(
	json_t *list, const char *path, const struct pr_limits *limits, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(limits->document_bytes);
	struct pr_err problem = PR_ERR_INIT;
	json_auto_t *controls = NULL;
	parse_fn *parse = parser_of(path);

	if (pr_file_read(path, &text, err))
		return pr_wrap(err, "--control-file");
	if (text.len == 0)
		return 0;
	if (!parse)
		return pr_fail(err, PR_EINVAL,
			"the control file '%s' must end in .json, .yaml or .yml", path);
	if (parse(pr_buf_str(&text), text.len, path, limits, &controls, &problem)) {
		pr_error("Failed to parse control file '%s': %s", path, problem.msg);
		return 0;
	}
	if (!json_is_object(controls))
		return pr_fail(err, PR_EINVAL,
			"the control file '%s' must hold a mapping of controls by name", path);
	if (pr_control_list_add(list, controls, err))
		return pr_wrap(err, "%s", path);
	return 0;
}
