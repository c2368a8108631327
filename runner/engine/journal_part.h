#ifndef PR_ENGINE_JOURNAL_PART_H
#define PR_ENGINE_JOURNAL_PART_H

/* The lines of `J.part`: how they are made and put back into a journal. Private to the engine. */

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>
#include <stdint.h>

/* Which `J` a `.part` continues. */
struct pr_journal_mark {
	size_t bytes;
	uint64_t checksum;
};

/* The mark of the text of a `J`. */
struct pr_journal_mark pr_journal_mark_of(const char *text, size_t n);

/* Goes on with the mark of a text that comes in pieces. */
void pr_journal_mark_add(struct pr_journal_mark *mark, const char *text, size_t n);

/* Adds the first line. Status as of pr_buf_add. */
int pr_journal_part_head(const struct pr_journal_mark *mark, struct pr_buf *out);

/* Adds the line of an entry, redacted. Status as of pr_buf_add. */
int pr_journal_part_line(const json_t *entry, const char *list, size_t index, struct pr_buf *out);

/*
 * Puts the lines into `value`. Those of another `J`, and from the first line on that is cut or
 * makes no sense, are ignored. Only running out of memory is an error.
 */
int pr_journal_part_fold(json_t *value, const struct pr_journal_mark *mark,
	const struct pr_buf *part, const struct pr_limits *limits, struct pr_err *err);

#endif
