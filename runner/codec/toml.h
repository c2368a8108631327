#ifndef PR_CODEC_TOML_H
#define PR_CODEC_TOML_H

/*
 * The part of TOML that configuration files of the command line use (docs/protocol.md 1.5): tables,
 * bare and quoted keys, dotted keys, basic and literal strings, integers, floats, booleans, arrays
 * of these, comments.
 */

#include "base/err.h"

#include <jansson.h>

/*
 * Parses `n` bytes into an object. `name` begins the message, which has the line: PR_EINVAL for
 * syntax, duplicate keys and what is not supported. Caller owns.
 */
int pr_toml_parse(
	const char *text, size_t n, const char *name, json_t **ret_table, struct pr_err *err);

#endif
