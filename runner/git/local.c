/* A repository on this machine: its objects and its branch are written, nothing else. */
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "git/session_private.h"

#include <string.h>

#define REFS_HEADS "refs/heads/"
#define ORIGIN "refs/remotes/origin/"

/* Hooks that may refuse a change; libgit2 runs none. */
static const char *const gates[] = {
	"pre-receive", "update", "proc-receive", "reference-transaction"};

struct local {
	struct pr_git_session *session;
	git_repository *repository;
	const char *location;
	char **names; /* owned, with what they point to */
	size_t count;
	char *head;           /* owned; NULL: not on a branch */
	char *default_branch; /* owned; of where it was cloned from, else the head */
};

static void release(struct local *local)
{
	for (size_t i = 0; i < local->count; i++)
		free(local->names[i]);
	free(local->names);
	free(local->head);
	free(local->default_branch);
	git_repository_free(local->repository);
}

static int open_folder(struct local *local, const char *path, struct pr_err *err)
{
	int rc = git_repository_open_ext(
		&local->repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);

	if (rc == GIT_ENOTFOUND)
		return pr_fail(err, PR_ENOTFOUND, "'%.300s' is no git repository", path);
	if (rc == GIT_EOWNER)
		return pr_fail(err, PR_EIO,
			"'%.200s' belongs to another user: allow it with git config --global "
			"--add safe.directory and its full path",
			path);
	return rc ? pr_git_fail(local->session, rc, err, "cannot open the repository") : 0;
}

/* As git, with ".git" added where that is what is there. */
static int open_repository(struct local *local, struct pr_err *err)
{
	PR_AUTO(free) char *longer = pr_text_format("%s.git", local->location);
	int rc;

	if (!longer)
		return pr_fail_nomem(err);
	rc = open_folder(local, local->location, err);
	if (rc == PR_ENOTFOUND && !open_folder(local, longer, NULL)) {
		pr_err_clear(err);
		return 0;
	}
	return rc;
}

/* Which branch a symbolic reference leads to, NULL where to none; caller frees. */
static char *branch_of(struct local *local, const char *name, const char *prefix)
{
	PR_AUTO(git_reference) git_reference *reference = NULL;
	const char *target;

	if (git_reference_lookup(&reference, local->repository, name))
		return NULL;
	target = git_reference_symbolic_target(reference);
	if (!target || !pr_text_starts(target, prefix))
		return NULL;
	return pr_text_dup(target + strlen(prefix));
}

/* The head of a clone is what its user works at; of a bare one, what others get. */
static void read_heads(struct local *local)
{
	local->head = branch_of(local, "HEAD", REFS_HEADS);
	local->default_branch = branch_of(local, ORIGIN "HEAD", ORIGIN);
	if (!local->default_branch)
		local->default_branch = pr_text_dup(local->head);
}

static int add_name(struct local *local, git_reference *branch, struct pr_err *err)
{
	char **names = reallocarray(local->names, local->count + 1, sizeof(*names));
	const char *name = NULL;

	if (!names)
		return pr_fail_nomem(err);
	local->names = names;
	if (git_branch_name(&name, branch) || !(names[local->count] = pr_text_dup(name)))
		return pr_fail_nomem(err);
	local->count++;
	return 0;
}

static int read_branches(struct local *local, struct pr_err *err)
{
	git_branch_iterator *iterator = NULL;
	git_reference *branch = NULL;
	git_branch_t type;
	int rc = 0;

	if (git_branch_iterator_new(&iterator, local->repository, GIT_BRANCH_LOCAL))
		return pr_git_fail(local->session, -1, err, "cannot list the branches");
	while (!rc && !git_branch_next(&branch, &type, iterator)) {
		rc = add_name(local, branch, err);
		git_reference_free(branch);
	}
	git_branch_iterator_free(iterator);
	return rc;
}

/* Caller frees; NULL: no memory. A relative one is seen from where git runs these hooks. */
static char *hooks_folder(struct local *local)
{
	PR_AUTO(git_config) git_config *config = NULL;
	const char *common = git_repository_commondir(local->repository);
	git_buf configured = {NULL, 0, 0};
	char *folder;

	if (git_repository_config_snapshot(&config, local->repository) ||
		git_config_get_path(&configured, config, "core.hooksPath"))
		return pr_text_format("%s/hooks", common);
	folder = *configured.ptr == '/' ? pr_text_dup(configured.ptr)
					: pr_file_join(common, configured.ptr);
	git_buf_dispose(&configured);
	return folder;
}

