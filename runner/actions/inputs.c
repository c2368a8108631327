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
	[PR_INPUT_EXTRA] = {"reliably-experiment-extra", NULL, "RELIABLY_EXECUTION_EXTRA"},
	[PR_INPUT_GITHUB_TOKEN] = {"github-token", NULL, "GITHUB_TOKEN", .secret = true},
};

/* "INPUT_PLAN-ID", or with `underscores` "INPUT_PLAN_ID". */
static void name_variable(const char *input, bool underscores, char ret_name[VARIABLE_MAX])
{
	pr_text_print(ret_name, VARIABLE_MAX, "INPUT_%s", input);
	for (char *p = ret_name; *p; p++)
		*p = underscores && *p == '-' ? '_' : (char)toupper((unsigned char)*p);
}

static int take_variable(const char *name, bool secret, char **value, struct pr_err *err)
{
	const char *text = pr_env_get(name);
	PR_AUTO(free) char *copy = pr_text_dup(text);
	const char *trimmed = copy ? pr_text_trim(copy) : NULL;

	if (!text)
		return 0;
	if (!trimmed)
		return pr_fail_nomem(err);
	if (*trimmed && !*value) {
		*value = pr_text_dup(trimmed);
		if (!*value)
			return pr_fail_nomem(err);
	}
	return secret ? pr_env_unset(name, err) : 0;
}

static int take_input(const char *input, bool secret, char **value, struct pr_err *err)
{
	char name[VARIABLE_MAX];
	int rc;

	name_variable(input, false, name);
	rc = take_variable(name, secret, value, err);
	name_variable(input, true, name);
	return rc ? rc : take_variable(name, secret, value, err);
}

int pr_actions_inputs_read(struct pr_actions_inputs *inputs, struct pr_err *err)
{
	int rc = 0;

	*inputs = (struct pr_actions_inputs){0};
	for (size_t i = 0; i < PR_INPUT_COUNT && !rc; i++) {
		rc = take_input(rows[i].name, rows[i].secret, &inputs->values[i], err);
		if (!rc && rows[i].alias)
			rc = take_input(rows[i].alias, rows[i].secret, &inputs->values[i], err);
	}
	return rc;
}

static bool stands_in(const char *variable)
{
	return variable && pr_env_get_set(variable);
}

int pr_actions_inputs_require(
	const struct pr_actions_inputs *inputs, bool configured, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf names = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t count = 0;

	for (size_t i = 0; i < PR_INPUT_COUNT; i++) {
		if (!rows[i].required || inputs->values[i] || stands_in(rows[i].variable) ||
			stands_in(rows[i].file) || (configured && rows[i].variable))
			continue;
		pr_buf_addf(&names, "%s%s", count ? ", " : "", rows[i].name);
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

const char *pr_actions_inputs_ignored(size_t index)
{
	static const char *const ignored[] = {"python-version", "dependencies"};
	char name[VARIABLE_MAX];

	for (size_t i = 0; i < PR_LEN(ignored); i++) {
		bool given;

		name_variable(ignored[i], false, name);
		given = pr_env_get_set(name) != NULL;
		name_variable(ignored[i], true, name);
		given |= pr_env_get_set(name) != NULL;
		if (given && index-- == 0)
			return ignored[i];
	}
	return NULL;
}

void pr_actions_inputs_release(struct pr_actions_inputs *inputs)
{
	for (size_t i = 0; i < PR_INPUT_COUNT; i++) {
		if (rows[i].secret && inputs->values[i])
			explicit_bzero(inputs->values[i], strlen(inputs->values[i]));
		free(inputs->values[i]);
	}
	*inputs = (struct pr_actions_inputs){0};
}
