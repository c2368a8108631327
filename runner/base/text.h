#ifndef PR_BASE_TEXT_H
#define PR_BASE_TEXT_H

/*
 * Strict reading of small texts. Parsers take the whole string or nothing: no trailing garbage, no
 * silent overflow. Results are written only on success.
 */

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* strdup that reports: a copy the caller frees, or NULL when memory is out or `text` is NULL. */
char *pr_text_dup(const char *text) PR_MUST_CHECK;

/* A formatted string that the caller frees, or NULL when memory is out. */
char *pr_text_format(const char *fmt, ...) PR_PRINTF(1, 2) PR_MUST_CHECK;

/* Copies as much of `text` as fits, without half a UTF-8 sequence at its end; always terminated. */
void pr_text_copy(char *to, size_t size, const char *text);

/* Writes `n` bytes as lower-case hexadecimal digits, and a NUL: 2 * n + 1 bytes. */
void pr_text_hex(char *to, const void *bytes, size_t n);

/* Formats as much as fits, cut in the same way. */
void pr_text_print(char *to, size_t size, const char *fmt, ...) PR_PRINTF(3, 4);

/* Equal strings; NULL equals only NULL. */
bool pr_text_eq(const char *a, const char *b);

/* Equal without regard to ASCII case; NULL equals only NULL. */
bool pr_text_eq_nocase(const char *a, const char *b);

/* Whether `text` begins with `part`. */
bool pr_text_starts(const char *text, const char *part);

/* Whether `text` ends in `part`. */
bool pr_text_ends(const char *text, const char *part);

/* Index of `text` in a list of `n` names, -1 where it is not there. */
int pr_text_index(const char *text, const char *const *names, size_t n);

/* A decimal integer with optional sign. PR_EINVAL, PR_ELIMIT beyond 64 bits. */
int pr_text_int64(const char *text, int64_t *ret_value, struct pr_err *err);

/*
 * A decimal number as strtod reads it, without hex, inf and nan, in the C locale; one too large for
 * a double is infinite, as in Python. PR_EINVAL.
 */
int pr_text_double(const char *text, double *ret_value, struct pr_err *err);

/*
 * A duration: a number with the unit ms, s, m, h or none (seconds): "1.5", "250ms", "2m". In
 * milliseconds. Negative values, other units: PR_EINVAL; more than 1e15 ms: PR_ELIMIT.
 */
int pr_text_duration_ms(const char *text, int64_t *ret_ms, struct pr_err *err);

/*
 * How users write switches: 1 true t yes on / 0 false f no off, in any case (docs/protocol.md 1.6).
 * PR_EINVAL for anything else.
 */
int pr_text_bool(const char *text, bool *ret_value, struct pr_err *err);

/* Whether the `n` bytes are valid UTF-8 (RFC 3629: no surrogates, nothing above U+10FFFF). */
bool pr_text_is_utf8(const char *text, size_t n);

/*
 * Decodes one UTF-8 sequence at the start of `n` bytes: its length, or 0 where it is not valid or n
 * is 0. Writes the code point.
 */
size_t pr_text_decode(const char *text, size_t n, uint32_t *ret_point);

/* Length of the byte order mark that a UTF-8 text begins with: 3, or 0 without one. */
size_t pr_text_mark_length(const char *text, size_t n);

/* Adds a code point as UTF-8; surrogates become U+FFFD. Status as of pr_buf_add. */
int pr_text_encode(uint32_t point, struct pr_buf *out);

/* Whether Python's str.isprintable holds for the code point (used by repr, docs/engine.md B). */
bool pr_text_is_printable(uint32_t point);

/* Removes white space at both ends in place, as Python's str.strip does for ASCII; returns the
 * start. */
char *pr_text_trim(char *text);

#endif
