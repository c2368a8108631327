#ifndef PR_GITHUB_REFUSAL_H
#define PR_GITHUB_REFUSAL_H

/* What GitHub's refusals mean to who has to do something about them. Pure. */

#include "github/commit.h"

/*
 * Fills `err` with what failed, GitHub's words and the remedy, and returns its code: PR_EAUTH for
 * 401 and 403, PR_ENOTFOUND for 404, else that of `answer`, which is none of PR_OK.
 */
int pr_github_refuse(const struct pr_github_change *change, const struct pr_github_answer *answer,
	struct pr_err *err);

/*
 * Whether GitHub may take the next attempt to move the branch although the branch has not moved
 * since: somebody else was at it in that instant, or it is not known what became of this one.
 */
bool pr_github_refusal_passes(const struct pr_github_answer *answer);

/*
 * Whether GitHub does not see an object that it has just made: its servers know of it one after the
 * other, for some seconds.
 */
bool pr_github_refusal_of_objects(const struct pr_github_answer *answer);

#endif
