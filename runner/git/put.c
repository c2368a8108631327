#include "git/put.h"

#include "git/session_private.h"

int pr_git_put(const struct pr_git_place *place, const struct pr_git_file *file,
	struct pr_git_result *result, struct pr_err *err)
{
	struct pr_git_result done = {.operation = PR_GIT_UNCHANGED};
	struct pr_git_session session;
	int rc = file->author ? pr_git_author_check(file->author, err) : 0;

	if (rc)
		return rc;
	rc = pr_git_session_init(&session, place, err);
	if (!rc && place->local)
		rc = pr_git_put_local(&session, file, &done, err);
	else if (!rc)
		rc = pr_git_put_remote(&session, file, &done, err);
	pr_git_session_release(&session);
	if (!rc)
		*result = done;
	return rc;
}
