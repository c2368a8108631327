#include "cli/output_file.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

static char *writable_in(const char *folder, const char *name)
{
	PR_AUTO(free) char *path = folder ? pr_file_join(folder, name) : NULL;

	return path && pr_file_check_writable(path, NULL) == 0 ? pr_steal(path) : NULL;
}

int pr_output_file(const char *given, const char *name, char **ret_path, struct pr_err *err)
{
	const char *const folders[] = {
		pr_env_get_set("PLAN_RUNNER_STATE"), pr_env_get_set("TMPDIR"), "/tmp"};
	struct pr_err reason = PR_ERR_INIT;
	char *path = NULL;

	if (given || pr_file_check_writable(name, &reason) == 0) {
		if (given && pr_file_check_writable(given, err))
			return PR_EIO;
		*ret_path = pr_text_dup(given ? given : name);
		return *ret_path ? 0 : pr_fail_nomem(err);
	}
	for (size_t i = 0; !path && i < PR_LEN(folders); i++)
		path = writable_in(folders[i], name);
	if (path)
		pr_warn("%s; it goes to '%s' instead", reason.msg, path);
	else
		pr_warn("%s, nor any other folder: it is kept in memory only", reason.msg);
	*ret_path = path;
	return 0;
}
