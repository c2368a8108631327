#include "crypto/digest.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

/* `size` is what the text has room for: the digest of another length is never written. */
static int digest_hex(const EVP_MD *kind, const void *bytes, size_t n, char *text, size_t size)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int length = 0;

	if (!EVP_Digest(n ? bytes : "", n, digest, &length, kind, NULL) || 2 * length + 1 != size)
		return PR_EIO;
	pr_text_hex(text, digest, length);
	return 0;
}

int pr_sha256_hex(const void *bytes, size_t n, char ret_text[PR_SHA256_SIZE], struct pr_err *err)
{
	if (digest_hex(EVP_sha256(), bytes, n, ret_text, PR_SHA256_SIZE))
		return pr_fail(err, PR_EIO, "OpenSSL cannot make a SHA-256 digest");
	return 0;
}

int pr_md5_hex(const void *bytes, size_t n, char ret_text[PR_MD5_SIZE], struct pr_err *err)
{
	if (digest_hex(EVP_md5(), bytes, n, ret_text, PR_MD5_SIZE))
		return pr_fail(err, PR_EIO, "OpenSSL cannot make an MD5 digest");
	return 0;
}

bool pr_same_bytes(const void *a, const void *b, size_t n)
{
	return !n || CRYPTO_memcmp(a, b, n) == 0;
}
