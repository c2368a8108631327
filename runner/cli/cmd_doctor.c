#include "base/text.h"
#include "base/uuid.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/doctor.h"
#include "codec/json_write.h"

#include <string.h>

static void auto_release(struct pr_doctor *doctor)
{
	pr_doctor_release(doctor);
	pr_loop_free(doctor->signals.loop);
}

static int print_json(struct pr_doctor *doctor, struct pr_err *err)
{
	json_auto_t *report =
		json_pack("{s:b, s:O}", "healthy", !doctor->failed, "checks", doctor->lines);
	PR_AUTO(free) char *text = report ? pr_json_line(report) : NULL;
	int rc = text ? pr_print_document(text, strlen(text), err) : pr_fail_nomem(err);

	return rc ? rc : pr_print_document("\n", 1, err);
}

static int look(struct pr_doctor *doctor, struct pr_err *err)
{
	struct pr_loop *loop = NULL;
	int rc = pr_loop_new(NULL, &loop, err);

	if (!rc)
		rc = pr_signals_watch(&doctor->signals, loop, err);
	doctor->signals.loop = loop;
	if (!rc)
		rc = pr_doctor_look(doctor, err);
	return rc || doctor->tell ? rc : print_json(doctor, err);
}

static int doctor_main(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(auto_release))) struct pr_doctor doctor = {
		.config = pr_args_value(args, "config"),
		.ca_file = pr_args_value(args, "ca-file"),
		.limits = &context->limits,
		.tell = !pr_text_eq(pr_args_value(args, "output"), "json")};
	char plan[PR_UUID_SIZE];
	struct pr_err err = PR_ERR_INIT;

	if (args->positionals[0] && pr_uuid_parse(args->positionals[0], plan, &err))
		return pr_console_usage(context, args, &err);
	doctor.plan_id = args->positionals[0] ? plan : NULL;
	if (look(&doctor, &err))
		pr_complain(context, "%s", err.msg);
	return err.code != PR_OK || doctor.failed ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static const char *const outputs[] = {"text", "json", NULL};

static const struct pr_option options[] = {
	{"config", 0, PR_OPTION_VALUE, "PATH", "Configuration file (RELIABLY_CLI_CONFIG).", NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
	{"output", 0, PR_OPTION_VALUE, "FORM", "text, or one JSON document for programs.", outputs},
};

static const struct pr_positional positionals[] = {
	{"PLAN_ID", "A plan to look at too.", true},
};

const struct pr_command pr_command_doctor = {.name = "doctor",
	.summary = "Look for what would stop a plan from being run and reported.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = doctor_main};
