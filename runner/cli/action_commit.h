#ifndef PR_CLI_ACTION_COMMIT_H
#define PR_CLI_ACTION_COMMIT_H

/*
 * The result files of a run of the Action, put on the branch that the workflow runs on, through
 * GitHub's API: no git and no checkout are needed. What is committed is redacted.
 */

#include "base/err.h"
#include "cli/action_place.h"

#include <stdint.h>

/* What is committed, and on whose behalf. Everything is borrowed; NULL where there is none. */
struct pr_action_results {
	const struct pr_action_place *place; /* NULL: is read now */
	const char *plan;                    /* id, for the message */
	const char *url;                     /* of the execution, for the message */
	const char *workspace;               /* folder of the checkout, absolute */
	const char *journal;                 /* its path, absolute or below the workspace */
	const char *log;                     /* likewise */
	const char *token;                   /* of GitHub */
	int64_t patience_ms;                 /* the whole of it ends by then */
};

/* What came of it. */
struct pr_action_committed {
	char *branch;    /* owned */
	char *url;       /* owned; of the commit, NULL: the branch had the same files */
	unsigned rounds; /* how often it was begun, 1 when nobody else committed meanwhile */
};

/*
 * Commits the files at the paths that they have below the workspace, as one commit of `place`.
 * Blocks until it is done, a signal of cancellation comes (PR_ECANCELED), or the patience is over
 * (PR_ETIMEOUT). PR_EINVAL: what pr_action_place_read refuses, a file that is not below the
 * workspace or is git's or GitHub's own, no file, no token. PR_ELIMIT: a file of more than 32
 * MiB. Otherwise what GitHub answered. Release `ret` in any case.
 */
int pr_action_commit(const struct pr_action_results *results, struct pr_action_committed *ret,
	struct pr_err *err);

/* Frees the contents. */
void pr_action_committed_release(struct pr_action_committed *committed);

#endif
