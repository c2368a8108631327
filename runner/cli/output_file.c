#include "cli/output_file.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

static char *place_in(const char *folder, const char *name, pr_output_check_fn *check)
{
	PR_AUTO(free) char *path = folder ? pr_file_join(folder, name) : NULL;

	return path && check(path, NULL) == 0 ? pr_steal(path) : NULL;
}

int pr_output_file(const char *given, const char *name, pr_output_check_fn *check, char **ret_path,
	struct pr_err *err)
{
	const char *const folders[] = {
		pr_env_get_set("PLAN_RUNNER_STATE"), pr_env_get_set("TMPDIR"), "/tmp"};
	struct pr_err reason = PR_ERR_INIT;
	char *path = NULL;

	if (given || check(name, &reason) == 0) {
		if (given && check(given, err))
			return PR_EIO;
		*ret_path = pr_text_dup(given ? given : name);
		return *ret_path ? 0 : pr_fail_nomem(err);
	}
	for (size_t i = 0; !path && i < PR_LEN(folders); i++)
		path = place_in(folders[i], name, check);
	if (path)
		pr_warn("%s; it goes to '%s' instead", reason.msg, path);
	else
		pr_warn("%s, nor any other folder: it is kept in memory only", reason.msg);
	*ret_path = path;
	return 0;
}
