#ifndef PR_DEPLOY_COMMIT_H
#define PR_DEPLOY_COMMIT_H

/* A deployment that is a file of a git repository: the workflow of a plan. */

#include "deploy/target.h"
#include "git/put.h"

/* Where the workflow of a plan stands. */
#define PR_WORKFLOW_PATH ".github/workflows/reliably-plan-%s.yaml"
#define PR_WORKFLOW_PATH_SIZE (sizeof(PR_WORKFLOW_PATH) + PR_UUID_SIZE)

/* How it is committed; borrowed. */
struct pr_commit {
	struct pr_git_place place;
	const char *message; /* NULL: one that names the plan */
	const char *author;  /* as of struct pr_git_file */
	bool dry_run;
};

/* What became of it. */
struct pr_committed {
	char path[PR_WORKFLOW_PATH_SIZE];
	struct pr_git_result git;
};

/*
 * Renders the workflow and puts it into the repository (git/put.h, with its codes). Nothing is
 * connected to before all of the workflow is there. Warns in the log where the schedule would never
 * run, since GitHub looks at the default branch only. `done` is written only on success.
 */
int pr_deploy_commit(const struct pr_deployment *deployment, const struct pr_commit *commit,
	struct pr_committed *done, struct pr_err *err);

#endif
