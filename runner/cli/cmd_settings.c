#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/inputs.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "codec/pyvalue.h"
#include "codec/yaml_write.h"

#include <string.h>

static int read_settings(struct pr_context *context, const struct pr_args *args, json_t **ret_value)
{
	PR_AUTO(free) char *path = pr_inputs_settings_path(args);
	struct pr_inputs inputs = {.settings = NULL};
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_console_log(
		pr_args_flag(args, "verbose"), pr_args_value(args, "log-format"), &err);

	if (!rc && (!path || !pr_file_exists(path)))
		rc = pr_fail(&err, PR_ENOTFOUND, "No settings file found at %s",
			path ? path : "(no home)");
	if (!rc)
		rc = pr_inputs_settings(&inputs, args, &context->limits, &err);
	if (rc)
		pr_complain(context, "%s", err.msg);
	else
		*ret_value = inputs.settings;
	return rc;
}

static int print_value(const json_t *value, const char *format)
{
	static const struct pr_json_style style = {.indent = 2, .ascii = true};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_text_eq(format, "json"))
		pr_json_write(value, &style, &text);
	else if (pr_text_eq(format, "string"))
		pr_value_str(value, &text);
	else
		pr_yaml_write(value, &text);
	pr_buf_addc(&text, '\n');
	pr_print_bytes(pr_buf_str(&text), text.len);
	return text.status ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static int show(struct pr_context *context, const struct pr_args *args)
{
	json_auto_t *settings = NULL;

	if (read_settings(context, args, &settings))
		return PR_EXIT_DEVIATED;
	return print_value(settings, pr_args_value(args, "format"));
}

/* A member of `value`, or by "key[n]" an element of that member. NULL: there is none. */
static const json_t *descend(const json_t *value, struct pr_buf *part)
{
	size_t key_length = strcspn(pr_buf_str(part), "[");
	int64_t index = 0;
	const char *digits;

	if (key_length == part->len)
		return json_object_get(value, pr_buf_str(part));
	if (!pr_text_ends(pr_buf_str(part), "]"))
		return NULL;
	pr_buf_truncate(part, part->len - 1);
	digits = pr_buf_str(part) + key_length + 1;
	if (*digits < '0' || *digits > '9' || pr_text_int64(digits, &index, NULL))
		return NULL;
	pr_buf_truncate(part, key_length);
	return json_array_get(json_object_get(value, pr_buf_str(part)), (size_t)index);
}

/* The key's next part without its backslashes, behind which dots do not part. */
static void take_part(const char **key, struct pr_buf *part)
{
	const char *end = *key;

	pr_buf_clear(part);
	for (; *end && (*end != '.' || (end > *key && end[-1] == '\\')); end++)
		if (*end != '\\')
			pr_buf_addc(part, *end);
	*key = *end ? end + 1 : NULL;
}

/* "auths.example\.com.type", "controls[0].name" (docs/engine.md 9.4). NULL: there is none. */
static const json_t *locate(const json_t *settings, const char *key)
{
	PR_AUTO(buf) struct pr_buf part = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const json_t *value = settings;

	while (key && value) {
		take_part(&key, &part);
		value = part.status ? NULL : descend(value, &part);
	}
	return value;
}

static int get(struct pr_context *context, const struct pr_args *args)
{
	json_auto_t *settings = NULL;
	const json_t *value;

	if (read_settings(context, args, &settings))
		return PR_EXIT_DEVIATED;
	value = locate(settings, args->positionals[0]);
	if (value)
		return print_value(value, pr_args_value(args, "format"));
	pr_complain(context, "The settings have no '%s'", args->positionals[0]);
	return PR_EXIT_DEVIATED;
}

static int refuse(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(free) char *path = pr_inputs_settings_path(args);

	pr_complain(context, "'settings %s' is not part of this program: change %s in an editor",
		args->command->name, path ? path : "the settings file");
	return PR_EXIT_FAILED;
}

static const char *const show_formats[] = {"json", "yaml", NULL};
static const char *const get_formats[] = {"string", "json", "yaml", NULL};

static const struct pr_option show_options[] = {
	{"format", 0, PR_OPTION_VALUE, "FORMAT", "Form of the output (yaml).", show_formats},
};

static const struct pr_option get_options[] = {
	{"format", 0, PR_OPTION_VALUE, "FORMAT", "Form of the output (yaml).", get_formats},
};

static const struct pr_positional key_positionals[] = {
	{"KEY", "Path of a value: auths.example\\.com.type, controls[0].name.", false},
};

static const struct pr_positional set_positionals[] = {
	{"KEY", "Path of a value.", false},
	{"VALUE", "The new value, in JSON.", false},
};

static const struct pr_command show_command = {.name = "show",
	.summary = "Show the settings. Secrets in them are not hidden.",
	PR_OPTIONS(show_options),
	.run = show};

static const struct pr_command get_command = {.name = "get",
	.summary = "Show one value of the settings.",
	PR_OPTIONS(get_options),
	PR_POSITIONALS(key_positionals),
	.run = get};

static const struct pr_command set_command = {.name = "set",
	.summary = "Says how a value is changed (this version changes none).",
	PR_POSITIONALS(set_positionals),
	.run = refuse};

static const struct pr_command remove_command = {.name = "remove",
	.summary = "Says how a value is removed (this version removes none).",
	PR_POSITIONALS(key_positionals),
	.run = refuse};

static const struct pr_command *const commands[] = {
	&show_command, &get_command, &set_command, &remove_command};

const struct pr_command pr_command_settings = {
	.name = "settings", .summary = "Read the settings file.", PR_COMMANDS(commands)};
