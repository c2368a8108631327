#include "base/uuid.h"

#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#define HEX_DIGITS 32

/* The value of a hexadecimal digit in lower case, 0 for anything else. */
static char hex_lower(char c)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
		return c;
	return c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : '\0';
}

static const char *skip_prefix(const char *text, const char *prefix)
{
	return pr_text_starts(text, prefix) ? text + strlen(prefix) : text;
}

/* 8-4-4-4-12 */
static void write_groups(const char digits[HEX_DIGITS], char ret_text[PR_UUID_SIZE])
{
	static const size_t groups[] = {8, 4, 4, 4, 12};
	char *to = ret_text;

	for (size_t i = 0; i < PR_LEN(groups); i++) {
		if (i)
			*to++ = '-';
		memcpy(to, digits, groups[i]);
		to += groups[i];
		digits += groups[i];
	}
	*to = '\0';
}

int pr_uuid_parse(const char *text, char ret_canonical[PR_UUID_SIZE], struct pr_err *err)
{
	char digits[HEX_DIGITS];
	size_t n = 0;
	const char *at = text;

	if (!text)
		return pr_fail(err, PR_EINVAL, "no UUID was given");
	at += strspn(at, "{}");
	at = skip_prefix(skip_prefix(at, "urn:"), "uuid:");
	at += strspn(at, "{}");
	for (; n < HEX_DIGITS && *at; at++) {
		if (*at == '-')
			continue;
		digits[n] = hex_lower(*at);
		if (!digits[n])
			break;
		n++;
	}
	at += strspn(at, "-");
	if (n < HEX_DIGITS || at[strspn(at, "{}")])
		return pr_fail(err, PR_EINVAL, "'%s' is not a valid UUID", text ? text : "");
	write_groups(digits, ret_canonical);
	return 0;
}

int pr_random_bytes(void *bytes, size_t n, struct pr_err *err)
{
	unsigned char *at = bytes;

	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return pr_fail_errno(err, errno, "the system gives no randomness");
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

double pr_random_fraction(void)
{
	uint16_t bits = 0;

	(void)pr_random_bytes(&bits, sizeof bits, NULL);
	return (double)bits / UINT16_MAX;
}

int pr_random_hex(char *ret_text, size_t n, struct pr_err *err)
{
	unsigned char bytes[PR_RANDOM_HEX_MAX];
	int rc = n <= sizeof bytes ? pr_random_bytes(bytes, n, err)
				   : pr_fail(err, PR_ELIMIT, "too many random digits");

	if (!rc)
		pr_text_hex(ret_text, bytes, n);
	explicit_bzero(bytes, sizeof bytes);
	return rc;
}

int pr_uuid_random(char ret_text[PR_UUID_SIZE], struct pr_err *err)
{
	unsigned char bytes[HEX_DIGITS / 2];
	char digits[HEX_DIGITS + 1];
	int rc = pr_random_bytes(bytes, sizeof bytes, err);

	if (rc)
		return rc;
	bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0f)); /* version 4 */
	bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f)); /* variant of RFC 9562 */
	pr_text_hex(digits, bytes, sizeof bytes);
	write_groups(digits, ret_text);
	return 0;
}
