#include "base/text.h"
#include "git/session_private.h"

#include <string.h>

static int fail(struct pr_err *err, const char *what)
{
	const git_error *last = git_error_last();

	return pr_fail(err, PR_EIO, "%s: %.300s", what,
		last && last->message ? last->message : "no reason given");
}

/* Whether all folders of the path are folders where they are there; names the first that is not. */
static int check_folders(git_tree *tree, const char *path, struct pr_err *err)
{
	for (const char *end = strchr(path, '/'); end; end = strchr(end + 1, '/')) {
		PR_AUTO(git_tree_entry) git_tree_entry *entry = NULL;
		PR_AUTO(free) char *folder = pr_text_format("%.*s", (int)(end - path), path);

		if (!folder)
			return pr_fail_nomem(err);
		if (git_tree_entry_bypath(&entry, tree, folder))
			return 0;
		if (git_tree_entry_type(entry) != GIT_OBJECT_TREE)
			return pr_fail(err, PR_EINVAL,
				"'%.200s' in the repository is no folder, so '%.200s' cannot be "
				"put there",
				folder, path);
	}
	return 0;
}

/* The tree of a commit; of none, an empty one. */
static int base_tree(
	git_repository *repository, const git_oid *base, git_tree **ret_tree, struct pr_err *err)
{
	PR_AUTO(git_treebuilder) git_treebuilder *builder = NULL;
	PR_AUTO(git_commit) git_commit *commit = NULL;
	git_oid id;

	if (base) {
		if (git_commit_lookup(&commit, repository, base) ||
			git_commit_tree(ret_tree, commit))
			return fail(err, "cannot read the branch's last commit");
		return 0;
	}
	if (git_treebuilder_new(&builder, repository, NULL) ||
		git_treebuilder_write(&id, builder) || git_tree_lookup(ret_tree, repository, &id))
		return fail(err, "cannot make a tree");
	return 0;
}

/* What stands at the path today, and which operation that makes it. */
static int compare(git_tree *tree, const struct pr_git_file *file, git_filemode_t *mode,
	enum pr_git_operation *operation, struct pr_err *err)
{
	PR_AUTO(git_tree_entry) git_tree_entry *entry = NULL;
	git_oid id;

	*mode = GIT_FILEMODE_BLOB;
	*operation = PR_GIT_CREATED;
	if (check_folders(tree, file->path, err))
		return PR_EINVAL;
	if (git_tree_entry_bypath(&entry, tree, file->path))
		return 0;
	*mode = git_tree_entry_filemode(entry);
	if (*mode != GIT_FILEMODE_BLOB && *mode != GIT_FILEMODE_BLOB_EXECUTABLE)
		return pr_fail(
			err, PR_EINVAL, "'%.200s' in the repository is no plain file", file->path);
	if (git_odb_hash(&id, file->text, file->length, GIT_OBJECT_BLOB))
		return fail(err, "cannot hash the file");
	*operation =
		git_oid_equal(&id, git_tree_entry_id(entry)) ? PR_GIT_UNCHANGED : PR_GIT_CHANGED;
	return 0;
}

static int write_tree(git_repository *repository, git_tree *before, git_filemode_t mode,
	const struct pr_git_file *file, git_tree **ret_tree, struct pr_err *err)
{
	git_tree_update update = {
		.action = GIT_TREE_UPDATE_UPSERT, .filemode = mode, .path = file->path};
	git_oid id;

	if (git_blob_create_from_buffer(&update.id, repository, file->text, file->length) ||
		git_tree_create_updated(&id, repository, before, 1, &update) ||
		git_tree_lookup(ret_tree, repository, &id))
		return fail(err, "cannot make the commit's files");
	return 0;
}

static int write_commit(git_repository *repository, const git_oid *base, git_tree *tree,
	const struct pr_git_file *file, struct pr_git_change *change, struct pr_err *err)
{
	PR_AUTO(git_signature) git_signature *author = NULL;
	PR_AUTO(git_commit) git_commit *parent = NULL;
	PR_AUTO(free) char *message = NULL;
	int rc = pr_git_author_make(repository, file->author, &author, err);

	if (rc)
		return rc;
	message = pr_text_format("%s\n",
		change->operation == PR_GIT_CREATED ? file->add_message : file->change_message);
	if (!message)
		return pr_fail_nomem(err);
	if (base && git_commit_lookup(&parent, repository, base))
		return fail(err, "cannot read the branch's last commit");
	if (git_commit_create_v(&change->commit, repository, NULL, author, author, NULL, message,
		    tree, base ? 1 : 0, parent))
		return fail(err, "cannot make the commit");
	return 0;
}

int pr_git_change_make(git_repository *repository, const struct pr_git_file *file,
	struct pr_git_change *change, struct pr_err *err)
{
	const git_oid *base = change->has_base ? &change->base : NULL;
	PR_AUTO(git_tree) git_tree *before = NULL;
	PR_AUTO(git_tree) git_tree *after = NULL;
	git_filemode_t mode;
	int rc;

	change->operation = PR_GIT_CREATED;
	if (!base && file->dry_run)
		return 0;
	rc = base_tree(repository, base, &before, err);
	if (!rc)
		rc = compare(before, file, &mode, &change->operation, err);
	if (rc || file->dry_run || change->operation == PR_GIT_UNCHANGED)
		return rc;
	rc = write_tree(repository, before, mode, file, &after, err);
	return rc ? rc : write_commit(repository, base, after, file, change, err);
}

bool pr_git_change_is_new(const struct pr_git_change *change, const struct pr_git_file *file)
{
	return !file->dry_run && change->operation != PR_GIT_UNCHANGED;
}

void pr_git_change_tell(const struct pr_git_change *change, const struct pr_git_file *file,
	const char *head, struct pr_git_result *result)
{
	result->operation = change->operation;
	if (pr_git_change_is_new(change, file))
		git_oid_tostr(result->commit, sizeof(result->commit), &change->commit);
	else if (change->operation == PR_GIT_UNCHANGED)
		git_oid_tostr(result->commit, sizeof(result->commit), &change->base);
	pr_text_copy(result->default_branch, sizeof(result->default_branch), head ? head : "");
}

int pr_git_fail_moving(const char *branch, struct pr_err *err)
{
	return pr_fail(err, PR_EPROTO,
		"others commit to '%.80s' faster than we do: given up after %d attempts", branch,
		PR_GIT_ATTEMPTS);
}
