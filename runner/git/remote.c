/* A repository behind http(s): its branch is fetched into a folder of ours and pushed from there.
 */
#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "git/session_private.h"

#include <errno.h>
#include <string.h>

#define REFS_HEADS "refs/heads/"
#define REFERENCE_SIZE (sizeof(REFS_HEADS) + PR_GIT_BRANCH_SIZE)

struct remote {
	struct pr_git_session *session;
	git_repository *repository;
	char *url; /* owned: the location, or its other spelling */
	char name[REFERENCE_SIZE];
	char head[PR_GIT_BRANCH_SIZE]; /* the default branch, "": unknown */
	struct pr_git_change change;
	struct pr_err rejection; /* of the last push */
};

/* One of our own for each connection: neither url.<base>.insteadOf nor a fetch of our choice. */
static int make(struct remote *r, git_remote **ret_remote, struct pr_err *err)
{
	git_remote_create_options options = GIT_REMOTE_CREATE_OPTIONS_INIT;
	int rc;

	options.repository = r->repository;
	options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
	rc = git_remote_create_with_opts(ret_remote, r->url, &options);
	return rc ? pr_git_fail(r->session, rc, err, "cannot use the address") : 0;
}

static int connect_to(struct remote *r, git_remote **ret_remote, struct pr_err *err)
{
	git_remote_connect_options options = GIT_REMOTE_CONNECT_OPTIONS_INIT;
	PR_AUTO(git_remote) git_remote *remote = NULL;
	int rc = make(r, &remote, err);

	if (rc)
		return rc;
	pr_git_session_callbacks(r->session, &options.callbacks);
	options.proxy_opts.type = GIT_PROXY_AUTO;
	options.follow_redirects = GIT_REMOTE_REDIRECT_NONE; /* to the same host it does */
	pr_debug("connecting to %s", r->url);
	rc = git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &options);
	if (rc)
		return pr_git_fail(r->session, rc, err, "cannot connect");
	*ret_remote = pr_steal(remote);
	return 0;
}

/* Servers differ in whether a repository is "x" or "x.git": the other one counts as meant. */
static int use_other_spelling(struct remote *r)
{
	size_t length = strlen(r->url);
	char *other = pr_text_ends(r->url, ".git") ? pr_text_format("%.*s", (int)length - 4, r->url)
						   : pr_text_format("%s.git", r->url);

	if (!other)
		return PR_ENOMEM;
	free(r->url);
	r->url = other;
	return 0;
}

static int connect_first(struct remote *r, git_remote **ret_remote, struct pr_err *err)
{
	int rc = connect_to(r, ret_remote, err);

	if (rc != PR_ENOTFOUND || use_other_spelling(r) || connect_to(r, ret_remote, NULL))
		return rc;
	pr_err_clear(err);
	return 0;
}

/* The names of the branches among what the server has; `names` has room for all. */
static size_t collect(const git_remote_head **heads, size_t count, char **names)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (pr_text_starts(heads[i]->name, REFS_HEADS))
			names[n++] = heads[i]->name + strlen(REFS_HEADS);
	return n;
}

static int choose(
	struct remote *r, git_remote *remote, struct pr_git_result *result, struct pr_err *err)
{
	PR_AUTO(free) char **names = NULL;
	struct pr_git_branches branches = {.location = r->session->place->location};
	const git_remote_head **heads = NULL;
	git_buf head = {NULL, 0, 0};
	size_t count = 0;
	int rc = git_remote_ls(&heads, &count, remote);

	if (rc)
		return pr_git_fail(r->session, rc, err, "cannot list the branches");
	names = calloc(count + 1, sizeof(*names));
	if (!names)
		return pr_fail_nomem(err);
	branches.names = names;
	branches.count = collect(heads, count, names);
	if (!git_remote_default_branch(&head, remote) && pr_text_starts(head.ptr, REFS_HEADS))
		pr_text_copy(r->head, sizeof(r->head), head.ptr + strlen(REFS_HEADS));
	git_buf_dispose(&head);
	branches.head = r->head[0] ? r->head : NULL;
	rc = pr_git_branch_choose(&branches, r->session->place->branch, result->branch, err);
	pr_text_print(r->name, sizeof(r->name), REFS_HEADS "%s", result->branch);
	r->change = (struct pr_git_change){.operation = PR_GIT_CREATED};
	for (size_t i = 0; !rc && i < count; i++)
		if (pr_text_eq(heads[i]->name, r->name)) {
			git_oid_cpy(&r->change.base, &heads[i]->oid);
			r->change.has_base = true;
		}
	return rc;
}

static int download(struct remote *r, git_remote *remote, struct pr_err *err)
{
	git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
	char refspec[2 * REFERENCE_SIZE + 2];
	char *specs[] = {refspec};
	git_strarray list = {specs, PR_LEN(specs)};
	bool sent = r->session->token_sent;
	int rc;

	pr_text_print(refspec, sizeof(refspec), "+%s:%s", r->name, r->name);
	pr_git_session_callbacks(r->session, &options.callbacks);
	r->session->token_sent = sent;
	r->session->allowance = PR_GIT_FETCHED_MAX;
	options.proxy_opts.type = GIT_PROXY_AUTO;
	options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7
	options.depth = 1;
#endif
	rc = git_remote_download(remote, &list, &options);
	return rc ? pr_git_fail(r->session, rc, err, "cannot fetch the branch") : 0;
}

