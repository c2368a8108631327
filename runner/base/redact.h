#ifndef PR_BASE_REDACT_H
#define PR_BASE_REDACT_H

/*
 * The registry of secrets (docs/design.md, decision 8) and their replacement in every text that
 * leaves the program. One of the three global states of the project, with the log (base/log.h) and
 * the limit of core files (base/spawn.h): it only grows, from the loading of credentials to the end
 * of the process. Values shorter than 6 bytes are not taken.
 */

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* What a secret becomes. */
#define PR_REDACTED "**********"

/*
 * Registers a secret: the value, the same without white space around it, their JSON-, Python-, URL-
 * and base64-escaped forms, and of a value with several lines each line of 16 bytes or more. NULL,
 * short and known values are ignored. From the first one on a crash of the program leaves no core
 * file. PR_ENOMEM.
 */
int pr_redact_add(const char *value, struct pr_err *err);

/* Is told of a value, before anything can have been printed with it. Must not register others. */
typedef void pr_redact_heard_fn(void *arg, const char *value);

/*
 * Has `heard` called (NULL: nothing) for every value that is registered from now on and was not
 * known: for who else has to hide it. There is one listener.
 */
void pr_redact_listen(pr_redact_heard_fn *heard, void *arg);

/* Whether any secret is registered. */
bool pr_redact_active(void);

/* Whether the `n` bytes hold a registered secret. */
bool pr_redact_found(const char *text, size_t n);

/* Adds the `n` bytes to `out` with every secret replaced (longest match first). Status as of
 * pr_buf_add. */
int pr_redact_copy(const char *text, size_t n, struct pr_buf *out);

/* Length of the longest registered form, 0 when there is none: what a stream must hold back. */
size_t pr_redact_longest(void);

/*
 * How many of the first bytes of a stream's unsent `n` bytes can go through pr_redact_copy now: no
 * secret starts there and ends, or may end, beyond. At the end of the stream everything can.
 */
size_t pr_redact_settled(const char *text, size_t n);

/* Forgets all secrets and the listener; for tests and at the end of the process. */
void pr_redact_forget(void);

#endif
