#include "base/file.h"
#include "base/text.h"
#include "base/uuid.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/console.h"
#include "cli/plan_context.h"
#include "codec/json_write.h"

#define MODE 0600

/* What --control-file of `execute` reads. */
static int write_controls(const json_t *controls, const char *path, struct pr_err *err)
{
	static const struct pr_json_style style = {.indent = 2};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_json_write(controls, &style, &text);
	pr_buf_addc(&text, '\n');
	if (pr_buf_check(&text, "the controls", err))
		return err->code;
	if (path)
		return pr_file_replace(path, pr_buf_str(&text), text.len, MODE, false, err);
	return pr_print_document(pr_buf_str(&text), text.len, err);
}

static int fetch(
	struct pr_connection *connection, const char *plan, json_t *controls, struct pr_err *err)
{
	struct pr_plan_context context = {.signals = &connection->signals,
		.platform = connection->platform,
		.controls = controls,
		.printing = true};
	char path[PR_UUID_SIZE + 16];
	json_auto_t *answer = NULL;
	int rc;

	pr_text_print(path, sizeof path, "/plans/%s", plan);
	rc = pr_connection_get(connection, path, &pr_refusals_of_plans, &answer, err);
	return rc ? rc : pr_plan_context_load(&context, answer, err);
}

static int store(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(connection) struct pr_connection connection = {.loop = NULL};
	const char *output = pr_args_value(args, "output");
	json_auto_t *controls = json_object();
	struct pr_err err = PR_ERR_INIT;
	char plan[PR_UUID_SIZE];
	int rc;

	if (pr_uuid_parse(args->positionals[0], plan, &err))
		return pr_console_usage(context, args, &err);
	rc = controls ? pr_console_log(false, NULL, &err) : pr_fail_nomem(&err);
	if (!rc && output)
		rc = pr_file_check_replaceable(output, &err);
	if (!rc)
		rc = pr_connection_open(&connection, args, true, &err);
	if (!rc)
		rc = fetch(&connection, plan, controls, &err);
	if (!rc)
		rc = write_controls(controls, output, &err);
	if (err.code != PR_OK)
		pr_connection_complain(context, &connection.service, &err);
	return rc ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static const struct pr_option options[] = {
	{"output", 0, PR_OPTION_VALUE, "FILE", "Write them there, for --control-file.", NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
};

static const struct pr_positional positionals[] = {
	{"PLAN_ID", "The UUID of the plan.", false},
};

const struct pr_command pr_command_store_context = {.name = "store-context",
	.summary = "Fetch the controls of a plan's integrations, and print them.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = store};