static int check_gates(struct local *local, struct pr_err *err)
{
	PR_AUTO(free) char *folder = hooks_folder(local);

	if (!folder)
		return pr_fail_nomem(err);
	for (size_t i = 0; i < PR_LEN(gates); i++) {
		PR_AUTO(free) char *hook = pr_text_format("%s/%s", folder, gates[i]);

		if (!hook)
			return pr_fail_nomem(err);
		if (!access(hook, X_OK))
			return pr_fail(err, PR_EINVAL,
				"'%.200s' has the hook '%s', which only git itself runs: push to "
				"it over http, through its server",
				local->location, gates[i]);
	}
	return 0;
}

/* The work tree of a branch would look as if everything had been taken back. */
static int check_free(
	struct local *local, const char *branch, git_reference *at, struct pr_err *err)
{
	bool unborn = !at && !git_repository_is_bare(local->repository) &&
		      pr_text_eq(branch, local->head);

	if (!unborn && (!at || git_branch_is_checked_out(at) <= 0))
		return 0;
	return pr_fail(err, PR_EINVAL,
		"'%.80s' is checked out in '%.200s', whose files would fall behind: name another "
		"branch, or a bare repository",
		branch, local->location);
}

static int move(struct local *local, const char *name, const struct pr_git_change *change,
	struct pr_err *err)
{
	PR_AUTO(git_reference) git_reference *branch = NULL;
	int rc = change->has_base
			 ? git_reference_create_matching(&branch, local->repository, name,
				   &change->commit, true, &change->base, "commit by plan-deployer")
			 : git_reference_create(&branch, local->repository, name, &change->commit,
				   false, "commit (initial) by plan-deployer");

	if (rc == GIT_EMODIFIED || rc == GIT_EEXISTS || rc == GIT_ELOCKED || rc == GIT_ENOTFOUND)
		return PR_GIT_AGAIN;
	return rc ? pr_git_fail(local->session, rc, err, "cannot change the branch") : 0;
}

static int attempt(struct local *local, const char *name, const struct pr_git_file *file,
	struct pr_git_change *change, struct pr_err *err)
{
	PR_AUTO(git_reference) git_reference *at = NULL;
	const char *branch = name + strlen(REFS_HEADS);
	int rc;

	*change = (struct pr_git_change){.operation = PR_GIT_CREATED};
	if (git_reference_lookup(&at, local->repository, name))
		at = NULL;
	change->has_base = at && !git_reference_name_to_id(&change->base, local->repository, name);
	rc = check_free(local, branch, at, err);
	if (!rc)
		rc = pr_git_change_make(local->repository, file, change, err);
	if (rc || !pr_git_change_is_new(change, file))
		return rc;
	return move(local, name, change, err);
}

static int put(struct local *local, const struct pr_git_file *file, struct pr_git_result *result,
	struct pr_err *err)
{
	const struct pr_git_branches branches = {.location = local->location,
		.names = local->names,
		.count = local->count,
		.head = local->head};
	char name[sizeof(REFS_HEADS) + PR_GIT_BRANCH_SIZE];
	struct pr_git_change change;
	int rc =
		pr_git_branch_choose(&branches, local->session->place->branch, result->branch, err);

	if (rc)
		return rc;
	pr_text_print(name, sizeof(name), REFS_HEADS "%s", result->branch);
	rc = PR_GIT_AGAIN;
	for (int i = 0; rc == PR_GIT_AGAIN && i < PR_GIT_ATTEMPTS; i++) {
		if (i && !pr_git_session_pause(local->session))
			return pr_fail(err, PR_ECANCELED, "ended by a signal");
		rc = attempt(local, name, file, &change, err);
		pr_debug("attempt %d at %s: %d", i + 1, name, rc);
	}
	if (rc == PR_GIT_AGAIN)
		return pr_git_fail_moving(result->branch, err);
	if (!rc)
		pr_git_change_tell(&change, file, local->default_branch, result);
	return rc;
}

int pr_git_put_local(struct pr_git_session *session, const struct pr_git_file *file,
	struct pr_git_result *result, struct pr_err *err)
{
	struct local local = {.session = session, .location = session->place->location};
	int rc = open_repository(&local, err);

	if (!rc) {
		read_heads(&local);
		rc = read_branches(&local, err);
	}
	if (!rc)
		rc = check_gates(&local, err);
	if (!rc)
		rc = put(&local, file, result, err);
	release(&local);
	return rc;
}
