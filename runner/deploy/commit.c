#include "deploy/commit.h"

#include "base/log.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

/* Lines and tabs, nothing that moves a cursor; white space alone is no message. */
static int check_message(const char *message, struct pr_err *err)
{
	bool blank = true;

	if (!pr_text_is_utf8(message, strlen(message)))
		return pr_fail(err, PR_EINVAL, "the message is not UTF-8");
	for (const char *c = message; *c; c++) {
		if (iscntrl((unsigned char)*c) && *c != '\n' && *c != '\t')
			return pr_fail(err, PR_EINVAL, "the message has a control character");
		blank = blank && isspace((unsigned char)*c);
	}
	return blank ? pr_fail(err, PR_EINVAL, "the message is empty") : 0;
}

static void warn(const struct pr_deployment *deployment, const struct pr_git_result *result)
{
	if (deployment->schedule && result->default_branch[0] &&
		!pr_text_eq(result->branch, result->default_branch))
		pr_warn("GitHub will never run this schedule: '%s' is not the default branch, "
			"'%s' is",
			result->branch, result->default_branch);
}

static char *default_message(const char *verb, const struct pr_deployment *deployment)
{
	return pr_text_format("%s workflow for plan %s", verb, deployment->plan);
}

int pr_deploy_commit(const struct pr_deployment *deployment, const struct pr_commit *commit,
	struct pr_committed *done, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(free) char *add = default_message("Add", deployment);
	PR_AUTO(free) char *change = default_message("Change", deployment);
	struct pr_committed made = {.path = ""};
	struct pr_git_file file = {.path = made.path,
		.add_message = commit->message ? commit->message : add,
		.change_message = commit->message ? commit->message : change,
		.author = commit->author,
		.dry_run = commit->dry_run};
	int rc = commit->message ? check_message(commit->message, err) : 0;

	if (!add || !change)
		return pr_fail_nomem(err);
	if (!rc)
		rc = pr_target_github.render(deployment, &text, err);
	if (rc)
		return rc;
	pr_text_print(made.path, sizeof(made.path), PR_WORKFLOW_PATH, deployment->plan);
	file.text = pr_buf_str(&text);
	file.length = text.len;
	rc = pr_git_put(&commit->place, &file, &made.git, err);
	if (rc)
		return rc;
	warn(deployment, &made.git);
	*done = made;
	return 0;
}
