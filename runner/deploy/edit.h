#ifndef PR_DEPLOY_EDIT_H
#define PR_DEPLOY_EDIT_H

/* Changes of a text, collected first and applied at once, so that places stay what they were. */

#include "base/buf.h"
#include "base/err.h"

struct pr_edit {
	size_t at;
	size_t removed;
	char *text; /* owned */
};

struct pr_edits {
	struct pr_edit *list;
	size_t count;
};

/* Frees the contents. */
void pr_edits_release(struct pr_edits *edits);

/*
 * Notes that at byte `at`, `removed` bytes give way to `text`, which is copied. Changes must not
 * overlap; those at one place are applied in the order in which they came.
 */
int pr_edits_add(
	struct pr_edits *edits, size_t at, size_t removed, const char *text, struct pr_err *err);

/* Adds the changed text to `out`. Status as of pr_buf_add. */
int pr_edits_apply(struct pr_edits *edits, const char *text, size_t n, struct pr_buf *out);

#endif
