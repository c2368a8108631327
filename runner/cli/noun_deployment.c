#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/noun.h"
#include "codec/json.h"

/* What --type stands for (docs/protocol.md 2.4). */
static const struct {
	const char *name;
	const char *type;
	const char *mode;
} types[] = {
	{"manual", "reliably_cli", "manual"},
	{"managed", "reliably_cli", "managed"},
	{"noop", "noop", NULL},
};

static const char *const type_names[] = {"manual", "managed", "noop", NULL};

static int definition_of_type(
	const struct pr_args *args, json_t **ret_definition, struct pr_err *err)
{
	const char *name = pr_args_value(args, "type");
	const char *folder = pr_args_value(args, "base-dir");
	int i = pr_text_index(name ? name : "manual", type_names, PR_LEN(types));

	if (folder && *folder != '/')
		return pr_fail(err, PR_EUSAGE,
			"--base-dir: '%s' does not begin with a slash: the "
			"platform would not know where it is",
			folder);
	*ret_definition = json_pack("{s:s, s:s*, s:s*}", "type", types[i].type, "mode",
		types[i].mode, "base_dir", folder);
	return *ret_definition ? 0 : pr_fail_nomem(err);
}

static int definition_of_file(
	const struct pr_noun *noun, const char *path, json_t **ret_definition, struct pr_err *err)
{
	const struct pr_limits *limits = &noun->context->limits;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(limits->document_bytes);
	int rc = pr_file_read(path, &text, err);

	return rc ? rc
		  : pr_json_parse(pr_buf_str(&text), text.len, path, limits, ret_definition, err);
}

static int create(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	const struct pr_args *args = noun->args;
	const char *path = pr_args_value(args, "definition");
	json_auto_t *definition = NULL;
	json_auto_t *body = NULL;
	int rc;

	if (path && (pr_args_value(args, "type") || pr_args_value(args, "base-dir")))
		return pr_fail(err, PR_EUSAGE,
			"--definition says it all: leave --type and "
			"--base-dir out");
	rc = path ? definition_of_file(noun, path, &definition, err)
		  : definition_of_type(args, &definition, err);
	if (rc)
		return rc;
	body = json_pack("{s:s, s:O}", "name", args->positionals[0], "definition", definition);
	return body ? pr_noun_ask(noun, "POST", noun->kind->path, body, ret_answer, err)
		    : pr_fail(err, PR_EINVAL, "a name must be UTF-8");
}

static int create_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, create);
}

static const struct pr_option options[] = {
	PR_NOUN_OPTIONS,
	{"type", 0, PR_OPTION_VALUE, "TYPE",
		"manual: somebody runs its plans; managed: the platform does; noop (manual).",
		type_names},
	{"base-dir", 0, PR_OPTION_VALUE, "PATH", "Where managed runs work, on the platform.", NULL},
	{"definition", 0, PR_OPTION_VALUE, "FILE", "Its definition as JSON, of any type.", NULL},
};

static const struct pr_positional positionals[] = {
	{"NAME", "What it is to be called; unique in the organisation.", false},
};

static const struct pr_command create_command = {.name = "create",
	.summary = "Create a deployment: how plans are run.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = create_main};

static const struct pr_command *const verbs[] = {
	&create_command, &pr_noun_command_list, &pr_noun_command_get, &pr_noun_command_delete};

const struct pr_command pr_command_deployment = {
	.name = "deployment", .summary = "Deployments: how plans are run.", PR_COMMANDS(verbs)};
