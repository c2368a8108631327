#include "actions/command_file.h"

#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORDS_TRIED 4

int pr_actions_random_word(char ret_word[33], struct pr_err *err)
{
	return pr_random_hex(ret_word, 16, err);
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

/* Programs of the experiment know the file as well. */
static bool ends_amid_line(const char *path, off_t size)
{
	PR_AUTO(close) int fd = size > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char last = '\n';

	return fd >= 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

int pr_actions_append(
	const char *variable, const char *path, const struct pr_buf *text, struct pr_err *err)
{
	struct stat before = {0};
	PR_AUTO(close) int fd = -1;

	if (!path) {
		pr_debug("There is no %s: nothing is written there", variable);
		return 0;
	}
	fd = pr_file_open_append(path, 0644, err);
	if (fd < 0 || fstat(fd, &before))
		return pr_wrap(err, "%s", variable);
	if (ends_amid_line(path, before.st_size) && pr_file_write_all(fd, "\n", 1, err))
		return pr_wrap(err, "%s", variable);
	if (pr_file_write_all(fd, pr_buf_str(text), text->len, err) == 0)
		return 0;
	(void)!ftruncate(fd, before.st_size); /* half an output fails the step */
	return pr_wrap(err, "%s", variable);
}
