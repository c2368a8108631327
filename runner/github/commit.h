#ifndef PR_GITHUB_COMMIT_H
#define PR_GITHUB_COMMIT_H

/*
 * Some files put on a branch as one commit, by GitHub's API alone. When somebody else commits
 * meanwhile, it is done again on top of that: nothing of theirs is lost, and nothing is forced. The
 * commit has no author of its own: then it is that of the token's owner, and GitHub signs it.
 */

#include "github/client.h"

#include <stddef.h>

/* Most bytes of one file. */
#define PR_GITHUB_FILE_MAX ((size_t)32 << 20)

/* Most bytes of a commit's name, with the terminating NUL. */
#define PR_GITHUB_SHA_SIZE 65

struct pr_github_file {
	const char *path; /* in the repository, UTF-8, without a slash at its start */
	const void *data;
	size_t n;
};

/* Everything is borrowed for as long as the commit lives. */
struct pr_github_change {
	const char *repository; /* "owner/name" */
	const char *branch;     /* "main", "feature/x" */
	const char *message;    /* of the commit */
	const struct pr_github_file *files;
	size_t file_count;
};

/* What came of it. Borrowed by the callback. */
struct pr_github_committed {
	const char *sha; /* of the commit; NULL: none was made, the branch had the same files */
	unsigned rounds; /* how often it was begun, 1 when nobody else committed meanwhile */
};

struct pr_github_commit;

/* `error` is NULL on success; else one line with what to do about it. */
typedef void pr_github_commit_fn(
	void *arg, const struct pr_github_committed *committed, const struct pr_err *error);

/*
 * Nothing is sent yet; `access->deadline_us` bounds the whole. PR_EINVAL for a repository, branch,
 * address or token that is none, PR_ELIMIT for a file that is too large. Caller frees.
 */
int pr_github_commit_new(struct pr_loop *loop, const struct pr_github_access *access,
	const struct pr_github_change *change, struct pr_github_commit **ret_commit,
	struct pr_err *err);

/* Starts it. `fn` comes once, never from within this function, and may free the commit. */
int pr_github_commit_start(
	struct pr_github_commit *commit, pr_github_commit_fn *fn, void *arg, struct pr_err *err);

/* Ends it without its callback: what GitHub did until then stays. NULL is allowed. */
void pr_github_commit_free(struct pr_github_commit *commit);

#endif
