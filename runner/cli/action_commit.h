#ifndef PR_CLI_ACTION_COMMIT_H
#define PR_CLI_ACTION_COMMIT_H

/*
 * The result files of a run of the Action, put on the branch that the workflow runs on, through
 * GitHub's API: no git and no checkout are needed. What is committed is redacted.
 */

#include "base/err.h"

#include <stdint.h>

/* What is committed, and on whose behalf. Everything is borrowed; NULL where there is none. */
struct pr_action_results {
	const char *plan;      /* id, for the message */
	const char *url;       /* of the execution, for the message */
	const char *workspace; /* folder of the checkout, absolute */
	const char *journal;   /* its path, absolute or below the workspace */
	const char *log;       /* likewise */
	const char *token;     /* of GitHub */
	int64_t patience_ms;   /* the whole of it ends by then */
};

/* What came of it. */
struct pr_action_committed {
	char *branch;    /* owned */
	char *url;       /* owned; of the commit, NULL: the branch had the same files */
	unsigned rounds; /* how often it was begun, 1 when nobody else committed meanwhile */
};

/*
 * Commits the files at the paths that they have below the workspace, as one commit. Repository,
 * branch and API are those of the workflow (GITHUB_REPOSITORY, GITHUB_REF, GITHUB_HEAD_REF,
 * GITHUB_API_URL). Blocks until it is done, a signal of cancellation comes, or the patience is
 * over. PR_EINVAL: the workflow runs on no branch, a file is not below the workspace, there is no
 * token. Otherwise what GitHub answered. Release `ret` in any case.
 */
int pr_action_commit(const struct pr_action_results *results, struct pr_action_committed *ret,
	struct pr_err *err);

/* Frees the contents. */
void pr_action_committed_release(struct pr_action_committed *committed);

#endif
