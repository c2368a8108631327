#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"
#include "store/database_private.h"
#include "store/store_private.h"

#include <string.h>

#define KEY_VARIABLE "PLAN_DEPLOYER_KEY"
#define FILE_VARIABLE "PLAN_DEPLOYER_KEY_FILE"
#define DIGITS (2 * (size_t)PR_SEAL_KEY_BYTES)

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_key(const char *text, unsigned char key[PR_SEAL_KEY_BYTES])
{
	if (strlen(text) != DIGITS)
		return false;
	for (size_t i = 0; i < PR_SEAL_KEY_BYTES; i++) {
		int high = digit(text[2 * i]);
		int low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* `where` is what the message says the key was read from. */
static int seal_of(
	const char *text, const char *where, struct pr_seal **ret_seal, struct pr_err *err)
{
	unsigned char key[PR_SEAL_KEY_BYTES];
	int rc = pr_redact_add(text, err);

	if (rc)
		return rc;
	if (!parse_key(text, key))
		rc = pr_fail(err, PR_EINVAL, "'%s' does not hold a key of %zu hexadecimal digits",
			where, DIGITS);
	else
		rc = pr_seal_new(key, ret_seal, err);
	explicit_bzero(key, sizeof key);
	return rc;
}

static int make_file(const char *path, struct pr_err *err)
{
	char text[DIGITS + 2];
	int rc = pr_random_hex(text, PR_SEAL_KEY_BYTES, err);

	if (rc)
		return rc;
	memcpy(text + DIGITS, "\n", 2);
	rc = pr_file_replace(path, text, DIGITS + 1, 0600, true, err);
	explicit_bzero(text, sizeof text);
	return rc;
}

static int read_file(const char *path, bool makes, struct pr_seal **ret_seal, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(4096);
	int rc = makes && !pr_file_exists(path) ? make_file(path, err) : 0;

	if (!rc)
		rc = pr_file_read(path, &text, err);
	if (rc)
		return err ? pr_wrap(err, "the key of the database") : rc;
	rc = seal_of(pr_text_trim(text.len ? text.ptr : (char[]){""}), path, ret_seal, err);
	if (text.len)
		explicit_bzero(text.ptr, text.len);
	return rc;
}

/* NULL: none is named. *ret_name is what the caller frees where it had to be made. */
static const char *file_name(const struct pr_store_options *options, char **ret_name)
{
	const char *database = pr_sqlite_path(options->database);
	const char *named = options->key_file ? options->key_file : pr_env_get_set(FILE_VARIABLE);

	if (named || !database)
		return named;
	*ret_name = pr_text_format("%s.key", database);
	return *ret_name;
}

int pr_store_read_key(const struct pr_store_options *options, bool makes, struct pr_seal **ret_seal,
	struct pr_err *err)
{
	PR_AUTO(free) char *made = NULL;
	const char *text = pr_env_get_set(KEY_VARIABLE);
	const char *path;

	if (text)
		return seal_of(text, KEY_VARIABLE, ret_seal, err);
	path = file_name(options, &made);
	if (!path)
		return pr_fail(err, PR_EINVAL,
			"no key to seal secrets with: set " KEY_VARIABLE " (%zu hexadecimal "
			"digits) or " FILE_VARIABLE,
			DIGITS);
	return read_file(path, makes, ret_seal, err);
}
