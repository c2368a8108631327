#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "platform/service.h"

#include <unistd.h>

#define CONFIG_MAX ((size_t)1 << 20)

/* Absolute; NULL and a complaint when there is no home. Caller frees. */
static char *config_path(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(free) char *path = pr_service_config_path(pr_args_value(args, "config"));
	PR_AUTO(free) char *folder = NULL;

	if (!path)
		pr_complain(context, "there is no home folder: name the configuration by --config "
				     "or RELIABLY_CLI_CONFIG");
	if (!path || *path == '/')
		return pr_steal(path);
	folder = get_current_dir_name();
	return folder ? pr_file_join(folder, path) : pr_steal(path);
}

static int fail(struct pr_context *context, const struct pr_err *err)
{
	pr_complain(context, "%s", err->msg);
	return PR_EXIT_DEVIATED;
}

/* As it is: who asks to see it wants to see its token. */
static int view(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(CONFIG_MAX);
	PR_AUTO(free) char *path = config_path(context, args);
	struct pr_err err = PR_ERR_INIT;

	if (!path)
		return PR_EXIT_DEVIATED;
	if (!pr_file_exists(path))
		return PR_EXIT_OK;
	if (pr_file_read(path, &text, &err) || pr_print_document(pr_buf_str(&text), text.len, &err))
		return fail(context, &err);
	return PR_EXIT_OK;
}

static int exists(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(free) char *path = pr_service_config_path(pr_args_value(args, "config"));

	(void)context;
	pr_print("%s\n", path && pr_file_exists(path) ? "yes" : "no");
	return PR_EXIT_OK;
}

static int show_path(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(free) char *found = config_path(context, args);

	if (!found)
		return PR_EXIT_DEVIATED;
	pr_print("%s\n", found);
	return PR_EXIT_OK;
}

static int read_entry(const struct pr_args *args, struct pr_service *service,
	const char **ret_value, struct pr_err *err)
{
	const char *entry = args->positionals[0];
	bool token = pr_text_eq(entry, "token");
	int rc;

	if (!token && !pr_text_eq(entry, "org") && !pr_text_eq(entry, "host"))
		return pr_fail(err, PR_EUSAGE,
			"Invalid value for 'ENTRY': '%s' is not one of 'token', 'org', 'host'.",
			entry);
	rc = pr_service_load(pr_args_value(args, "config"), service, err);
	if (rc || pr_text_eq(entry, "host")) {
		*ret_value = service->host;
		return rc;
	}
	*ret_value = token ? service->token : service->organization;
	if (*ret_value)
		return 0;
	return pr_fail(err, PR_EAUTH, "Please set the %s in the configuration or as %s.",
		token ? "service token" : "organization id",
		token ? "RELIABLY_SERVICE_TOKEN" : "RELIABLY_ORGANIZATION_ID");
}

static void auto_service(struct pr_service *service)
{
	pr_service_release(service);
}

/* The value in effect, with no regard to its being a secret. */
static int get(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(auto_service))) struct pr_service service = {.host = NULL};
	PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err err = PR_ERR_INIT;
	const char *value = NULL;
	int rc = pr_console_log(false, NULL, &err);

	if (!rc)
		rc = read_entry(args, &service, &value, &err);
	if (rc == PR_EUSAGE)
		return pr_console_usage(context, args, &err);
	if (!rc) {
		pr_buf_addf(&line, "%s\n", value);
		rc = pr_print_document(pr_buf_str(&line), line.len, &err);
	}
	return rc ? fail(context, &err) : PR_EXIT_OK;
}

static const struct pr_positional get_positionals[] = {
	{"ENTRY", "token, org or host.", false},
};

static const struct pr_command view_command = {.name = "view",
	.summary = "Print the configuration file. The token in it is not hidden.",
	.run = view};

static const struct pr_command get_command = {.name = "get",
	.summary = "Print the value in effect: the environment's, else the file's.",
	PR_POSITIONALS(get_positionals),
	.run = get};

static const struct pr_command exists_command = {.name = "exists",
	.summary = "Say yes or no: is there a configuration file?",
	.run = exists};

static const struct pr_command path_command = {
	.name = "path", .summary = "Print where the configuration file is.", .run = show_path};

static const struct pr_command *const commands[] = {
	&view_command, &get_command, &pr_command_config_init, &exists_command, &path_command};

const struct pr_command pr_command_config = {
	.name = "config", .summary = "The configuration file.", PR_COMMANDS(commands)};
