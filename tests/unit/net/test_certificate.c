#include "net/certificate.h"

#include "base/compiler.h"
#include "base/text.h"
#include "codec/json.h"

#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* One attribute of the subject. */
struct attribute {
	const char *name;
	const char *value;
	int n;    /* bytes of the value; 0: up to its NUL */
	int set;  /* 0: a part of its own; -1: in the part of the one before */
	int type; /* 0: text */
};

struct sample {
	X509 *x;
	EVP_PKEY *key;
	unsigned char *der;
	int n;
	json_t *found;
};

static int setup(void **state)
{
	static struct sample sample;

	*state = &sample;
	sample = (struct sample){.x = X509_new(), .key = EVP_EC_gen("P-256")};
	assert_non_null(sample.x);
	assert_non_null(sample.key);
	X509_set_version(sample.x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(sample.x), 4711);
	ASN1_TIME_set_string(X509_getm_notBefore(sample.x), "20200229235958Z");
	ASN1_TIME_set_string(X509_getm_notAfter(sample.x), "20991231000000Z");
	return 0;
}

static int teardown(void **state)
{
	struct sample *sample = *state;

	json_decref(sample->found);
	OPENSSL_free(sample->der);
	EVP_PKEY_free(sample->key);
	X509_free(sample->x);
	return 0;
}

static void describe(struct sample *sample, const EVP_MD *digest)
{
	X509_set_pubkey(sample->x, sample->key);
	assert_true(X509_sign(sample->x, sample->key, digest) > 0);
	sample->n = i2d_X509(sample->x, &sample->der);
	assert_true(sample->n > 0);
	assert_int_equal(
		pr_certificate_describe(sample->der, (size_t)sample->n, &sample->found, NULL), 0);
}

static const char *text_of(const struct sample *sample, const char *name)
{
	const char *text = json_string_value(json_object_get(sample->found, name));

	assert_non_null(text);
	return text;
}

static void its_plain_values_are_texts(void **state)
{
	struct sample *sample = *state;
	json_t *prints;

	describe(sample, EVP_sha384());
	assert_string_equal(text_of(sample, "serial"), "4711");
	assert_string_equal(text_of(sample, "version"), "v3");
	assert_string_equal(text_of(sample, "signature_hash"), "sha384");
	assert_string_equal(text_of(sample, "not_valid_before"), "2020-02-29T23:59:58");
	assert_string_equal(text_of(sample, "not_valid_after"), "2099-12-31T00:00:00");
	assert_string_equal(text_of(sample, "subject"), "");
	assert_int_equal(json_object_size(json_object_get(sample->found, "extensions")), 0);
	prints = json_object_get(sample->found, "fingerprints");
	assert_int_equal(strlen(pr_json_str(prints, "md5")), 32);
	assert_int_equal(strlen(pr_json_str(prints, "sha1")), 40);
	assert_int_equal(strlen(pr_json_str(prints, "sha256")), 64);
}

static void the_fingerprint_is_that_of_the_bytes(void **state)
{
	struct sample *sample = *state;
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned int n = 0;

	describe(sample, EVP_sha256());
	assert_int_equal(
		EVP_Digest(sample->der, (size_t)sample->n, digest, &n, EVP_sha256(), NULL), 1);
	for (size_t i = 0; i < n; i++)
		pr_text_print(hex + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(
		pr_json_str(json_object_get(sample->found, "fingerprints"), "sha256"), hex);
}

static void large_serials_are_decimal(void **state)
{
	struct sample *sample = *state;
	BIGNUM *number = NULL;

	assert_true(BN_dec2bn(&number, "730750818665451459101842416358141509827966271487") > 0);
	assert_non_null(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(sample->x)));
	BN_free(number);
	describe(sample, EVP_sha256());
	assert_string_equal(
		text_of(sample, "serial"), "730750818665451459101842416358141509827966271487");
}

static void some_signatures_have_no_hash_of_their_own(void **state)
{
	struct sample *sample = *state;

	EVP_PKEY_free(sample->key);
	sample->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	describe(sample, NULL);
	assert_true(json_is_null(json_object_get(sample->found, "signature_hash")));
}

