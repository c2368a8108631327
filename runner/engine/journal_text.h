#ifndef PR_ENGINE_JOURNAL_TEXT_H
#define PR_ENGINE_JOURNAL_TEXT_H

/*
 * The text of a journal, in which the newest entry of `run` or `rollbacks` can be replaced or added
 * without writing the others again: an activity then costs its own entry, not all those before it.
 * Redacted. Private to the engine.
 */

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

/* Where a list stands in the text. */
struct pr_journal_list {
	size_t count; /* its entries */
	size_t last;  /* where the last one begins, with the line break before it; count > 0 */
	size_t end;   /* after its closing bracket */
};

enum { PR_JOURNAL_RUN, PR_JOURNAL_ROLLBACKS, PR_JOURNAL_LISTS };

struct pr_journal_text {
	struct pr_buf buf;
	struct pr_journal_list lists[PR_JOURNAL_LISTS];
};

/* Empty; allocates nothing. */
void pr_journal_text_init(struct pr_journal_text *text);

/* Frees the contents; empty and usable afterwards. */
void pr_journal_text_release(struct pr_journal_text *text);

/* Writes the whole journal. PR_ENOMEM. */
int pr_journal_text_make(struct pr_journal_text *text, const json_t *value, struct pr_err *err);

/*
 * Puts `entry` at `list`[`index`] of what was made last. false, and nothing is changed, where that
 * is neither the last entry of run or rollbacks nor one behind it. A failure shows in text->buf.
 */
bool pr_journal_text_set(
	struct pr_journal_text *text, const json_t *entry, const char *list, size_t index);

#endif
