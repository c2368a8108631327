#include "activity/native_certificate.h"

#include "activity/native_values.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#define VALUE "the value of a TLS tolerance"
#define US_PER_S 1000000

int pr_native_certificate_lasts(
	const json_t *info, const char *duration, int64_t now_us, bool *ret_met, struct pr_err *err)
{
	const char *expiry;
	int64_t expiry_us;
	int64_t seconds;
	int rc = pr_json_need_str(info, "cert.not_valid_after", VALUE, &expiry, err);

	if (rc)
		return rc;
	pr_debug("Cert expires on %s", expiry);
	rc = pr_native_duration(duration, &seconds, err);
	if (!rc)
		rc = pr_native_moment(expiry, "cert.not_valid_after", &expiry_us, err);
	if (!rc)
		*ret_met = seconds < (expiry_us - now_us) / US_PER_S ||
			   (seconds == (expiry_us - now_us) / US_PER_S &&
				   (expiry_us - now_us) % US_PER_S > 0);
	return rc;
}

int pr_native_certificate_has_names(
	const json_t *info, const json_t *names, bool strict, bool *ret_met, struct pr_err *err)
{
	json_t *extensions;
	const json_t *exported;
	int rc = pr_json_need_object(info, "cert.extensions", VALUE, &extensions, err);

	if (rc)
		return rc;
	exported = json_object_get(extensions, "subjectAltName");
	if (!pr_value_truthy(exported) && pr_value_truthy(names)) {
		pr_debug("Certificate exposes no alternative subject names");
		*ret_met = false;
		return 0;
	}
	if (!json_is_array(exported))
		return pr_fail(err, PR_EINVAL, "%s has no list of alternative names", VALUE);
	if (strict)
		*ret_met = pr_value_equal(exported, names);
	else
		*ret_met = pr_native_contains(exported, names);
	return 0;
}

bool pr_native_certificate_names_given(const json_t *names)
{
	const char *first = json_string_value(json_array_get(names, 0));

	if (json_is_array(names))
		return json_array_size(names) != 1 || !first || *first;
	return json_is_string(names) && json_string_length(names) > 0;
}

int pr_native_certificate_has_fingerprint(const json_t *info, const json_t *fingerprint,
	const char *hash, bool *ret_met, struct pr_err *err)
{
	static const char *const hashes[] = {"md5", "sha1", "sha256"};
	json_t *fingerprints;
	int rc;

	if (!hash || pr_text_index(hash, hashes, PR_LEN(hashes)) < 0)
		return pr_fail(err, PR_EINVAL,
			"invalid `hash` value in the `has_fingerprint` tolerance: md5, sha1 or "
			"sha256 is expected");
	rc = pr_json_need_object(info, "cert.fingerprints", VALUE, &fingerprints, err);
	if (!rc)
		*ret_met = pr_value_equal(json_object_get(fingerprints, hash), fingerprint);
	return rc;
}

int pr_native_certificate_is_issued_by(
	const json_t *info, const json_t *issuer, bool *ret_met, struct pr_err *err)
{
	const char *issued_by;
	int rc = pr_json_need_str(info, "cert.issuer", VALUE, &issued_by, err);

	if (!rc)
		*ret_met = pr_text_eq(issued_by, json_string_value(issuer));
	return rc;
}
