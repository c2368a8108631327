#ifndef PR_PLATFORM_ENVIRONMENT_H
#define PR_PLATFORM_ENVIRONMENT_H

/*
 * A plan's environment, put into the process (docs/protocol.md 4.1, 4.2): variables, secrets as
 * variables, secrets as files in a private folder that goes at the end.
 */

#include "base/err.h"

#include <jansson.h>

/* The private folder of secret files; NULL path: none was needed yet. */
struct pr_secret_files {
	char *folder;
};

/*
 * Sets everything that the document of GET …/environments/<id>/clear holds; secret values are
 * registered for redaction. A value that equals the path of a secret file becomes the path of its
 * copy. The folder is made in $TMPDIR, /tmp or /dev/shm, the first that takes it. PR_EPROTO for a
 * document of another shape, PR_EIO when a file cannot be written: nothing is set then.
 */
int pr_environment_apply(const json_t *document, struct pr_secret_files *files, struct pr_err *err);

/* Removes the folder with its files. Nothing when there is none. */
void pr_secret_files_remove(struct pr_secret_files *files);

#endif
