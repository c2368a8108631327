#ifndef PR_CODEC_DOTENV_H
#define PR_CODEC_DOTENV_H

/*
 * Variable files as the engine reads them (docs/engine.md 3.5): a line is k=v, split at the first
 * '=', trimmed, no quotes removed, no `export`; blank lines and lines that begin with # are
 * skipped.
 */

#include "base/err.h"

#include <jansson.h>

/*
 * Parses `n` bytes into an object of strings in file order, later lines winning. A line without
 * '=': PR_EINVAL with `name` and the line number. Caller owns.
 */
int pr_dotenv_parse(
	const char *text, size_t n, const char *name, json_t **ret_variables, struct pr_err *err);

#endif
