#include "cli/global_options.h"

#include "base/text.h"
#include "cli/console.h"
#include "cli/inputs.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#define LOG_FILE "chaostoolkit.log"

static const char *const log_formats[] = {"string", "json", NULL};
static const char *const log_levels[] = {"debug", "info", "warning", "error", NULL};

const struct pr_option pr_global_options[PR_GLOBAL_OPTION_COUNT] = {
	{"version", 0, PR_OPTION_LAST, NULL, "Show the version and exit.", NULL},
	{"verbose", 'v', PR_OPTION_FLAG, NULL, "Log everything, with its place.", NULL},
	{"no-version-check", 0, PR_OPTION_FLAG, NULL,
		"Accepted: newer versions are never looked for.", NULL},
	{"change-dir", 0, PR_OPTION_VALUE, "FOLDER",
		"Go there first: paths after it are relative to it.", NULL},
	{"no-log-file", 0, PR_OPTION_FLAG, NULL, "Write no log file.", NULL},
	{"log-file", 0, PR_OPTION_VALUE, "FILE",
		"Add the log to this file, too (called as chaos: chaostoolkit.log).", NULL},
	{"log-file-level", 0, PR_OPTION_VALUE, "LEVEL", "Least level in the log file (debug).",
		log_levels},
	{"log-format", 0, PR_OPTION_VALUE, "FORMAT", "Form of the log lines on standard error.",
		log_formats},
	{"settings", 0, PR_OPTION_VALUE, "FILE", "Settings (~/.chaostoolkit/settings.yaml).", NULL},
	{"config", 0, PR_OPTION_VALUE, "PATH", "Configuration (~/.config/reliably/config.toml).",
		NULL},
};

static enum pr_log_level level_of(const char *name)
{
	static const enum pr_log_level levels[] = {
		PR_LOG_DEBUG, PR_LOG_INFO, PR_LOG_WARNING, PR_LOG_ERROR};

	for (size_t i = 0; name && i < PR_LEN(levels); i++)
		if (pr_text_eq(name, log_levels[i]))
			return levels[i];
	return PR_LOG_DEBUG;
}

static bool has_log_file(const struct pr_command *command)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (pr_text_eq(command->options[i].name, "log-file"))
			return true;
	return false;
}

/* NULL: none. A command with a log file of its own has the value of the option as that. */
static const char *log_file(const struct pr_context *context, const struct pr_args *args)
{
	if (pr_args_flag(args, "no-log-file") || has_log_file(args->command))
		return NULL;
	if (pr_args_value(args, "log-file"))
		return pr_args_value(args, "log-file");
	return pr_text_eq(context->program, "chaos") ? LOG_FILE : NULL;
}

static int open_log_file(struct pr_globals *globals, const char *path, const struct pr_args *args,
	struct pr_err *err)
{
	struct pr_log_sink sink = {
		.level = level_of(pr_args_value(args, "log-file-level")), .format = PR_LOG_VERBOSE};

	return path ? pr_log_file_open(&globals->log, path, &sink, err) : 0;
}

/* The first lines of each command in the file. */
static void log_command(const struct pr_args *args)
{
	PR_AUTO(free) char *settings = pr_inputs_settings_path(args);

	pr_debug("###################################################################"
		 "############");
	pr_debug("Running command '%s'", args->depth > 1 ? args->path[1]->name : "");
	pr_debug("Using settings file '%s'", settings ? settings : "(no home)");
}

/* The first lines show whether there is space, too: later ones that are lost stop nothing. */
static int use_log_file(struct pr_globals *globals, const struct pr_context *context,
	const struct pr_args *args, struct pr_err *err)
{
	int rc = open_log_file(globals, log_file(context, args), args, err);

	log_command(args);
	if (!rc)
		rc = pr_log_file_check(&globals->log, err);
	if (!rc || rc == PR_ENOMEM || pr_args_value(args, "log-file"))
		return rc;
	pr_log_file_close(&globals->log);
	pr_warn("No log file is written: %s (--no-log-file asks for none)", err->msg);
	pr_err_clear(err);
	return 0;
}

static int change_folder(const char *folder, struct pr_err *err)
{
	if (!folder)
		return 0;
	pr_warn("Moving to %s", folder);
	if (chdir(folder))
		return pr_fail_errno(err, errno, "cannot move to '%s'", folder);
	return 0;
}

int pr_globals_apply(struct pr_globals *globals, const struct pr_context *context,
	const struct pr_args *args, struct pr_err *err)
{
	const char *folder = pr_args_value(args, "change-dir");
	bool chaos = pr_text_eq(context->program, "chaos");
	int rc;

	if (!chaos && !folder && !pr_args_value(args, "log-file"))
		return 0;
	rc = pr_console_log(pr_args_flag(args, "verbose"), pr_args_value(args, "log-format"), err);
	if (!rc)
		rc = use_log_file(globals, context, args, err);
	if (!rc)
		rc = change_folder(folder, err);
	/* the command chooses anew where its log is seen */
	pr_log_remove((void *)(intptr_t)STDERR_FILENO);
	return rc;
}

void pr_globals_release(struct pr_globals *globals)
{
	pr_log_file_close(&globals->log);
}
