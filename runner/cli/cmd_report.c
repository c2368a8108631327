#include "base/clock.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/console.h"
#include "cli/env_duration.h"
#include "cli/resend.h"
#include "codec/json.h"
#include "platform/spool.h"

static void print_outcome(void *arg, const char *execution, const char *outcome, bool delivered)
{
	(void)arg, (void)delivered;
	pr_print("%s: %s\n", execution, outcome);
}

static int run_resend(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(connection) struct pr_connection connection = {.loop = NULL};
	struct pr_resend resend = {.signals = &connection.signals,
		.service = &connection.service,
		.entry_ms =
			pr_env_duration_ms("PLAN_RUNNER_REPORT_DEADLINE", PR_REPORT_DEADLINE_MS),
		.say = print_outcome};
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_console_log(false, NULL, &err); /* entries that cannot be read are warned of */

	if (!rc)
		rc = pr_connection_open(&connection, args, true, &err);
	resend.platform = connection.platform;
	if (!rc)
		rc = pr_resend_all(&resend, &err);
	if (err.code != PR_OK)
		pr_complain(context, "%s", err.msg);
	pr_print("%zu delivered, %zu kept\n", resend.delivered, resend.kept);
	return rc || resend.kept ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static const char *member(const struct pr_spool_entry *entry, const char *key)
{
	const char *text = pr_json_str(entry->document, key);

	return text ? text : "-";
}

static int print_entry(void *arg, struct pr_spool_entry *entry)
{
	size_t *count = arg;
	char written[PR_STAMP_SIZE];

	if (!*count)
		pr_print("%-36s  %-36s  %-19s  %s\n", "EXECUTION", "PLAN", "WRITTEN", "HOST");
	pr_stamp_local(written, entry->written_us);
	pr_print("%-36s  %-36s  %-19s  %s\n", member(entry, "execution"), member(entry, "plan"),
		written, member(entry, "host"));
	++*count;
	return 0;
}

static int run_list(struct pr_context *context, const struct pr_args *args)
{
	struct pr_err err = PR_ERR_INIT;
	size_t count = 0;

	(void)args;
	if (pr_console_log(false, NULL, &err) || pr_spool_each(print_entry, &count, &err)) {
		pr_complain(context, "%s", err.msg);
		return PR_EXIT_DEVIATED;
	}
	if (!count)
		pr_print("nothing waits for its delivery\n");
	return PR_EXIT_OK;
}

static const struct pr_option resend_options[] = {
	{"config", 0, PR_OPTION_VALUE, "PATH", "Configuration (~/.config/reliably/config.toml).",
		NULL},
};

static const struct pr_command resend_command = {.name = "resend",
	.summary = "Deliver what could not be reported before.",
	PR_OPTIONS(resend_options),
	.run = run_resend};

static const struct pr_command list_command = {
	.name = "list", .summary = "Show what could not be reported before.", .run = run_list};

static const struct pr_command *const report_commands[] = {
	&pr_command_report_show, &list_command, &resend_command};

const struct pr_command pr_command_report = {.name = "report",
	.summary = "Reports of runs, to people and to the platform.",
	PR_COMMANDS(report_commands)};
