#ifndef PR_CLI_ACTION_FILES_H
#define PR_CLI_ACTION_FILES_H

/*
 * Journal and log of the Action: where its inputs have them, as whom they are left, and how later
 * steps find them.
 */

#include "actions/inputs.h"

/* A folder that is needed. */
struct pr_action_folder {
	char *path; /* owned; NULL: none */
	size_t had; /* so many bytes of it were there before */
};

/* All zero before pr_action_files_choose. */
struct pr_action_files {
	char *result;                       /* owned; NULL: the default */
	char *log;                          /* likewise */
	char *workspace;                    /* owned; NULL: GitHub named none */
	struct pr_action_folder folders[2]; /* of the two */
};

/*
 * result-file and log-file, else run.json and run.log in working-dir, else the defaults. Both are
 * checked before the folders that are missing are made. PR_EINVAL for a folder, a device, one
 * path for both, a file of GitHub's own such as that of GITHUB_OUTPUT; PR_EIO for what cannot be
 * written. Release in any case.
 */
int pr_action_files_choose(
	struct pr_action_files *files, const struct pr_actions_inputs *inputs, struct pr_err *err);

/* A path as later steps find it, whose working directory is the workspace; "" for NULL and for what
 * is not there. Borrowed from `path`. */
const char *pr_action_files_shown(const struct pr_action_files *files, const char *path);

/* Whether the container, whose first process we are, takes the file with it: the workspace alone is
 * there afterwards. False for NULL, and where we are not the first. */
bool pr_action_files_lost(const struct pr_action_files *files, const char *path);

/*
 * In a container of GitHub's we are root and the workspace is somebody's, who must be able to
 * remove what we leave there: the files at the `count` paths (NULL ones are passed over), the
 * folders that were made, and what is kept between runs in the home folder, which is the machine's
 * as well. Otherwise nothing is done.
 */
void pr_action_files_give_back(
	const struct pr_action_files *files, const char *const *paths, size_t count);

/* Frees the contents. */
void pr_action_files_release(struct pr_action_files *files);

#endif
