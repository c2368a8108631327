#ifndef PR_ACTIONS_COMMAND_FILE_H
#define PR_ACTIONS_COMMAND_FILE_H

/*
 * The files through which a step of GitHub Actions hands results on: GITHUB_OUTPUT, of lines
 * `NAME<<WORD`, the value, `WORD`, and GITHUB_STEP_SUMMARY, of Markdown. Both are only ever
 * appended to.
 */

#include "base/buf.h"
#include "base/err.h"

/* 128 random bits as 32 hexadecimal digits: a word that no text can foresee. PR_EIO. */
int pr_actions_random_word(char ret_word[33], struct pr_err *err);

/*
 * Adds an output with `word` as the line that ends it. PR_EINVAL when name or value hold the word,
 * or the name is empty or has a line end or '<'; else the status as of pr_buf_add.
 */
int pr_actions_heredoc(const char *name, const char *value, const char *word, struct pr_buf *out);

/* As pr_actions_heredoc with a word of its own that neither holds; the value is redacted. */
int pr_actions_output(const char *name, const char *value, struct pr_buf *out, struct pr_err *err);

/*
 * Appends to the file at `path`, which `variable` named: for messages. What another program left
 * there without a line end gets one, and what cannot be written whole is not there at all. `path`
 * NULL: nothing is written, which a debug line says. PR_EIO.
 */
int pr_actions_append(
	const char *variable, const char *path, const struct pr_buf *text, struct pr_err *err);

#endif
