#include "cli/noun_environment.h"

#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "cli/commands.h"
#include "codec/json.h"

#include <stdlib.h>
#include <string.h>

#define SECRET_MAX ((size_t)1 << 20)

/* Takes "a=b" apart; PR_EUSAGE without a name or a sign. *ret_name: the caller frees. */
static int part(const char *option, const char *text, char **ret_name, const char **ret_value,
	struct pr_err *err)
{
	const char *sign = strchr(text, '=');

	if (!sign || sign == text)
		return pr_fail(err, PR_EUSAGE, "--%s: write it as NAME=VALUE", option);
	*ret_name = pr_text_format("%.*s", (int)(sign - text), text);
	*ret_value = sign + 1;
	return *ret_name ? 0 : pr_fail_nomem(err);
}

static int add_variable(json_t *list, const char *given, struct pr_err *err)
{
	PR_AUTO(free) char *name = NULL;
	const char *value = "";
	int rc = part("var", given, &name, &value, err);

	return rc ? rc
		  : pr_json_append(
			    list, json_pack("{s:s, s:s}", "var_name", name, "value", value), err);
}

/* `kind` is "var_name" or "path". */
static int add_secret(
	json_t *list, const char *kind, const char *name, const char *value, struct pr_err *err)
{
	int rc = pr_redact_add(value, err);

	return rc ? rc
		  : pr_json_append(list,
			    json_pack("{s:s, s:s, s:s}", "key", name, kind, name, "value", value),
			    err);
}

static int add_secret_of_file(
	json_t *list, const char *option, const char *given, struct pr_err *err)
{
	bool mount = pr_text_eq(option, "mount");
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(SECRET_MAX);
	PR_AUTO(free) char *name = NULL;
	const char *path = "";
	int rc = part(option, given, &name, &path, err);

	if (!rc)
		rc = pr_file_read(path, &text, err);
	if (rc)
		return rc;
	if (!mount) /* as with shells: $(cat FILE) */
		while (text.len && text.ptr[text.len - 1] == '\n')
			pr_buf_truncate(&text, text.len - 1);
	if (strlen(pr_buf_str(&text)) != text.len || !pr_text_is_utf8(text.ptr, text.len))
		return pr_fail(err, PR_EINVAL, "'%.200s' is no text: it cannot be a secret", path);
	return add_secret(list, mount ? "path" : "var_name", name, pr_buf_str(&text), err);
}

static int add_secret_of_environment(json_t *list, const char *given, struct pr_err *err)
{
	PR_AUTO(free) char *name = NULL;
	const char *variable = given;
	const char *value;
	int rc = strchr(given, '=') ? part("secret-env", given, &name, &variable, err) : 0;

	if (rc)
		return rc;
	value = pr_env_get(variable);
	if (!value)
		return pr_fail(
			err, PR_EINVAL, "--secret-env: the variable '%.100s' is not set", variable);
	return add_secret(list, "var_name", name ? name : given, value, err);
}

static int add_all(const struct pr_args *args, const char *option, json_t *list, struct pr_err *err)
{
	const char *given;
	int rc = 0;

	for (size_t i = 0; !rc && (given = pr_args_nth(args, option, i)); i++) {
		if (pr_text_eq(option, "var"))
			rc = add_variable(list, given, err);
		else if (pr_text_eq(option, "secret-env"))
			rc = add_secret_of_environment(list, given, err);
		else
			rc = add_secret_of_file(list, option, given, err);
	}
	return rc;
}

int pr_noun_environment(const struct pr_args *args, const char *name, const char *used_for,
	json_t **ret_environment, struct pr_err *err)
{
	json_auto_t *variables = json_array();
	json_auto_t *secrets = json_array();
	int rc = variables && secrets ? 0 : pr_fail_nomem(err);

	if (!rc)
		rc = add_all(args, "var", variables, err);
	if (!rc)
		rc = add_all(args, "secret-env", secrets, err);
	if (!rc)
		rc = add_all(args, "secret-file", secrets, err);
	if (!rc)
		rc = add_all(args, "mount", secrets, err);
	if (rc)
		return rc;
	*ret_environment = json_pack("{s:s, s:s, s:O, s:O}", "name", name, "used_for", used_for,
		"envvars", variables, "secrets", secrets);
	return *ret_environment ? 0 : pr_fail(err, PR_EINVAL, "names and values must be UTF-8");
}

static int create(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	const char *used_for = pr_args_value(noun->args, "used-for");
	json_auto_t *body = NULL;
	int rc = pr_noun_environment(
		noun->args, noun->args->positionals[0], used_for ? used_for : "plan", &body, err);

	return rc ? rc : pr_noun_ask(noun, "POST", noun->kind->path, body, ret_answer, err);
}

static int create_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, create);
}

static int create_integration(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	const struct pr_args *args = noun->args;
	const char *provider = pr_args_value(args, "provider");
	json_auto_t *environment = NULL;
	json_auto_t *body = NULL;
	int rc;

	if (!provider)
		return pr_fail(err, PR_EUSAGE, "--provider is missing");
	rc = pr_noun_environment(args, args->positionals[0], "integration", &environment, err);
	if (rc)
		return rc;
	body = json_pack("{s:s, s:s, s:s?, s:O}", "name", args->positionals[0], "provider",
		provider, "vendor", pr_args_value(args, "vendor"), "environment", environment);
	return body ? pr_noun_ask(noun, "POST", noun->kind->path, body, ret_answer, err)
		    : pr_fail_nomem(err);
}

static int create_integration_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, create_integration);
}

static const char *const uses[] = {"plan", "notification", "integration", "snapshot", NULL};

static const char *const providers[] = {"opentelemetry", "slack", "prechecks", "safeguards",
	"autopause", "chatgpt", "assistant", "snapshot", "notification", NULL};

static const char *const vendors[] = {
	"dynatrace", "honeycomb", "gcp", "slack", "reliably", "openai", "grafana", NULL};

static const struct pr_option options[] = {
	PR_NOUN_OPTIONS,
	PR_NOUN_ENVIRONMENT_OPTIONS,
	{"used-for", 0, PR_OPTION_VALUE, "USE", "What it is for (plan).", uses},
};

static const struct pr_option integration_options[] = {
	PR_NOUN_OPTIONS,
	PR_NOUN_ENVIRONMENT_OPTIONS,
	{"provider", 0, PR_OPTION_VALUE, "PROVIDER", "What it does for runs.", providers},
	{"vendor", 0, PR_OPTION_VALUE, "VENDOR", "Whose service it uses.", vendors},
};

static const struct pr_positional positionals[] = {
	{"NAME", "What it is to be called.", false},
};

static const struct pr_command create_command = {.name = "create",
	.summary = "Create an environment: variables and secrets that runs get.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = create_main};

static const struct pr_command create_integration_command = {.name = "create",
	.summary = "Create an integration, with the settings that it needs.",
	PR_OPTIONS(integration_options),
	PR_POSITIONALS(positionals),
	.run = create_integration_main};

static const struct pr_command *const verbs[] = {
	&create_command, &pr_noun_command_list, &pr_noun_command_get, &pr_noun_command_delete};

static const struct pr_command *const integration_verbs[] = {&create_integration_command,
	&pr_noun_command_list, &pr_noun_command_get, &pr_noun_command_delete};

const struct pr_command pr_command_environment = {
	.name = "environment", .summary = "Environments of runs.", PR_COMMANDS(verbs)};

const struct pr_command pr_command_integration = {.name = "integration",
	.summary = "Integrations: Slack, traces, safeguards and others.",
	PR_COMMANDS(integration_verbs)};
