#include "cli/action_files.h"

#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/output_file.h"
#include "platform/spool.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0755

/* Length of the folder's part of a path: up to the last slash, slashes at its end left out. */
static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	while (n > 1 && path[n - 1] == '/')
		n--;
	return slash && !n ? 1 : n;
}

/* What of the folder is there already. */
static int find_folder(const char *path, struct pr_action_folder *folder)
{
	PR_AUTO(free) char *part = pr_text_dup(path);
	size_t n = folder_length(path);

	if (!part)
		return PR_ENOMEM;
	part[n] = '\0';
	folder->path = pr_text_dup(part);
	while (*part && !pr_file_exists(part))
		part[folder_length(part)] = '\0';
	folder->had = strlen(part);
	return folder->path ? 0 : PR_ENOMEM;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* A regular file, or none; where our own output goes the runner reads commands. */
static bool may_be_file(const char *path)
{
	struct stat found;
	struct stat out;

	if (!pr_file_exists(path))
		return true;
	return pr_file_is_regular(path) && stat(path, &found) == 0 &&
	       (fstat(STDOUT_FILENO, &out) || !same_inode(&found, &out)) &&
	       (fstat(STDERR_FILENO, &out) || !same_inode(&found, &out));
}

static bool same_inode_at(const char *a, const char *b)
{
	struct stat one;
	struct stat other;

	return stat(a, &one) == 0 && stat(b, &other) == 0 && same_inode(&one, &other);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *folder_of(const char *path)
{
	size_t n = folder_length(path);

	return n ? pr_text_format("%.*s", (int)n, path) : pr_text_dup(".");
}

/* Of files that are not there yet it is the name in the same folder. */
static bool same_file(const char *a, const char *b)
{
	PR_AUTO(free) char *one = folder_of(a);
	PR_AUTO(free) char *other = folder_of(b);

	return pr_text_eq(a, b) || same_inode_at(a, b) ||
	       (one && other && pr_text_eq(name_of(a), name_of(b)) && same_inode_at(one, other));
}

static int check_two(const struct pr_action_files *files, struct pr_err *err)
{
	const char *result = files->result ? files->result : "result.json";
	const char *log = files->log ? files->log : "run.log";

	if ((!files->result && !files->log) || !same_file(result, log))
		return 0;
	return pr_fail(err, PR_EINVAL,
		"the inputs result-file and log-file are to be two files, both are '%s'",
		files->result ? files->result : files->log);
}

/* What the runner reads after the step, or later steps do. */
static int check_not_githubs(const char *path, struct pr_err *err)
{
	static const char *const variables[] = {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY",
		"GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_EVENT_PATH"};

	for (size_t i = 0; i < PR_LEN(variables); i++) {
		const char *taken = pr_env_get_set(variables[i]);

		if (taken && same_file(path, taken))
			return pr_fail(err, PR_EINVAL, "'%s' is GitHub's own file, that of %s",
				path, variables[i]);
	}
	return 0;
}

/* One whose folder is missing could be written where the first missing folder is to be. */
static int check_place(const char *path, pr_output_check_fn *check, struct pr_action_folder *folder,
	struct pr_err *err)
{
	PR_AUTO(free) char *first = NULL;
	size_t n = strlen(path);

	if (n && path[n - 1] == '/')
		return pr_fail(err, PR_EINVAL, "'%s' is a folder, not a file", path);
	if (!may_be_file(path))
		return pr_fail(err, PR_EINVAL, "'%s' is not a file", path);
	if (find_folder(path, folder))
		return pr_fail_nomem(err);
	if (folder->had == strlen(folder->path))
		return check(path, err);
	first = pr_text_dup(path);
	if (!first)
		return pr_fail_nomem(err);
	n = folder->had + strspn(first + folder->had, "/");
	first[n + strcspn(first + n, "/")] = '\0';
	return check(first, err);
}

/* The input that names the file, or the folder it is in. */
static int choose(const struct pr_actions_inputs *inputs, enum pr_actions_input input,
	const char *name, char **ret_path, enum pr_actions_input *ret_input)
{
	const char *given = inputs->values[input];
	const char *folder = inputs->values[PR_INPUT_WORKING_DIR];

	*ret_input = given ? input : PR_INPUT_WORKING_DIR;
	if (given)
		*ret_path = pr_text_dup(given);
	else if (folder)
		*ret_path = pr_file_join(folder, name);
	return (given || folder) && !*ret_path ? PR_ENOMEM : 0;
}

static int wrap(
	const struct pr_actions_inputs *inputs, enum pr_actions_input input, struct pr_err *err)
{
	return pr_wrap(err, "the input %s", pr_actions_inputs_name(inputs, input));
}

/* Two files, and none that is somebody else's; `named` has the inputs they come from. */
static int check_apart(const struct pr_action_files *files, const struct pr_actions_inputs *inputs,
	const enum pr_actions_input named[2], struct pr_err *err)
{
	const char *const paths[] = {files->result, files->log};

	if (check_two(files, err))
		return PR_EINVAL;
	for (size_t i = 0; i < PR_LEN(paths); i++)
		if (paths[i] && check_not_githubs(paths[i], err))
			return wrap(inputs, named[i], err);
	return 0;
}

int pr_action_files_choose(
	struct pr_action_files *files, const struct pr_actions_inputs *inputs, struct pr_err *err)
{
	static pr_output_check_fn *const checks[] = {
		pr_file_check_replaceable, pr_file_check_writable};
	enum pr_actions_input named[2];
	char *const *paths[] = {&files->result, &files->log};

	if (choose(inputs, PR_INPUT_RESULT_FILE, "run.json", &files->result, &named[0]) ||
		choose(inputs, PR_INPUT_LOG_FILE, "run.log", &files->log, &named[1]))
		return pr_fail_nomem(err);
	if (check_apart(files, inputs, named, err))
		return PR_EINVAL;
	for (size_t i = 0; i < PR_LEN(paths); i++)
		if (*paths[i] && check_place(*paths[i], checks[i], &files->folders[i], err))
			return wrap(inputs, named[i], err);
	for (size_t i = 0; i < PR_LEN(paths); i++)
		if (files->folders[i].path && *files->folders[i].path &&
			pr_file_mkdirs(files->folders[i].path, FOLDER_MODE, err))
			return wrap(inputs, named[i], err);
	/* two spellings of a folder that was missing */
	return check_apart(files, inputs, named, err);
}

const char *pr_action_files_shown(const struct pr_action_files *files, const char *path)
{
	const char *workspace = files->workspace;
	size_t n = workspace ? strlen(workspace) : 0;

	if (!path || !pr_file_exists(path))
		return "";
	while (n && workspace[n - 1] == '/')
		n--;
	if (n && strncmp(path, workspace, n) == 0 && path[n] == '/')
		path += n + 1;
	return pr_text_starts(path, "./") ? path + 2 : path;
}

bool pr_action_files_lost(const struct pr_action_files *files, const char *path)
{
	PR_AUTO(free) char *workspace = files->workspace ? realpath(files->workspace, NULL) : NULL;
	PR_AUTO(free) char *folder = path ? folder_of(path) : NULL;
	PR_AUTO(free) char *real = folder ? realpath(folder, NULL) : NULL;
	size_t n = workspace ? strlen(workspace) : 0;

	if (getpid() != 1 || !n || !real)
		return false;
	return strncmp(real, workspace, n) != 0 || (real[n] != '/' && real[n] != '\0');
}

static void give(const char *path, const struct stat *owner)
{
	if (path)
		(void)lchown(path, owner->st_uid, owner->st_gid);
}

/* Each of the folders that were not there before. */
static void give_made(const struct pr_action_folder *folder, const struct stat *owner)
{
	PR_AUTO(free) char *path = pr_text_dup(folder->path);
	size_t n = path ? strlen(path) : 0;

	while (n > folder->had) {
		give(path, owner);
		n = folder_length(path);
		path[n] = '\0';
	}
}

static void give_roots(const char *path, const struct stat *owner)
{
	struct stat found;

	if (lstat(path, &found) == 0 && found.st_uid == 0)
		give(path, owner);
}

static void give_content(const char *folder, const struct stat *owner)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		PR_AUTO(free) char *path = pr_file_join(folder, entry->d_name);

		if (path && entry->d_type == DT_REG)
			give_roots(path, owner);
	}
	if (dir)
		closedir(dir);
}

