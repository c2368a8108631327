#ifndef PR_CRYPTO_SEAL_H
#define PR_CRYPTO_SEAL_H

/*
 * Secrets at rest: AES-256-GCM with a random nonce, bound to the place where they are kept, so that
 * a value moved to another row does not open. A sealed value is a version byte, four bytes that
 * tell the key, twelve of nonce, the ciphertext, and sixteen of tag.
 */

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

#define PR_SEAL_KEY_BYTES 32
#define PR_SEAL_MARK_BYTES 4

struct pr_seal;

/* Takes a key of PR_SEAL_KEY_BYTES, which is copied, and wiped when it is freed. Caller frees. */
int pr_seal_new(const unsigned char *key, struct pr_seal **ret_seal, struct pr_err *err);

/* NULL is allowed. */
void pr_seal_free(struct pr_seal *seal);

/* Adds the sealed form of `n` bytes to `out`. `place` ("environments/<id>") is not secret. */
int pr_seal_close(const struct pr_seal *seal, const char *place, const void *bytes, size_t n,
	struct pr_buf *out, struct pr_err *err);

/*
 * The PR_SEAL_MARK_BYTES that tell the key, the same for the same key, from which nothing of it can
 * be learnt. Borrowed.
 */
const unsigned char *pr_seal_mark(const struct pr_seal *seal);

/*
 * Adds what was sealed to `out`. PR_EAUTH: sealed with another key, which the message says, moved
 * from another place, or changed.
 */
int pr_seal_open(const struct pr_seal *seal, const char *place, const void *sealed, size_t n,
	struct pr_buf *out, struct pr_err *err);

#endif
