#include "crypto/seal.h"

#include "base/uuid.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define VERSION 1
#define MARK_BYTES PR_SEAL_MARK_BYTES
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define HEAD_BYTES (1 + MARK_BYTES + NONCE_BYTES)

/* EVP counts in int; far above what a database takes. */
#define TEXT_MAX ((size_t)INT_MAX - HEAD_BYTES - TAG_BYTES)

struct pr_seal {
	unsigned char key[PR_SEAL_KEY_BYTES];
	unsigned char mark[MARK_BYTES];
};

static void pr_auto_cipher(EVP_CIPHER_CTX **context)
{
	EVP_CIPHER_CTX_free(*context);
}

/* The key is told by a digest of it under a name of this use, which gives nothing of it away. */
static int make_mark(struct pr_seal *seal)
{
	static const char purpose[] = "plan-runner seal";
	unsigned char text[sizeof purpose + PR_SEAL_KEY_BYTES];
	unsigned char digest[EVP_MAX_MD_SIZE];
	int made;

	memcpy(text, purpose, sizeof purpose);
	memcpy(text + sizeof purpose, seal->key, PR_SEAL_KEY_BYTES);
	made = EVP_Digest(text, sizeof text, digest, NULL, EVP_sha256(), NULL);
	OPENSSL_cleanse(text, sizeof text);
	if (made)
		memcpy(seal->mark, digest, MARK_BYTES);
	return made ? 0 : PR_EIO;
}

int pr_seal_new(const unsigned char *key, struct pr_seal **ret_seal, struct pr_err *err)
{
	struct pr_seal *seal = calloc(1, sizeof(*seal));

	if (!seal)
		return pr_fail_nomem(err);
	memcpy(seal->key, key, PR_SEAL_KEY_BYTES);
	if (make_mark(seal)) {
		pr_seal_free(seal);
		return pr_fail(err, PR_EIO, "OpenSSL cannot make a SHA-256 digest");
	}
	*ret_seal = seal;
	return 0;
}

void pr_seal_free(struct pr_seal *seal)
{
	if (!seal)
		return;
	OPENSSL_cleanse(seal, sizeof(*seal));
	free(seal);
}

const unsigned char *pr_seal_mark(const struct pr_seal *seal)
{
	return seal->mark;
}

/*
 * A cipher in use (encrypting or not) that has the place and the head as what it vouches for. NULL:
 * OpenSSL cannot, or memory is out.
 */
static EVP_CIPHER_CTX *start(
	const struct pr_seal *seal, const char *place, const unsigned char *head, int encrypts)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t length = strlen(place);
	int done = 0;

	if (context && length < INT_MAX &&
		EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, seal->key,
			head + 1 + MARK_BYTES, encrypts) &&
		EVP_CipherUpdate(context, NULL, &done, head, 1 + MARK_BYTES) &&
		EVP_CipherUpdate(context, NULL, &done, (const unsigned char *)place, (int)length))
		return context;
	EVP_CIPHER_CTX_free(context);
	return NULL;
}

static int encrypt(EVP_CIPHER_CTX *context, const void *bytes, size_t n, unsigned char *to)
{
	int done = 0;

	if (n && !EVP_EncryptUpdate(context, to, &done, bytes, (int)n))
		return PR_EIO;
	if (!EVP_EncryptFinal_ex(context, to + n, &done))
		return PR_EIO;
	return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, to + n) ? 0 : PR_EIO;
}

int pr_seal_close(const struct pr_seal *seal, const char *place, const void *bytes, size_t n,
	struct pr_buf *out, struct pr_err *err)
{
	PR_AUTO(cipher) EVP_CIPHER_CTX *context = NULL;
	PR_AUTO(free) unsigned char *sealed = NULL;
	int rc;

	if (n > TEXT_MAX)
		return pr_fail(
			err, PR_ELIMIT, "a secret of %zu bytes is too large to be sealed", n);
	sealed = malloc(HEAD_BYTES + n + TAG_BYTES);
	if (!sealed)
		return pr_fail_nomem(err);
	sealed[0] = VERSION;
	memcpy(sealed + 1, seal->mark, MARK_BYTES);
	rc = pr_random_bytes(sealed + 1 + MARK_BYTES, NONCE_BYTES, err);
	if (rc)
		return rc;
	context = start(seal, place, sealed, 1);
	if (!context || encrypt(context, bytes, n, sealed + HEAD_BYTES))
		return pr_fail(err, PR_EIO, "OpenSSL cannot seal a secret");
	pr_buf_add(out, sealed, HEAD_BYTES + n + TAG_BYTES);
	return pr_buf_check(out, "a sealed secret", err);
}

static int decrypt(EVP_CIPHER_CTX *context, const unsigned char *from, size_t n, unsigned char *to)
{
	unsigned char tag[TAG_BYTES];
	int done = 0;

	memcpy(tag, from + n, TAG_BYTES);
	if (n && !EVP_DecryptUpdate(context, to, &done, from, (int)n))
		return PR_EAUTH;
	if (!EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag))
		return PR_EAUTH;
	return EVP_DecryptFinal_ex(context, to + n, &done) ? 0 : PR_EAUTH;
}

static int check_head(const struct pr_seal *seal, const char *place, const unsigned char *sealed,
	size_t n, struct pr_err *err)
{
	if (n < HEAD_BYTES + TAG_BYTES || n - HEAD_BYTES - TAG_BYTES > TEXT_MAX ||
		sealed[0] != VERSION)
		return pr_fail(err, PR_EAUTH, "the secret of '%s' is damaged", place);
	if (memcmp(sealed + 1, seal->mark, MARK_BYTES) != 0)
		return pr_fail(err, PR_EAUTH,
			"the secret of '%s' was sealed with another key than the one in use",
			place);
	return 0;
}

int pr_seal_open(const struct pr_seal *seal, const char *place, const void *sealed, size_t n,
	struct pr_buf *out, struct pr_err *err)
{
	PR_AUTO(cipher) EVP_CIPHER_CTX *context = NULL;
	unsigned char *text;
	size_t length;
	int rc = check_head(seal, place, sealed, n, err);

	if (rc)
		return rc;
	length = n - HEAD_BYTES - TAG_BYTES;
	context = start(seal, place, sealed, 0);
	text = malloc(length + 1);
	if (!context || !text) {
		free(text);
		return pr_fail_nomem(err);
	}
	/* Nothing of the text is given out before the tag has proved all of it. */
	rc = decrypt(context, (const unsigned char *)sealed + HEAD_BYTES, length, text);
	if (rc)
		rc = pr_fail(err, rc, "the secret of '%s' was changed, or moved from another place",
			place);
	else if (pr_buf_add(out, text, length))
		rc = pr_buf_check(out, "a secret", err);
	OPENSSL_cleanse(text, length + 1);
	free(text);
	return rc;
}