static void names_are_written_as_rfc_4514_says(void **state)
{
	static const struct {
		struct attribute attributes[4];
		const char *text;
	} cases[] = {
		{{{"C", "FR"}, {"O", "We"}, {"CN", "a.test"}}, "CN=a.test,O=We,C=FR"},
		{{{"O", "We"}, {"CN", "a"}, {"OU", "b", 0, -1}}, "CN=a+OU=b,O=We"},
		{{{"CN", "a,b+c;d<e>f\"g\\h"}}, "CN=a\\,b\\+c\\;d\\<e\\>f\\\"g\\\\h"},
		{{{"CN", " #a "}}, "CN=\\ #a\\ "},
		{{{"CN", "#a"}}, "CN=\\#a"},
		{{{"CN", "a\0b", 3}}, "CN=a\\00b"},
		{{{"CN", "\xc3\xa9"}}, "CN=\xc3\xa9"},
		{{{"L", "l"}, {"ST", "s"}, {"street", "t"}}, "STREET=t,ST=s,L=l"},
		{{{"DC", "d"}, {"UID", "u"}}, "UID=u,DC=d"},
		{{{"emailAddress", "a@b"}}, "1.2.840.113549.1.9.1=a@b"},
		{{{"x500UniqueIdentifier", "\x01\xff", 2, 0, V_ASN1_BIT_STRING}}, "2.5.4.45=#01ff"},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct sample *sample = *state;
		X509_NAME *name = X509_get_subject_name(sample->x);

		for (const struct attribute *a = cases[i].attributes; a->name; a++)
			assert_int_equal(X509_NAME_add_entry_by_txt(name, a->name,
						 a->type ? a->type : MBSTRING_UTF8,
						 (const unsigned char *)a->value, a->n ? a->n : -1,
						 -1, a->set),
				1);
		describe(sample, EVP_sha256());
		if (strcmp(text_of(sample, "subject"), cases[i].text) != 0)
			fail_msg("row %zu: %s", i, text_of(sample, "subject"));
		teardown(state);
		setup(state);
	}
}

/* The other names of the subject, by the form of openssl.cnf. */
static void add_names(struct sample *sample, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(sample->x, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void other_names_are_texts_by_their_kind(void **state)
{
	static const char *const expected[] = {"a.test", "*.b.test", "a@b.test", "https://c.test/",
		"192.0.2.7", "2001:db8::1", "1.2.3.4", "other name"};
	struct sample *sample = *state;
	const json_t *names;

	add_names(sample, "DNS:a.test,DNS:*.b.test,email:a@b.test,URI:https://c.test/,IP:192.0.2.7,"
			  "IP:2001:db8::1,RID:1.2.3.4,otherName:1.2.3;UTF8:x");
	describe(sample, EVP_sha256());
	names = json_object_get(json_object_get(sample->found, "extensions"), "subjectAltName");
	assert_int_equal(json_array_size(names), PR_LEN(expected));
	for (size_t i = 0; i < PR_LEN(expected); i++)
		assert_string_equal(json_string_value(json_array_get(names, i)), expected[i]);
}

static void what_is_no_certificate_is_refused(void **state)
{
	struct sample *sample = *state;
	unsigned char more[4096] = {0};
	json_t *found = NULL;
	size_t whole;

	describe(sample, EVP_sha256());
	whole = (size_t)sample->n;
	if (whole >= sizeof more)
		whole = sizeof more - 1;
	memcpy(more, sample->der, whole);
	assert_int_equal(pr_certificate_describe(more, whole + 1, &found, NULL), PR_EPROTO);
	for (size_t n = 0; n < whole; n += 7)
		assert_int_equal(pr_certificate_describe(more, n, &found, NULL), PR_EPROTO);
	assert_int_equal(
		pr_certificate_describe((const unsigned char *)"no", 2, &found, NULL), PR_EPROTO);
	assert_null(found);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(its_plain_values_are_texts),
		TEST(the_fingerprint_is_that_of_the_bytes),
		TEST(large_serials_are_decimal),
		TEST(some_signatures_have_no_hash_of_their_own),
		TEST(names_are_written_as_rfc_4514_says),
		TEST(other_names_are_texts_by_their_kind),
		TEST(what_is_no_certificate_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
