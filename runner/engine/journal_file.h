#ifndef PR_ENGINE_JOURNAL_FILE_H
#define PR_ENGINE_JOURNAL_FILE_H

/*
 * The copy of a journal on disk (docs/design.md, decision 2): `J`, always complete JSON, and, where
 * it is large or has been replaced often, `J.part`, which holds what was finished since `J` was
 * written. Private to the engine.
 *
 * The first line of `.part` names the `J` that it continues, by length and checksum: one that was
 * left behind when `J` was replaced is told from one that counts. Then one line an entry, with its
 * place. `J` is locked (base/file.h) for as long as it is being written: whoever gets the lock
 * knows that nobody writes any more.
 */

#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_journal_file;

/*
 * Creates the file with this value. A device or pipe in its place (/dev/stdout) gets the value at
 * the end only. An unwritable path is the error. Caller frees.
 */
int pr_journal_file_new(const char *path, const json_t *value, struct pr_journal_file **ret_file,
	struct pr_err *err);

/* Closes; the files stay. NULL is allowed. */
void pr_journal_file_free(struct pr_journal_file *file);

/* Tells that `entry` is now at `list`[`index`] of `value`: written in the one way or the other. */
int pr_journal_file_touch(struct pr_journal_file *file, const json_t *value, const json_t *entry,
	const char *list, size_t index, struct pr_err *err);

/* Replaces `J` by the value and empties `.part`. */
int pr_journal_file_replace(struct pr_journal_file *file, const json_t *value, struct pr_err *err);

/* As pr_journal_file_replace, flushed to disk; `.part` is removed. The last call. */
int pr_journal_file_close(struct pr_journal_file *file, const json_t *value, struct pr_err *err);

/* What pr_journal_read of engine/journal.h does. */
int pr_journal_file_read(
	const char *path, const struct pr_limits *limits, json_t **ret_value, struct pr_err *err);

/* What pr_journal_fold of engine/journal.h does. */
int pr_journal_file_fold(const char *path, const json_t *value, int *lock, struct pr_err *err);

#endif
