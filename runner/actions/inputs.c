#include "actions/inputs.h"

#include "base/env.h"
#include "base/redact.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define VARIABLE_MAX 64

static const struct {
	const char *name;
	const char *alias;    /* upstream's name, NULL: the same */
	const char *variable; /* what it is exported as, and what stands in for it */
	const char *file;     /* another variable that does */
	bool required;
	bool secret;
} rows[PR_INPUT_COUNT] = {
	[PR_INPUT_PLAN_ID] = {.name = "plan-id", .required = true},
	[PR_INPUT_SERVICE_HOST] = {"service-host", "reliably-host", "RELIABLY_SERVICE_HOST",
		.required = true},
	[PR_INPUT_ORGANIZATION_ID] = {"organization-id", "org-id", "RELIABLY_ORGANIZATION_ID",
		.required = true},
	[PR_INPUT_TOKEN] = {"token", "reliably-service-token", "RELIABLY_SERVICE_TOKEN",
		"RELIABLY_SERVICE_TOKEN_FILE", .required = true, .secret = true},
	[PR_INPUT_FAIL_ON] = {.name = "fail-on"},
	[PR_INPUT_WORKING_DIR] = {.name = "working-dir"},
	[PR_INPUT_RESULT_FILE] = {.name = "result-file"},
	[PR_INPUT_LOG_FILE] = {.name = "log-file"},
	[PR_INPUT_SUMMARY] = {.name = "summary"},
	[PR_INPUT_COMMIT_RESULTS] = {.name = "commit-results"},
	[PR_INPUT_EXTRA] = {"reliably-experiment-extra", NULL, "RELIABLY_EXECUTION_EXTRA"},
	[PR_INPUT_GITHUB_TOKEN] = {"github-token", NULL, "GITHUB_TOKEN", .secret = true},
	[PR_INPUT_PYTHON_VERSION] = {.name = "python-version"},
	[PR_INPUT_DEPENDENCIES] = {.name = "dependencies"},
};

/* "INPUT_PLAN-ID", or with `underscores` "INPUT_PLAN_ID". */
static void name_variable(const char *input, bool underscores, char ret_name[VARIABLE_MAX])
{
	pr_text_print(ret_name, VARIABLE_MAX, "INPUT_%s", input);
	for (char *p = ret_name; *p; p++)
		*p = underscores && *p == '-' ? '_' : (char)toupper((unsigned char)*p);
}

/* Where a value goes: the first that is not empty counts, one that differs from it is kept aside.
 */
static int keep_value(
	struct pr_actions_inputs *inputs, size_t row, const char *input, const char *text)
{
	char **place = inputs->values[row] ? &inputs->others[row] : &inputs->values[row];

	if (!*text || *place || pr_text_eq(inputs->values[row], text))
		return 0;
	*place = pr_text_dup(text);
	if (!inputs->names[row])
		inputs->names[row] = input;
	return *place ? 0 : PR_ENOMEM;
}

static int take_variable(struct pr_actions_inputs *inputs, size_t row, const char *input,
	const char *variable, struct pr_err *err)
{
	const char *text = pr_env_get(variable);
	PR_AUTO(free) char *copy = pr_text_dup(text);

	if (!text)
		return 0;
	if (!copy || keep_value(inputs, row, input, pr_text_trim(copy)))
		return pr_fail_nomem(err);
	if (!rows[row].secret)
		return 0;
	explicit_bzero(copy, strlen(copy));
	return pr_env_unset(variable, err);
}

static int take_input(
	struct pr_actions_inputs *inputs, size_t row, const char *input, struct pr_err *err)
{
	char variable[VARIABLE_MAX];
	int rc;

	if (!input)
		return 0;
	name_variable(input, false, variable);
	rc = take_variable(inputs, row, input, variable, err);
	name_variable(input, true, variable);
	return rc ? rc : take_variable(inputs, row, input, variable, err);
}

int pr_actions_inputs_read(struct pr_actions_inputs *inputs, struct pr_err *err)
{
	int rc = 0;

	*inputs = (struct pr_actions_inputs){0};
	for (size_t i = 0; i < PR_INPUT_COUNT && !rc; i++) {
		rc = take_input(inputs, i, rows[i].name, err);
		if (!rc)
			rc = take_input(inputs, i, rows[i].alias, err);
	}
	return rc;
}

