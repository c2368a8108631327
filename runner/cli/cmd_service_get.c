#include "base/text.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/console.h"
#include "codec/json_write.h"
#include "codec/yaml_write.h"
#include "platform/plan.h"

/* One thing of the platform that a command shows (docs/protocol.md 1.1). */
struct shown {
	const char *path; /* of the call */
	bool organization;
	const struct pr_refusals *refusals;
	int (*reduce)(const json_t *answer, json_t **ret_value, struct pr_err *err);
};

/* As upstream prints it: its members in its order, raw UTF-8; an empty line after YAML. */
static int print_value(const json_t *value, const char *format, struct pr_err *err)
{
	static const struct pr_json_style style = {.indent = 2};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_text_eq(format, "yaml"))
		pr_yaml_write_python(value, &text);
	else
		pr_json_write(value, &style, &text);
	pr_buf_addc(&text, '\n');
	if (pr_buf_check(&text, "the answer", err))
		return err->code;
	return pr_print_document(pr_buf_str(&text), text.len, err);
}

static int show(struct pr_context *context, const struct pr_args *args, const struct shown *shown)
{
	PR_AUTO(connection) struct pr_connection connection = {.loop = NULL};
	json_auto_t *answer = NULL;
	json_auto_t *value = NULL;
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_console_log(false, NULL, &err);

	if (!rc)
		rc = pr_connection_open(&connection, args, shown->organization, &err);
	if (!rc)
		rc = pr_connection_get(&connection, shown->path, shown->refusals, &answer, &err);
	if (!rc)
		rc = shown->reduce(answer, &value, &err);
	if (!rc)
		rc = print_value(value, pr_args_value(args, "format"), &err);
	if (err.code != PR_OK)
		pr_connection_complain(context, &connection.service, &err);
	return rc ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

/* Shows the thing whose UUID is the argument: its path is `before`, that id, `after`. */
static int show_one(struct pr_context *context, const struct pr_args *args, struct shown *shown,
	const char *before, const char *after)
{
	struct pr_err err = PR_ERR_INIT;
	char id[PR_UUID_SIZE];
	char path[PR_UUID_SIZE + 16];

	if (pr_uuid_parse(args->positionals[0], id, &err))
		return pr_console_usage(context, args, &err);
	pr_text_print(path, sizeof path, "%s%s%s", before, id, after);
	shown->path = path;
	return show(context, args, shown);
}

static int get_plan(struct pr_context *context, const struct pr_args *args)
{
	struct shown shown = {
		.organization = true, .refusals = &pr_refusals_of_plans, .reduce = pr_plan_reduce};

	return show_one(context, args, &shown, "/plans/", "");
}

static int reduce_organization(const json_t *answer, json_t **ret_value, struct pr_err *err)
{
	static const char *const keys[] = {"id", "name", "created_date"};
	json_t *value = json_object();
	int rc = value ? 0 : PR_ENOMEM;

	for (size_t i = 0; !rc && i < PR_LEN(keys); i++) {
		json_t *member = json_object_get(answer, keys[i]);

		if (!json_is_string(member))
			rc = pr_fail(err, PR_EPROTO,
				"the platform's answer is no organization: it has no '%s'",
				keys[i]);
		else if (json_object_set(value, keys[i], member))
			rc = pr_fail_nomem(err);
	}
	if (rc)
		json_decref(value);
	else
		*ret_value = value;
	return rc;
}

static int reduce_organizations(const json_t *answer, json_t **ret_value, struct pr_err *err)
{
	const json_t *items = json_object_get(answer, "items");
	json_t *count = json_object_get(answer, "count");
	json_auto_t *list = json_array();
	json_t *item;
	size_t i;

	if (!json_is_array(items) || !json_is_integer(count))
		return pr_fail(err, PR_EPROTO, "the platform's answer is no list of organizations");
	json_array_foreach (items, i, item) {
		json_t *reduced = NULL;

		if (reduce_organization(item, &reduced, err))
			return err->code;
		if (json_array_append_new(list, reduced))
			return pr_fail_nomem(err);
	}
	*ret_value = json_pack("{s:O, s:O}", "count", count, "items", list);
	return *ret_value ? 0 : pr_fail_nomem(err);
}

static int get_organization(struct pr_context *context, const struct pr_args *args)
{
	static const struct pr_refusals refusals = {
		"organization not found", "not authorized. please verify your token"};
	struct shown shown = {.refusals = &refusals, .reduce = reduce_organization};

	return show_one(context, args, &shown, "/", "/");
}

static int list_organizations(struct pr_context *context, const struct pr_args *args)
{
	static const struct pr_refusals refusals = {
		.unauthorized = "not authorized. please verify your token"};
	static const struct shown shown = {
		.path = "", .refusals = &refusals, .reduce = reduce_organizations};

	return show(context, args, &shown);
}

static const char *const formats[] = {"json", "yaml", NULL};

static const struct pr_option options[] = {
	{"format", 0, PR_OPTION_VALUE, "FORMAT", "Form of the output (json).", formats},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
};

static const struct pr_positional plan_positionals[] = {
	{"PLAN_ID", "The UUID of the plan.", false},
};

static const struct pr_positional organization_positionals[] = {
	{"ORG_ID", "The UUID of the organisation.", false},
};

const struct pr_command pr_command_plan_get = {.name = "get",
	.summary = "Show a plan.",
	PR_OPTIONS(options),
	PR_POSITIONALS(plan_positionals),
	.run = get_plan};

static const struct pr_command org_get = {.name = "get",
	.summary = "Show an organisation; only the token is needed.",
	PR_OPTIONS(options),
	PR_POSITIONALS(organization_positionals),
	.run = get_organization};

static const struct pr_command org_list = {.name = "list",
	.summary = "Show all organisations of the token.",
	PR_OPTIONS(options),
	.run = list_organizations};

static const struct pr_command *const org_commands[] = {&org_get, &org_list};

const struct pr_command pr_command_org = {
	.name = "org", .summary = "Organisations of the platform.", PR_COMMANDS(org_commands)};
