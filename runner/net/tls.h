#ifndef PR_NET_TLS_H
#define PR_NET_TLS_H

/*
 * Which certificates are trusted and whether they are looked at (docs/design.md, decision 9).
 */

#include "base/err.h"

#include <stdbool.h>

/*
 * The file with the certificates of the authorities: `given` (of --ca-file) if not NULL, else
 * PLAN_RUNNER_CA_FILE, SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, else the first that
 * exists of the system's paths. NULL: none, every TLS connection will fail with that reason. Caller
 * frees.
 */
char *pr_tls_ca_file(const char *given) PR_MUST_CHECK;

/*
 * Reads a switch as RELIABLY_VERIFY_TLS: 1/true/t/yes/on verify, 0/false/f/no/off do not; NULL or
 * "" verify; anything else verifies and is warned of in the log with the name of the variable.
 */
bool pr_tls_verify(const char *name, const char *value);

#endif
