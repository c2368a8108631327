#ifndef PR_BASE_ERR_H
#define PR_BASE_ERR_H

/*
 * The error of every fallible function: a value on the caller's stack, handed down as the last
 * parameter, which may be NULL. Functions return 0 or a negative enum pr_code. The first error
 * wins: a filled error is not overwritten, only prefixed. Nothing is written on success. Making an
 * error cannot fail: the text is a fixed array and ends in an ellipsis where it was cut.
 *
 * A message is one line for a human: what failed, with the object in single quotes, and what to do.
 * It never holds a secret (what is printed is redacted again at the sink).
 */

#include "base/compiler.h"

/* A code exists where some caller decides by it. */
enum pr_code {
	PR_OK = 0,
	PR_ENOMEM = -1,     /* out of memory */
	PR_EINVAL = -2,     /* malformed input: a document, a number, a name */
	PR_ENOTFOUND = -3,  /* no such file, plan, key */
	PR_EAUTH = -4,      /* refused credentials (401, 403) */
	PR_ENET = -5,       /* no connection, TLS failure, name not resolved */
	PR_ETIMEOUT = -6,   /* the time allowed is over */
	PR_EPROTO = -7,     /* the other side answered what it must not */
	PR_EIO = -8,        /* a file or pipe could not be read or written */
	PR_EUSAGE = -9,     /* the command line is wrong */
	PR_ECANCELED = -10, /* ended by a signal or by order */
	PR_ELIMIT = -11,    /* larger or deeper than allowed */
	PR_EEXIST = -12,    /* a name that must be one of its kind is taken */
};

struct pr_err {
	enum pr_code code; /* PR_OK when nothing failed yet */
	int sys;           /* errno, HTTP status or library code where there is one, else 0 */
	char msg[480];     /* one line, no newline, always terminated */
};

#define PR_ERR_INIT {.code = PR_OK, .sys = 0, .msg = ""}

/*
 * Fills `err` (NULL: nothing is stored) unless it holds an error already, and returns `code`, so
 * that `return pr_fail(err, PR_EINVAL, "…")` is one expression. Line ends become spaces.
 */
int pr_fail(struct pr_err *err, enum pr_code code, const char *fmt, ...) PR_PRINTF(3, 4);

/*
 * As pr_fail, with ": <text of errnum>" added to the message and `sys` set. The code is derived:
 * ENOMEM -> PR_ENOMEM, ENOENT -> PR_ENOTFOUND, anything else -> PR_EIO.
 */
int pr_fail_errno(struct pr_err *err, int errnum, const char *fmt, ...) PR_PRINTF(3, 4);

/* As pr_fail with PR_ENOMEM and a fixed text; formats nothing. */
int pr_fail_nomem(struct pr_err *err);

/*
 * Puts "<context>: " before the message of a filled `err` and returns its code. With NULL or an
 * empty error it returns PR_EIO, so that a failure is never turned into success.
 */
int pr_wrap(struct pr_err *err, const char *fmt, ...) PR_PRINTF(2, 3);

/* Empties `err` for a second attempt. NULL is allowed. */
void pr_err_clear(struct pr_err *err);

/* Name of a code ("not found"), for logs and JSON output. Never NULL, static. */
const char *pr_code_name(enum pr_code code);

#endif
