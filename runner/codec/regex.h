#ifndef PR_CODEC_REGEX_H
#define PR_CODEC_REGEX_H

/*
 * Regular expressions of experiments: Python's syntax, by PCRE2 with Unicode classes
 * (docs/engine.md 5.1), with a match limit, so that no pattern can hang a run.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct pr_regex;

/*
 * Compiles `pattern` (`n` bytes). What Python spells otherwise (\Z) is translated, what only PCRE2
 * knows is refused. PR_EINVAL; the message is the reason alone, in Python's words where it has any.
 * Caller frees.
 */
int pr_regex_new(const char *pattern, size_t n, struct pr_regex **ret_regex, struct pr_err *err);

/* NULL is allowed. */
void pr_regex_free(struct pr_regex *regex);

/*
 * re.search over `n` bytes of UTF-8: writes whether it was found. PR_EINVAL when the subject is not
 * UTF-8, PR_ELIMIT when the match limit was hit.
 */
int pr_regex_search(const struct pr_regex *regex, const char *subject, size_t n, bool *ret_found,
	struct pr_err *err);

#endif
