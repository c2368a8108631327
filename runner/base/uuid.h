#ifndef PR_BASE_UUID_H
#define PR_BASE_UUID_H

/* UUIDs as texts: read in every form that Python's uuid.UUID takes, written in the canonical one.
 */

#include "base/err.h"

/* 36 characters and the terminating NUL. */
#define PR_UUID_SIZE 37

/*
 * Reads hyphens or none, braces, "urn:uuid:", any case (docs/protocol.md 1.1) and writes the
 * canonical lower-case form. PR_EINVAL.
 */
int pr_uuid_parse(const char *text, char ret_canonical[PR_UUID_SIZE], struct pr_err *err);

/* A random UUID (version 4). PR_EIO when the system has no randomness. */
int pr_uuid_random(char ret_text[PR_UUID_SIZE], struct pr_err *err);

/* Fills `n` bytes with randomness of the system. */
int pr_random_bytes(void *bytes, size_t n, struct pr_err *err);

/* A random number from 0 to 1, to spread what many do at once; 0 without randomness. */
double pr_random_fraction(void);

/* Most bytes that pr_random_hex takes. */
#define PR_RANDOM_HEX_MAX 32

/* Writes `n` random bytes as hexadecimal digits, and a NUL: 2 * n + 1 bytes. */
int pr_random_hex(char *ret_text, size_t n, struct pr_err *err);

#endif
