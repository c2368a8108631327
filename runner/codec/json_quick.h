#ifndef PR_CODEC_JSON_QUICK_H
#define PR_CODEC_JSON_QUICK_H

/* JSON as it mostly is, read several times as fast as jansson reads it; the rest is left to it. */

#include "base/compiler.h"

#include <jansson.h>
#include <stddef.h>

/*
 * The value of `n` bytes, as jansson reads it with JSON_DECODE_ANY and JSON_ALLOW_NUL, for nesting
 * of `depth` levels at most. NULL tells nothing: something is wrong, or rare (a NUL, a surrogate, a
 * number of many digits), or there is no memory. Caller owns.
 */
json_t *pr_json_quick(const char *text, size_t n, size_t depth) PR_MUST_CHECK;

#endif
