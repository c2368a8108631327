#ifndef PR_ACTIONS_COMMAND_H
#define PR_ACTIONS_COMMAND_H

/*
 * Workflow commands of GitHub Actions: lines `::name key=value::data` on standard output that the
 * runner carries out. Texts are redacted and cut by the caller.
 */

#include "base/buf.h"

/* Most bytes of an annotation's message that the runner shows. */
#define PR_ACTIONS_MESSAGE_MAX 4096

/* Adds `n` bytes as the data of a command: '%', CR and LF are encoded. Status as of pr_buf_add. */
int pr_actions_escape_data(const char *text, size_t n, struct pr_buf *out);

/* Adds `n` bytes as the value of a property: as data, with ':' and ',' encoded too. */
int pr_actions_escape_property(const char *text, size_t n, struct pr_buf *out);

/*
 * Adds a whole command with its newline. `title` (NULL: none) is its one property, `data` what
 * stands behind (NULL: nothing). Status as of pr_buf_add.
 */
int pr_actions_command(const char *name, const char *title, const char *data, struct pr_buf *out);

#endif
