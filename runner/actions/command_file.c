#include "actions/command_file.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"

#include <string.h>

#define WORDS_TRIED 4

int pr_actions_random_word(char ret_word[33], struct pr_err *err)
{
	unsigned char bytes[16];

	if (pr_random_bytes(bytes, sizeof(bytes), err))
		return PR_EIO;
	for (size_t i = 0; i < sizeof(bytes); i++)
		pr_text_print(ret_word + 2 * i, 3, "%02x", (unsigned)bytes[i]);
	return 0;
}

int pr_actions_heredoc(const char *name, const char *value, const char *word, struct pr_buf *out)
{
	if (!*name || strpbrk(name, "<\r\n") || strstr(name, word) || strstr(value, word))
		return PR_EINVAL;
	return pr_buf_addf(out, "%s<<%s\n%s\n%s\n", name, word, value, word);
}

int pr_actions_output(const char *name, const char *value, struct pr_buf *out, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	char digits[33];
	char word[64];
	int rc = PR_EINVAL;

	if (pr_redact_copy(value, strlen(value), &shown))
		return pr_fail_nomem(err);
	for (int i = 0; rc == PR_EINVAL && i < WORDS_TRIED; i++) {
		if (pr_actions_random_word(digits, err))
			return PR_EIO;
		pr_text_print(word, sizeof(word), "ghadelimiter_%s", digits);
		rc = pr_actions_heredoc(name, pr_buf_str(&shown), word, out);
	}
	return rc ? pr_fail(err, (enum pr_code)rc, "the output '%s' cannot be written", name) : 0;
}

int pr_actions_append(const char *variable, const struct pr_buf *text, struct pr_err *err)
{
	const char *path = pr_env_get_set(variable);
	PR_AUTO(close) int fd = -1;

	if (!path) {
		pr_debug("There is no %s: nothing is written there", variable);
		return 0;
	}
	fd = pr_file_open_append(path, 0644, err);
	if (fd < 0 || pr_file_write_all(fd, pr_buf_str(text), text->len, err))
		return pr_wrap(err, "%s", variable);
	return 0;
}
