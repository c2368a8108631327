#ifndef PR_CLI_PROMPT_H
#define PR_CLI_PROMPT_H

/* Asking a person, or a pipe that answers for one. */

#include "base/buf.h"

#include <stdbool.h>

/*
 * Prints `question` and reads one line from standard input into `answer`, without its line break.
 * With `hidden` a terminal shows nothing of it, and is put back also where a signal ends the
 * waiting: PR_ECANCELED. PR_ENOTFOUND when the input has ended, PR_EIO when it cannot be read,
 * PR_ELIMIT when the line does not fit.
 */
int pr_prompt(const char *question, bool hidden, struct pr_buf *answer, struct pr_err *err);

#endif
