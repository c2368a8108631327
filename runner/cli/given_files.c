#include "cli/given_files.h"

#include "base/env.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *option;
	const char *instead; /* the variable that counts more */
} files[] = {{"ca-file", NULL}, {"config", "RELIABLY_CLI_CONFIG"}};

/* 0 or an errno. A pipe is not opened: its text would be gone. */
static int look_at(const char *path)
{
	struct stat info;

	if (stat(path, &info) || access(path, R_OK))
		return errno;
	return S_ISDIR(info.st_mode) ? EISDIR : 0;
}

/* The commands about the configuration tell themselves that it is not there. */
static bool may_be_missing(const struct pr_args *args, const char *option)
{
	return args->depth > 1 && args->path[1] == &pr_command_config &&
	       pr_text_eq(option, "config");
}

int pr_given_files_check(const struct pr_context *context, const struct pr_args *args)
{
	for (size_t i = 0; i < PR_LEN(files); i++) {
		const char *path = pr_args_value(args, files[i].option);
		struct pr_err err = PR_ERR_INIT;
		int problem;

		if (!path || (files[i].instead && pr_env_get_set(files[i].instead)))
			continue;
		problem = look_at(path);
		if (!problem || (problem == ENOENT && may_be_missing(args, files[i].option)))
			continue;
		pr_fail_errno(&err, problem, "--%s: cannot read '%.1000s'", files[i].option, path);
		pr_complain(context, "%s", err.msg);
		return PR_EUSAGE;
	}
	return 0;
}