/* The home is a folder of the machine's too: what could not be delivered waits there, and the
 * folders for it are made in any case. */
static void give_spool(void)
{
	PR_AUTO(free) char *home = pr_env_home();
	PR_AUTO(free) char *path = pr_spool_folder();
	size_t n = home ? strlen(home) : 0;
	struct stat owner;

	if (!n || !path || !pr_text_starts(path, home) || path[n] != '/' || stat(home, &owner) ||
		owner.st_uid == 0)
		return;
	give_content(path, &owner);
	while (strlen(path) > n) {
		give_roots(path, &owner);
		path[folder_length(path)] = '\0';
	}
}

void pr_action_files_give_back(
	const struct pr_action_files *files, const char *const *paths, size_t count)
{
	struct stat owner;

	if (geteuid() != 0)
		return;
	give_spool();
	if (stat(".", &owner) || owner.st_uid == 0)
		return;
	for (size_t i = 0; i < count; i++)
		give(paths[i], &owner);
	for (size_t i = 0; i < PR_LEN(files->folders); i++)
		give_made(&files->folders[i], &owner);
}

void pr_action_files_release(struct pr_action_files *files)
{
	free(files->result);
	free(files->log);
	free(files->workspace);
	for (size_t i = 0; i < PR_LEN(files->folders); i++)
		free(files->folders[i].path);
	*files = (struct pr_action_files){0};
}
