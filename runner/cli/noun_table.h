#ifndef PR_CLI_NOUN_TABLE_H
#define PR_CLI_NOUN_TABLE_H

/* How objects of the platform are shown: as a table for people, as JSON or YAML, as ids. */

#include "base/buf.h"
#include "cli/noun.h"

/*
 * Adds an object, or the items of a list, in the form that --output names (NULL: table). Values are
 * made safe for a terminal. PR_ENOMEM, PR_ELIMIT.
 */
int pr_noun_show(const struct pr_noun_kind *kind, const char *form, const json_t *answer,
	struct pr_buf *out, struct pr_err *err);

#endif
