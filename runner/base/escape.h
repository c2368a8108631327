#ifndef PR_BASE_ESCAPE_H
#define PR_BASE_ESCAPE_H

/*
 * Small text encodings that the log writes and the registry of secrets looks for. Whole JSON values
 * are written by the codec layer.
 */

#include "base/buf.h"

#include <stdbool.h>

/* Room for one piece of pr_escape_json_next: a surrogate pair. */
#define PR_ESCAPE_PIECE 12

/*
 * Encodes the first character of the `n` (at least 1) bytes as the inside of a JSON string, as
 * Python's json.dumps does: with `ascii` everything beyond ASCII as \uXXXX. Invalid UTF-8 becomes
 * U+FFFD. Returns the bytes read and writes the piece, which is not terminated, and its length.
 */
size_t pr_escape_json_next(
	const char *text, size_t n, bool ascii, char piece[PR_ESCAPE_PIECE], size_t *ret_len);

/* Adds `n` bytes as the inside of a JSON string. Status as of pr_buf_add. */
int pr_escape_json(const char *text, size_t n, bool ascii, struct pr_buf *out);

/* How pr_escape_url writes: the bits may be combined. */
enum pr_escape_url {
	PR_ESCAPE_LOWER = 1, /* %2f, not %2F */
	PR_ESCAPE_SLASH = 2, /* '/' stays, as in a path */
	PR_ESCAPE_PLUS = 4,  /* a space becomes '+', as in a form */
	PR_ESCAPE_URL = 8,   /* a whole address: what has a meaning there stays, codes too */
};

/* Adds `n` bytes with everything but RFC 3986's unreserved characters percent-encoded. */
int pr_escape_url(const char *text, size_t n, unsigned how, struct pr_buf *out);

/* Adds `n` bytes as the inside of a Python literal, as repr() does; with `quote` also "'". */
int pr_escape_python(const char *text, size_t n, bool quote, struct pr_buf *out);

/* Adds the base64 form with padding; with `url` in the alphabet of RFC 4648 section 5. */
int pr_escape_base64(const char *bytes, size_t n, bool url, struct pr_buf *out);

/*
 * Adds the bytes of a base64 text with its padding (RFC 4648 section 4); line ends and spaces are
 * passed over. PR_EINVAL for anything else in it, with nothing or a part added; or the buffer's.
 */
int pr_escape_base64_decode(const char *text, struct pr_buf *out);

#endif