static int fetch(struct remote *r, struct pr_git_result *result, struct pr_err *err)
{
	PR_AUTO(git_remote) git_remote *remote = NULL;
	int rc = connect_first(r, &remote, err);

	if (!rc)
		rc = choose(r, remote, result, err);
	if (!rc && r->change.has_base)
		rc = download(r, remote, err);
	if (remote)
		git_remote_disconnect(remote);
	return rc;
}

static int fail_rejected(struct remote *r)
{
	const struct pr_git_rejection rejection = {.branch = r->name + strlen(REFS_HEADS),
		.status = r->session->status,
		.said = pr_buf_str(&r->session->said)};

	pr_err_clear(&r->rejection);
	(void)pr_git_word_rejection(&rejection, &r->rejection);
	return PR_GIT_AGAIN;
}

/* PR_GIT_AGAIN also after a rejection: servers word it in many ways that the branch has moved. */
static int push(struct remote *r, struct pr_err *err)
{
	PR_AUTO(git_remote) git_remote *remote = NULL;
	PR_AUTO(git_reference) git_reference *branch = NULL;
	git_push_options options = GIT_PUSH_OPTIONS_INIT;
	char refspec[2 * REFERENCE_SIZE + 2];
	char *specs[] = {refspec};
	git_strarray list = {specs, PR_LEN(specs)};
	int rc = make(r, &remote, err);

	if (rc)
		return rc;
	pr_text_print(refspec, sizeof(refspec), "%s:%s", r->name, r->name);
	rc = git_reference_create(&branch, r->repository, r->name, &r->change.commit, true, NULL);
	if (rc)
		return pr_git_fail(r->session, rc, err, "cannot prepare the push");
	pr_git_session_callbacks(r->session, &options.callbacks);
	options.proxy_opts.type = GIT_PROXY_AUTO;
	options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
	options.pb_parallelism = 1;
	r->session->base = r->change.base; /* all zero: there is none */
	rc = git_remote_push(remote, &list, &options);
	if (r->session->moved || rc == GIT_ENONFASTFORWARD)
		return PR_GIT_AGAIN;
	if (!rc && r->session->rejected)
		return fail_rejected(r);
	return rc ? pr_git_fail(r->session, rc, err, "cannot push") : 0;
}

/* Whether a fetch found the branch where it was when a push was rejected: it was not for that. */
static bool is_final(const struct remote *r, const git_oid *before)
{
	return r->rejection.code && git_oid_equal(before, &r->change.base);
}

static int attempt(struct remote *r, const struct pr_git_file *file, struct pr_git_result *result,
	struct pr_err *err)
{
	const git_oid before = r->change.base;
	int rc = fetch(r, result, err);

	if (rc)
		return rc;
	if (is_final(r, &before))
		return pr_fail(err, r->rejection.code, "%s", r->rejection.msg);
	pr_err_clear(&r->rejection);
	rc = pr_git_change_make(r->repository, file, &r->change, err);
	if (rc || !pr_git_change_is_new(&r->change, file))
		return rc;
	return push(r, err);
}

static int put(struct remote *r, const struct pr_git_file *file, struct pr_git_result *result,
	struct pr_err *err)
{
	int rc = PR_GIT_AGAIN;

	for (int i = 0; rc == PR_GIT_AGAIN && i < PR_GIT_ATTEMPTS; i++) {
		if (i && !pr_git_session_pause(r->session))
			return pr_fail(err, PR_ECANCELED, "ended by a signal");
		rc = attempt(r, file, result, err);
	}
	if (rc == PR_GIT_AGAIN && r->rejection.code)
		return pr_fail(err, r->rejection.code, "%s", r->rejection.msg);
	if (rc == PR_GIT_AGAIN)
		return pr_git_fail_moving(result->branch, err);
	if (!rc)
		pr_git_change_tell(&r->change, file, r->head, result);
	return rc;
}

/* A private folder for the objects; caller frees the path, and removes it. */
static int make_folder(char **ret_folder, struct pr_err *err)
{
	const char *parent = pr_env_get_set("TMPDIR");
	PR_AUTO(free) char *folder = pr_file_join(parent ? parent : "/tmp", "plan-deployer-XXXXXX");

	if (!folder)
		return pr_fail_nomem(err);
	if (!mkdtemp(folder))
		return pr_fail_errno(err, errno, "cannot make a folder '%.200s'", folder);
	*ret_folder = pr_steal(folder);
	return 0;
}

int pr_git_put_remote(struct pr_git_session *session, const struct pr_git_file *file,
	struct pr_git_result *result, struct pr_err *err)
{
	struct remote r = {.session = session, .url = pr_text_dup(session->place->location)};
	PR_AUTO(free) char *folder = NULL;
	int rc = r.url ? make_folder(&folder, err) : pr_fail_nomem(err);

	if (!rc && git_repository_init(&r.repository, folder, true))
		rc = pr_git_fail(session, -1, err, "cannot prepare a repository");
	if (!rc)
		rc = put(&r, file, result, err);
	git_repository_free(r.repository);
	free(r.url);
	if (folder && pr_file_remove_tree(folder, NULL))
		pr_warn("'%s' could not be removed", folder);
	return rc;
}
