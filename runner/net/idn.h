#ifndef PR_NET_IDN_H
#define PR_NET_IDN_H

/*
 * Names of hosts with characters beyond ASCII as they stand in the DNS: small letters, and each
 * such label in Punycode (RFC 3492) behind "xn--". Of UTS 46 that is the part that names need as
 * people type them: characters are neither composed nor replaced by others.
 */

#include "base/buf.h"

/*
 * Adds the `n` bytes of a name. PR_EINVAL for what is not UTF-8, and for a label of more characters
 * than the DNS has room for; `out` then has the labels before it.
 */
int pr_idn_add(const char *name, size_t n, struct pr_buf *out);

#endif
