#include "base/uuid.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

static void write_canonical(const char hex[32], char text[PR_UUID_SIZE])
{
	size_t at = 0;

	for (size_t i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			text[at++] = '-';
		text[at++] = hex[i];
	}
	text[at] = '\0';
}

int pr_uuid_parse(const char *text, char ret_canonical[PR_UUID_SIZE], struct pr_err *err)
{
	const char *p = text;
	char hex[32];
	size_t count = 0;

	if (pr_text_starts(p, "urn:"))
		p += 4;
	if (pr_text_starts(p, "uuid:"))
		p += 5;
	for (; *p; p++) {
		if (strchr("{}-", *p))
			continue;
		if (!isxdigit((unsigned char)*p) || count == sizeof hex)
			return pr_fail(err, PR_EINVAL, "'%s' is not a valid UUID", text);
		hex[count++] = (char)tolower((unsigned char)*p);
	}
	if (count != sizeof hex)
		return pr_fail(err, PR_EINVAL, "'%s' is not a valid UUID", text);
	write_canonical(hex, ret_canonical);
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
			return pr_fail_errno(err, errno, "no random bytes from the system");
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

int pr_uuid_random(char ret_text[PR_UUID_SIZE], struct pr_err *err)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[16];
	char hex[32];

	if (pr_random_bytes(bytes, sizeof bytes, err))
		return PR_EIO;
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof bytes; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 0x0f];
	}
	write_canonical(hex, ret_text);
	return 0;
}
