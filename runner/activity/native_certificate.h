#ifndef PR_ACTIVITY_NATIVE_CERTIFICATE_H
#define PR_ACTIVITY_NATIVE_CERTIFICATE_H

/*
 * What the tolerances of TLS say of the output of get_certificate_info (docs/protocol.md 6.1). Each
 * writes its answer; PR_EINVAL or PR_EPROTO where Python would raise, an output that lacks what is
 * asked for among it.
 */

#include "base/clock.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

/* Whether the certificate is valid for longer than `duration` ("7d") from `now_us` on. */
int pr_native_certificate_lasts(const json_t *info, const char *duration, int64_t now_us,
	bool *ret_met, struct pr_err *err);

/* Whether it has these names: exactly them in their order where `strict`, else at least them. */
int pr_native_certificate_has_names(
	const json_t *info, const json_t *names, bool strict, bool *ret_met, struct pr_err *err);

/* Whether `names` asks for a look at them at all: null, "" and [""] do not. */
bool pr_native_certificate_names_given(const json_t *names);

/* Whether its fingerprint by `hash` is this one. */
int pr_native_certificate_has_fingerprint(const json_t *info, const json_t *fingerprint,
	const char *hash, bool *ret_met, struct pr_err *err);

/* Whether that is its issuer. */
int pr_native_certificate_is_issued_by(
	const json_t *info, const json_t *issuer, bool *ret_met, struct pr_err *err);

#endif
