#ifndef PR_GIT_PUT_H
#define PR_GIT_PUT_H

/*
 * One file put into a branch of a git repository, as one commit: over https with a token, or in a
 * repository on this machine. There is never a checkout. Over the network, the branch is fetched
 * into a bare repository in a private temporary folder, which is removed at the end, also where a
 * signal ends the program. A repository on this machine is written to directly; a work tree and the
 * index are left alone, so a branch that is checked out is refused, as git itself refuses to push
 * to it (receive.denyCurrentBranch).
 *
 * The same bytes again make no commit. Where somebody else pushes in between, the commit is made
 * anew on top of theirs.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often a commit is made anew since the branch had moved. */
#define PR_GIT_ATTEMPTS 5

/* Room for the name of a branch, and for a commit in hexadecimal digits. */
#define PR_GIT_BRANCH_SIZE 256
#define PR_GIT_COMMIT_SIZE 65

/* Where to; borrowed. */
struct pr_git_place {
	const char *location; /* folder, or https:// (http://) address without credentials */
	bool local;           /* a folder */
	const char *branch;   /* NULL: the default one */
	const char *token;    /* NULL: none. Sent to the host and port of `location` only */
	const char *ca_file;  /* certificates of the authorities; NULL: those of libgit2 */
	int64_t silence_ms;   /* a server that says nothing for so long is given up; positive */
};

/* What; borrowed. */
struct pr_git_file {
	const char *path; /* in the repository: "a/b/c" */
	const char *text;
	size_t length;
	const char *add_message; /* of the commit, where the file is new */
	const char *change_message;
	const char *author; /* "Name <mail>"; NULL: of environment or git config, else ours */
	bool dry_run;       /* look what would be done, change nothing */
};

enum pr_git_operation { PR_GIT_CREATED, PR_GIT_CHANGED, PR_GIT_UNCHANGED };

struct pr_git_result {
	enum pr_git_operation operation;
	char commit[PR_GIT_COMMIT_SIZE]; /* the branch's last one; "" of one that is not made
					    (dry_run) */
	char branch[PR_GIT_BRANCH_SIZE];
	char default_branch[PR_GIT_BRANCH_SIZE]; /* "" where that is not known */
};

/*
 * Puts the file there. Blocks; INT, TERM and HUP end it early, and are delivered once everything is
 * cleaned up. `result` is written only on success. PR_EINVAL: a name, an author, what stands at the
 * path; PR_ENOTFOUND: no such repository or branch; PR_EAUTH: no token, or one that may not;
 * PR_EPROTO: the server refuses the push, in its words; PR_ENET, PR_ETIMEOUT, PR_EIO, PR_ECANCELED.
 */
int pr_git_put(const struct pr_git_place *place, const struct pr_git_file *file,
	struct pr_git_result *result, struct pr_err *err);

/* Whether a text is an author as `Name <mail>`; PR_EINVAL with a message. */
int pr_git_author_check(const char *author, struct pr_err *err);

#endif
