#include "control/credential.h"

#include "base/err.h"
#include "base/redact.h"
#include "base/text.h"

#include <string.h>

static bool is_credential(const char *header)
{
	static const char *const parts[] = {
		"auth", "cookie", "token", "secret", "password", "key", "signature", "team", "dsn"};

	for (size_t i = 0; i < PR_LEN(parts); i++)
		if (strcasestr(header, parts[i]))
			return true;
	return false;
}

int pr_credential_hide(const char *header, const char *value)
{
	const char *space = strrchr(value, ' ');

	if (!is_credential(header))
		return 0;
	if (pr_redact_add(value, NULL))
		return PR_ENOMEM;
	return space ? pr_redact_add(space + 1, NULL) : 0;
}
