#ifndef PR_GIT_SESSION_PRIVATE_H
#define PR_GIT_SESSION_PRIVATE_H

/* What the files of this layer share: the session with libgit2, and the steps of pr_git_put. */

#include "base/buf.h"
#include "base/err.h"
#include "git/put.h"

#include <git2.h>
#if __has_include(<git2/sys/errors.h>) /* git_error_set_str of later ones */
#include <git2/sys/errors.h>
#endif
#include <signal.h>

/* PR_AUTO(git_<kind>): frees what libgit2 made, NULL allowed, at the end of its block. */
#define PR_GIT_AUTO(kind)                                     \
	static inline void pr_auto_git_##kind(git_##kind **p) \
	{                                                     \
		git_##kind##_free(*p);                        \
	}

/* What of libgit2 is held for the length of a block. */
#define PR_GIT_KINDS(each)                                                                      \
	each(commit) each(config) each(reference) each(remote) each(repository) each(signature) \
		each(tree) each(tree_entry) each(treebuilder)

/* The functions that PR_AUTO calls for them. */
PR_GIT_KINDS(PR_GIT_AUTO)

/* What a server may send before it is given up: to list its branches, and of one branch. */
#define PR_GIT_LISTED_MAX ((int64_t)64 << 20)
#define PR_GIT_FETCHED_MAX ((int64_t)4 << 30)

/* What is kept of what a server says, in bytes. */
#define PR_GIT_SAID_MAX ((size_t)16 << 10)

/*
 * The use of libgit2 by one pr_git_put. Callbacks and streams leave here why they made a call fail:
 * what libgit2 then says of it is about something else.
 */
struct pr_git_session {
	const struct pr_git_place *place;
	char host[256]; /* that the first connection went to: the address's, or a proxy */
	char port[16];
	struct pr_err stop; /* ends everything: silence, a signal, a missing token */
	struct pr_err io;   /* the last failure of the connection, which libgit2 may get over */
	bool token_sent;    /* over the present connection */
	struct pr_buf said; /* by the server, while it takes a push */
	bool rejected;      /* it did not take it: */
	char status[480];   /* in its words */
	git_oid base;       /* what the branch has to be at; zero: not there */
	bool moved;         /* it was not */
	int64_t allowance;  /* bytes that the server may still send in this step */
	int signals;        /* a signalfd that is never read, -1 */
	sigset_t mask;      /* of before */
	bool started;       /* libgit2 */
};

/* Starts libgit2 and holds back signals; release it after a failure too. */
int pr_git_session_init(
	struct pr_git_session *session, const struct pr_git_place *place, struct pr_err *err);

/* Ends that; a signal that had come is delivered now. */
void pr_git_session_release(struct pr_git_session *session);

/* Whether to go on; else session->stop says that a signal came. */
bool pr_git_session_live(struct pr_git_session *session);

/* Waits a moment before another attempt; whether to make it. */
bool pr_git_session_pause(struct pr_git_session *session);

/* Callbacks of libgit2 with the session as their payload. */
void pr_git_session_callbacks(struct pr_git_session *session, git_remote_callbacks *callbacks);

/* Makes libgit2's connections ours while `session` lives (NULL: no longer). PR_ENOMEM. */
int pr_git_stream_register(struct pr_git_session *session, struct pr_err *err);

/*
 * Fills `err` with why a call of libgit2 failed, `rc` being what it returned, and `what` being done
 * at the time ("cannot fetch 'main'").
 */
int pr_git_fail(const struct pr_git_session *session, int rc, struct pr_err *err, const char *what);

/* What pr_git_word_failure words: a failure of a connection as libgit2 tells it. */
struct pr_git_failure {
	const char *location;
	bool token; /* there is one */
	bool certificate;
	const char *text;
};

/* Words a failed connection; the code, or 0 for one that it has no words for: `err` is untouched
 * then. */
int pr_git_word_failure(const struct pr_git_failure *failure, struct pr_err *err);

/* What pr_git_word_rejection words: a push that the server did not take. */
struct pr_git_rejection {
	const char *branch;
	const char *status; /* of the branch */
	const char *said;   /* its other words, lines */
};

/* Words a rejection, with a remedy where the reason is a known one; the code. */
int pr_git_word_rejection(const struct pr_git_rejection *rejection, struct pr_err *err);

/* The branches of a repository. */
struct pr_git_branches {
	const char *location;
	char *const *names; /* without refs/heads/; borrowed */
	size_t count;
	const char *head; /* the default one; NULL: not known */
};

/*
 * Chooses the branch: `wanted` (NULL: the default one), which has to exist, unless there are none
 * at all. Writes its name. PR_EINVAL: cannot be one; PR_ENOTFOUND, with what there is instead.
 */
int pr_git_branch_choose(const struct pr_git_branches *branches, const char *wanted,
	char name[PR_GIT_BRANCH_SIZE], struct pr_err *err);

/* Where a branch is, and what a commit on it would be, or is. */
struct pr_git_change {
	git_oid base;  /* the branch's last commit */
	bool has_base; /* there is one */
	enum pr_git_operation operation;
	git_oid commit; /* unless dry or unchanged: the new one, of which no branch knows yet */
};

/*
 * Makes the objects of a commit on top of the base in which the file is as told. Unchanged or dry:
 * makes none.
 */
int pr_git_change_make(git_repository *repository, const struct pr_git_file *file,
	struct pr_git_change *change, struct pr_err *err);

/* Whether there is a commit to bring to the branch. */
bool pr_git_change_is_new(const struct pr_git_change *change, const struct pr_git_file *file);

/* Tells what was done to `branch`, whose repository has the default branch `head` (NULL: unknown).
 */
void pr_git_change_tell(const struct pr_git_change *change, const struct pr_git_file *file,
	const char *head, struct pr_git_result *result);

/* What an attempt comes to when somebody else was faster: neither success nor a failure. */
#define PR_GIT_AGAIN 1

/* Fails after the last attempt. */
int pr_git_fail_moving(const char *branch, struct pr_err *err);

/* Whom a commit is by: `author`, else as environment and configuration tell, else ourselves. */
int pr_git_author_make(
	git_repository *repository, const char *author, git_signature **ret, struct pr_err *err);

/* pr_git_put of a folder, with the codes of that. */
int pr_git_put_local(struct pr_git_session *session, const struct pr_git_file *file,
	struct pr_git_result *result, struct pr_err *err);

/* pr_git_put of an address, with the codes of that. */
int pr_git_put_remote(struct pr_git_session *session, const struct pr_git_file *file,
	struct pr_git_result *result, struct pr_err *err);

#endif
