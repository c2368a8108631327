#ifndef PR_ENGINE_JOURNAL_H
#define PR_ENGINE_JOURNAL_H

/*
 * The journal (docs/engine.md 8): one JSON value that is filled while the run goes on, and its copy
 * on disk, which is complete JSON at all times (docs/design.md, decision 2). Up to 256 KiB the file
 * is replaced at each boundary, until 1 MiB has been written in that way. After that, a finished
 * entry goes in one write to `<path>.part` (a line of JSON with its place), and the file is
 * replaced when `.part` exceeds half its size and at the end of a phase. Everything written is
 * redacted.
 */

#include "base/err.h"
#include "base/limits.h"
#include "base/loop.h"

#include <jansson.h>
#include <stdbool.h>

/* The version whose journals these are: `chaos report` chooses its template by it. */
#define PR_JOURNAL_UPSTREAM_VERSION "1.45.0"

struct pr_journal;

/*
 * The member that is ours: upstream's journals have none. It stands there while a run goes on, and
 * says what a recovery must know (engine/recovery.h).
 */
#define PR_JOURNAL_EXTENSION "plan-runner"

/* What a journal begins with. */
struct pr_journal_origin {
	json_t *document;  /* shared as the member "experiment" */
	json_t *extension; /* shared as the member of that name; NULL: none */
	const char *path;  /* NULL: memory only */
};

/*
 * A journal that is started now by the loop's clock. With a path the file is written at once; an
 * unwritable one is the error. Caller frees.
 */
int pr_journal_new(struct pr_loop *loop, const struct pr_journal_origin *origin,
	struct pr_journal **ret_journal, struct pr_err *err);

/*
 * Goes on with the journal of a run that is no more: `value`, which is shared, is what was read
 * from `path`. The file is written at once, and what `.part` had is then in it. Caller frees.
 */
int pr_journal_resume(struct pr_loop *loop, json_t *value, const char *path,
	struct pr_journal **ret_journal, struct pr_err *err);

/* NULL is allowed. The file stays. */
void pr_journal_free(struct pr_journal *journal);

/* The value. Borrowed; hooks may change it. */
json_t *pr_journal_value(const struct pr_journal *journal);

/*
 * Tells that `entry`, at this index of a list ("run", "rollbacks", "steady_states.before.probes",
 * "steady_states.during.3.probes"), was appended or changed.
 */
int pr_journal_touch(struct pr_journal *journal, json_t *entry, const char *list, size_t index,
	struct pr_err *err);

/* The end of a phase: the file is brought up to date. */
int pr_journal_flush(struct pr_journal *journal, struct pr_err *err);

/*
 * The end of the run as the journal has it: sets end and duration, and takes the extension out.
 * What follows may still change it.
 */
int pr_journal_end(struct pr_journal *journal, struct pr_err *err);

/* The last writing: removes `.part` and flushes to disk (fsync). */
int pr_journal_close(struct pr_journal *journal, struct pr_err *err);

/*
 * Reads the journal at `path` and puts what a left-over `<path>.part` has into it; nothing is
 * written. A last line that was cut is ignored. Caller owns.
 */
int pr_journal_read(
	const char *path, const struct pr_limits *limits, json_t **ret_journal, struct pr_err *err);

/*
 * Makes one file of a journal that its run left: where there is a `<path>.part`, the file is
 * replaced by `journal`, as pr_journal_read gave it, flushed to disk, and then `.part` is removed.
 * A kill in between loses nothing: `.part` no longer fits the file. *lock is that of
 * pr_file_replace_locked.
 */
int pr_journal_fold(const char *path, const json_t *journal, int *lock, struct pr_err *err);

#endif
