#ifndef PR_CODEC_JSON_PLAIN_H
#define PR_CODEC_JSON_PLAIN_H

/*
 * A quick look at the text of a document that is kept as it is: most are plain, and need not become
 * a tree of values only to be thrown away.
 */

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the text is an object that pr_json_parse takes within the same limits, in ASCII, without
 * \u, with short numbers only and nested 64 deep at most. False says nothing: ask pr_json_parse.
 */
bool pr_json_is_plain_object(const char *text, size_t n, const struct pr_limits *limits);

#endif
