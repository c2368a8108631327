#ifndef PR_NET_CERTIFICATE_H
#define PR_NET_CERTIFICATE_H

/*
 * What an X.509 certificate says, as plain values, in the texts that the Python package
 * cryptography gives (docs/protocol.md 6.1).
 */

#include "base/err.h"

#include <jansson.h>
#include <stddef.h>

/*
 * The certificate of `n` bytes of DER as an object: fingerprints (md5, sha1, sha256),
 * extensions.subjectAltName (absent without names), issuer and subject (RFC 4514, the last part
 * first), serial (decimal), version, signature_hash (null where the signature has none of its own),
 * not_valid_before and not_valid_after (UTC, without zone). Caller owns. PR_EPROTO, PR_ENOMEM.
 */
int pr_certificate_describe(
	const unsigned char *der, size_t n, json_t **ret_certificate, struct pr_err *err);

#endif
