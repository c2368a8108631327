#include "net/certificate.h"

#include "base/buf.h"
#include "base/text.h"
#include "codec/json.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES ((size_t)64 << 10)
#define NAMES_MAX 1000

/* PR_AUTO(x509) */
static inline void pr_auto_x509(X509 **certificate)
{
	X509_free(*certificate);
}

/* PR_AUTO(general_names) */
static inline void pr_auto_general_names(GENERAL_NAMES **names)
{
	GENERAL_NAMES_free(*names);
}

/* PR_AUTO(bignum) */
static inline void pr_auto_bignum(BIGNUM **number)
{
	BN_free(*number);
}

/* PR_AUTO(openssl): memory from OpenSSL. */
static inline void pr_auto_openssl(void *p)
{
	OPENSSL_free(*(void **)p);
}

static void add_hex(const unsigned char *bytes, size_t n, struct pr_buf *out)
{
	for (size_t i = 0; i < n; i++)
		pr_buf_addf(out, "%02x", bytes[i]);
}

static json_t *buf_json(const struct pr_buf *text)
{
	return text->status ? NULL : pr_json_text(pr_buf_str(text), text->len);
}

static json_t *fingerprints(const unsigned char *der, size_t n)
{
	const struct {
		const char *name;
		const EVP_MD *digest;
	} digests[] = {{"md5", EVP_md5()}, {"sha1", EVP_sha1()}, {"sha256", EVP_sha256()}};
	json_auto_t *found = json_object();

	for (size_t i = 0; i < PR_LEN(digests); i++) {
		PR_AUTO(buf) struct pr_buf hex = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		unsigned char bytes[EVP_MAX_MD_SIZE];
		unsigned int len = 0;

		if (!EVP_Digest(der, n, bytes, &len, digests[i].digest, NULL))
			return NULL;
		add_hex(bytes, len, &hex);
		if (pr_json_set(found, digests[i].name, buf_json(&hex), NULL))
			return NULL;
	}
	return pr_steal(found);
}

/* The attributes that have a short name there; any other is its number. */
static const struct {
	int nid;
	const char *name;
} attributes[] = {
	{NID_commonName, "CN"},
	{NID_localityName, "L"},
	{NID_stateOrProvinceName, "ST"},
	{NID_organizationName, "O"},
	{NID_organizationalUnitName, "OU"},
	{NID_countryName, "C"},
	{NID_streetAddress, "STREET"},
	{NID_domainComponent, "DC"},
	{NID_userId, "UID"},
};

static void add_attribute_name(const ASN1_OBJECT *object, struct pr_buf *out)
{
	char number[128];
	int nid = OBJ_obj2nid(object);

	for (size_t i = 0; i < PR_LEN(attributes); i++) {
		if (attributes[i].nid == nid) {
			pr_buf_adds(out, attributes[i].name);
			return;
		}
	}
	OBJ_obj2txt(number, sizeof number, object, 1);
	pr_buf_adds(out, number);
}

/* RFC 4514, 2.4. */
static void add_escaped(const unsigned char *text, size_t n, struct pr_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		bool first = i == 0 && (text[i] == '#' || text[i] == ' ');
		bool last = i == n - 1 && text[i] == ' ';

		if (!text[i]) {
			pr_buf_adds(out, "\\00");
			continue;
		}
		if (first || last || strchr("\\\"+,;<>", text[i]))
			pr_buf_addc(out, '\\');
		pr_buf_addc(out, (char)text[i]);
	}
}

static void add_attribute(const X509_NAME_ENTRY *entry, struct pr_buf *out)
{
	const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
	PR_AUTO(openssl) unsigned char *text = NULL;
	int n;

	add_attribute_name(X509_NAME_ENTRY_get_object(entry), out);
	pr_buf_addc(out, '=');
	n = ASN1_STRING_type(value) == V_ASN1_BIT_STRING ? -1 : ASN1_STRING_to_UTF8(&text, value);
	if (n >= 0) {
		add_escaped(text, (size_t)n, out);
		return;
	}
	pr_buf_addc(out, '#');
	add_hex(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value), out);
}

