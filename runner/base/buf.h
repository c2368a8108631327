#ifndef PR_BASE_BUF_H
#define PR_BASE_BUF_H

/*
 * The only growable byte buffer of the project. It is bounded: the limit is given when it is made.
 * It is always NUL-terminated, and may hold NUL bytes. A failure is sticky: after one, additions do
 * nothing and every call returns the first code, so that a chain of additions needs one check at
 * its end.
 */

#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>

struct pr_buf {
	char *ptr;  /* NULL until the first addition; use pr_buf_str to read */
	size_t len; /* bytes in use, without the terminating NUL */
	size_t cap; /* bytes allocated */
	size_t max; /* most bytes it may hold */
	int status; /* 0, PR_ENOMEM or PR_ELIMIT */
};

/* An empty buffer of at most `limit` bytes; allocates nothing. */
#define PR_BUF_INIT(limit) {.ptr = NULL, .len = 0, .cap = 0, .max = (limit), .status = 0}

/* For texts that we compose ourselves, which have no natural limit. */
#define PR_BUF_TEXT_MAX ((size_t)256 << 20)

/* Makes `buf` an empty buffer of at most `max` bytes; allocates nothing. */
void pr_buf_init(struct pr_buf *buf, size_t max);

/*
 * Makes `buf` an empty buffer of at most `size` - 1 bytes in `storage`, which is borrowed: it never
 * allocates, and is neither released nor taken.
 */
void pr_buf_borrow(struct pr_buf *buf, char *storage, size_t size);

/* Frees the contents; the buffer is empty and usable afterwards. NULL is allowed. */
void pr_buf_release(struct pr_buf *buf);

/* Empties the buffer, keeps its memory, clears a failure. */
void pr_buf_clear(struct pr_buf *buf);

/* Each adds to the end and returns 0, PR_ENOMEM or PR_ELIMIT (sticky). `data` may be NULL when n is
 * 0. */
int pr_buf_add(struct pr_buf *buf, const void *data, size_t n);

/* Adds a NUL-terminated string. */
int pr_buf_adds(struct pr_buf *buf, const char *text);

/* Adds one byte. */
int pr_buf_addc(struct pr_buf *buf, char c);

/* Adds formatted text. */
int pr_buf_addf(struct pr_buf *buf, const char *fmt, ...) PR_PRINTF(2, 3);

/* Removes the first `n` bytes (at most all). */
void pr_buf_consume(struct pr_buf *buf, size_t n);

/* Shortens to `len` bytes; longer values change nothing. */
void pr_buf_truncate(struct pr_buf *buf, size_t len);

/* The contents as a string, "" when empty. Borrowed until the next change. */
const char *pr_buf_str(const struct pr_buf *buf);

/*
 * Gives the contents away: a malloc'ed, NUL-terminated string that the caller frees, or NULL when
 * the buffer had failed or memory is out. The buffer is empty afterwards.
 */
char *pr_buf_take(struct pr_buf *buf) PR_MUST_CHECK;

/* Turns the status into an error: 0, or pr_fail with a text that names `what`. */
int pr_buf_check(const struct pr_buf *buf, const char *what, struct pr_err *err);

/* PR_AUTO(buf) */
static inline void pr_auto_buf(struct pr_buf *buf)
{
	pr_buf_release(buf);
}

#endif
