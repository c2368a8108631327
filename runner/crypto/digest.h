#ifndef PR_CRYPTO_DIGEST_H
#define PR_CRYPTO_DIGEST_H

/* Digests as lower-case hexadecimal text, and comparison that tells nothing by its time. */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define PR_SHA256_SIZE 65
#define PR_MD5_SIZE 33

/* SHA-256 (FIPS 180-4) of `n` bytes. PR_EIO when the library cannot. */
int pr_sha256_hex(const void *bytes, size_t n, char ret_text[PR_SHA256_SIZE], struct pr_err *err);

/* MD5, for names that the platform makes with it (docs/protocol.md 4.3), never for security. */
int pr_md5_hex(const void *bytes, size_t n, char ret_text[PR_MD5_SIZE], struct pr_err *err);

/* Whether `n` bytes are equal, in constant time. */
bool pr_same_bytes(const void *a, const void *b, size_t n);

#endif
