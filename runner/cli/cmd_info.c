#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/inputs.h"
#include "engine/journal.h"

#define ROW "%-20s%-10s\n"

static int show_core(struct pr_context *context, const struct pr_args *args)
{
	(void)context, (void)args;
	pr_print(ROW ROW ROW, "NAME", "VERSION", "CLI", PR_VERSION, "Core library",
		PR_JOURNAL_UPSTREAM_VERSION);
	return PR_EXIT_OK;
}

/* There are none: extensions are Python packages. */
static int show_extensions(struct pr_context *context, const struct pr_args *args)
{
	(void)context, (void)args;
	pr_print("%-40s%-10s%-30s%-50s\n", "NAME", "VERSION", "LICENSE", "DESCRIPTION");
	return PR_EXIT_OK;
}

/* The text of the file, which is not read as settings. */
static int show_settings(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(context->limits.document_bytes);
	PR_AUTO(free) char *path = pr_inputs_settings_path(args);
	struct pr_err err = PR_ERR_INIT;

	if (!path || !pr_file_exists(path)) {
		pr_print("No settings file found at %s\n", path ? path : "(no home)");
		return PR_EXIT_OK;
	}
	if (pr_file_read(path, &text, &err)) {
		pr_complain(context, "%s", err.msg);
		return PR_EXIT_DEVIATED;
	}
	pr_buf_addc(&text, '\n');
	pr_print_bytes(pr_buf_str(&text), text.len);
	return PR_EXIT_OK;
}

static const struct {
	const char *name;
	int (*show)(struct pr_context *context, const struct pr_args *args);
} targets[] = {{"core", show_core}, {"settings", show_settings}, {"extensions", show_extensions}};

static int run(struct pr_context *context, const struct pr_args *args)
{
	struct pr_err err = PR_ERR_INIT;

	for (size_t i = 0; i < PR_LEN(targets); i++)
		if (pr_text_eq(args->positionals[0], targets[i].name))
			return targets[i].show(context, args);
	pr_fail(&err, PR_EUSAGE,
		"Invalid value for 'TARGET': '%s' is not one of 'core', 'settings', 'extensions'.",
		args->positionals[0]);
	return pr_console_usage(context, args, &err);
}

static const struct pr_positional positionals[] = {
	{"TARGET", "core, settings or extensions.", false},
};

const struct pr_command pr_command_info = {.name = "info",
	.summary = "Show versions, or the settings file.",
	PR_POSITIONALS(positionals),
	.run = run};