const char *pr_actions_inputs_name(
	const struct pr_actions_inputs *inputs, enum pr_actions_input input)
{
	return inputs->names[input] ? inputs->names[input] : rows[input].name;
}

int pr_actions_inputs_check(const struct pr_actions_inputs *inputs, struct pr_err *err)
{
	for (size_t i = 0; i < PR_INPUT_COUNT; i++)
		if (inputs->others[i])
			return pr_fail(err, PR_EINVAL,
				"the inputs %s and %s are one thing and have different values: "
				"give one of them",
				rows[i].name, rows[i].alias ? rows[i].alias : rows[i].name);
	return 0;
}

static bool stands_in(const char *variable)
{
	return variable && pr_env_get_set(variable);
}

static bool speaks_upstream(const struct pr_actions_inputs *inputs)
{
	for (size_t i = 0; i < PR_INPUT_COUNT; i++)
		if (rows[i].alias && pr_text_eq(inputs->names[i], rows[i].alias))
			return true;
	return false;
}

int pr_actions_inputs_require(
	const struct pr_actions_inputs *inputs, bool configured, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf names = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	bool upstream = speaks_upstream(inputs);
	size_t count = 0;

	for (size_t i = 0; i < PR_INPUT_COUNT; i++) {
		if (!rows[i].required || inputs->values[i] || stands_in(rows[i].variable) ||
			stands_in(rows[i].file) || (configured && rows[i].variable))
			continue;
		pr_buf_addf(&names, "%s%s", count ? ", " : "",
			upstream && rows[i].alias ? rows[i].alias : rows[i].name);
		count++;
	}
	if (!count)
		return 0;
	return pr_fail(err, PR_EINVAL, "%s missing: %s (give %s under `with:`)",
		count > 1 ? "inputs are" : "an input is", pr_buf_str(&names),
		count > 1 ? "them" : "it");
}

static int export_row(size_t row, const char *value, struct pr_err *err)
{
	PR_AUTO(free) char *https = NULL;

	if (!rows[row].variable || !value)
		return 0;
	if (row == PR_INPUT_SERVICE_HOST && !strstr(value, "://")) {
		https = pr_text_format("https://%s", value);
		return https ? pr_env_set(rows[row].variable, https, err) : pr_fail_nomem(err);
	}
	if (rows[row].secret && pr_redact_add(value, err))
		return PR_ENOMEM;
	return pr_env_set(rows[row].variable, value, err);
}

int pr_actions_inputs_export(const struct pr_actions_inputs *inputs, struct pr_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < PR_INPUT_COUNT && !rc; i++)
		rc = export_row(i, inputs->values[i], err);
	return rc;
}

int pr_actions_inputs_switch(const struct pr_actions_inputs *inputs, enum pr_actions_input input,
	bool fallback, bool *ret_on, struct pr_err *err)
{
	static const char *const words[] = {"off", "on", "false", "true", "no", "yes"};
	const char *text = inputs->values[input];

	if (!text) {
		*ret_on = fallback;
		return 0;
	}
	for (size_t i = 0; i < PR_LEN(words); i++) {
		if (!pr_text_eq_nocase(text, words[i]))
			continue;
		*ret_on = i % 2;
		return 0;
	}
	return pr_fail(err, PR_EINVAL, "the input %s is '%s', it takes on or off",
		pr_actions_inputs_name(inputs, input), text);
}

int pr_actions_inputs_refuse_python(const struct pr_actions_inputs *inputs, struct pr_err *err)
{
	bool version = inputs->values[PR_INPUT_PYTHON_VERSION] != NULL;
	bool dependencies = inputs->values[PR_INPUT_DEPENDENCIES] != NULL;

	if (!version && !dependencies)
		return 0;
	return pr_fail(err, PR_EINVAL,
		"there is no Python here for %s%s%s: use " PR_ACTION "/python@v" PR_VERSION
		" (python/action.yml, image " PR_IMAGE ":" PR_VERSION "-python)",
		version ? rows[PR_INPUT_PYTHON_VERSION].name : "",
		version && dependencies ? " and " : "",
		dependencies ? rows[PR_INPUT_DEPENDENCIES].name : "");
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void pr_actions_inputs_release(struct pr_actions_inputs *inputs)
{
	for (size_t i = 0; i < PR_INPUT_COUNT; i++) {
		wipe(inputs->values[i]);
		wipe(inputs->others[i]);
	}
	*inputs = (struct pr_actions_inputs){0};
}