/* The parts from the last to the first, the attributes of one part in their order. */
static json_t *name_json(const X509_NAME *name)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(NAME_MAX_BYTES);
	int end = X509_NAME_entry_count(name);

	while (end > 0) {
		int set = X509_NAME_ENTRY_set(X509_NAME_get_entry(name, end - 1));
		int begin = end - 1;

		while (begin > 0 &&
			X509_NAME_ENTRY_set(X509_NAME_get_entry(name, begin - 1)) == set)
			begin--;
		if (text.len)
			pr_buf_addc(&text, ',');
		for (int i = begin; i < end; i++) {
			if (i > begin)
				pr_buf_addc(&text, '+');
			add_attribute(X509_NAME_get_entry(name, i), &text);
		}
		end = begin;
	}
	return buf_json(&text);
}

static json_t *string_json(const ASN1_STRING *value)
{
	return pr_json_text(
		(const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

static json_t *address_json(const ASN1_OCTET_STRING *value)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(value);

	if ((n != 4 && n != 16) || !inet_ntop(n == 4 ? AF_INET : AF_INET6,
					   ASN1_STRING_get0_data(value), text, sizeof text))
		return json_string("");
	return json_string(text);
}

/* A name of a kind that Python has no text for is its kind. */
static json_t *general_name_json(const GENERAL_NAME *name)
{
	char number[128];

	switch (name->type) {
	case GEN_DNS:
	case GEN_EMAIL:
	case GEN_URI:
		return string_json(name->d.ia5);
	case GEN_IPADD:
		return address_json(name->d.iPAddress);
	case GEN_DIRNAME:
		return name_json(name->d.directoryName);
	case GEN_RID:
		OBJ_obj2txt(number, sizeof number, name->d.registeredID, 1);
		return json_string(number);
	default:
		return json_string("other name");
	}
}

static json_t *extensions(const X509 *certificate)
{
	json_auto_t *found = json_object();
	json_auto_t *list = json_array();
	PR_AUTO(general_names) GENERAL_NAMES *names =
		X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && i < NAMES_MAX; i++)
		if (pr_json_append(list, general_name_json(sk_GENERAL_NAME_value(names, i)), NULL))
			return NULL;
	if (names && pr_json_set(found, "subjectAltName", pr_steal(list), NULL))
		return NULL;
	return pr_steal(found);
}

static json_t *serial(const X509 *certificate)
{
	PR_AUTO(bignum) BIGNUM *number =
		ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
	PR_AUTO(openssl) char *text = number ? BN_bn2dec(number) : NULL;

	return text ? json_string(text) : NULL;
}

static json_t *signature_hash(X509 *certificate)
{
	char text[32];
	int nid = NID_undef;

	if (!X509_get_signature_info(certificate, &nid, NULL, NULL, NULL) || nid == NID_undef)
		return json_null();
	pr_text_copy(text, sizeof text, OBJ_nid2sn(nid));
	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return json_string(text);
}

static json_t *moment(const ASN1_TIME *time)
{
	struct tm tm = {0};
	char text[64];

	if (!ASN1_TIME_to_tm(time, &tm))
		return NULL;
	pr_text_print(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return json_string(text);
}

static json_t *version(const X509 *certificate)
{
	char text[32];

	pr_text_print(text, sizeof text, "v%ld", X509_get_version(certificate) + 1);
	return json_string(text);
}

int pr_certificate_describe(
	const unsigned char *der, size_t n, json_t **ret_certificate, struct pr_err *err)
{
	const unsigned char *end = der;
	PR_AUTO(x509) X509 *certificate = d2i_X509(NULL, &end, (long)n);
	json_auto_t *found = json_object();
	int rc;

	if (!certificate || end != der + n)
		return pr_fail(err, PR_EPROTO, "what the peer showed is no X.509 certificate");
	rc = pr_json_set(found, "fingerprints", fingerprints(der, n), err);
	rc = rc ? rc : pr_json_set(found, "extensions", extensions(certificate), err);
	rc = rc ? rc
		: pr_json_set(found, "issuer", name_json(X509_get_issuer_name(certificate)), err);
	rc = rc ? rc
		: pr_json_set(found, "subject", name_json(X509_get_subject_name(certificate)), err);
	rc = rc ? rc : pr_json_set(found, "serial", serial(certificate), err);
	rc = rc ? rc : pr_json_set(found, "version", version(certificate), err);
	rc = rc ? rc : pr_json_set(found, "signature_hash", signature_hash(certificate), err);
	rc = rc ? rc
		: pr_json_set(
			  found, "not_valid_before", moment(X509_get0_notBefore(certificate)), err);
	rc = rc ? rc
		: pr_json_set(
			  found, "not_valid_after", moment(X509_get0_notAfter(certificate)), err);
	if (!rc)
		*ret_certificate = pr_steal(found);
	return rc;
}
