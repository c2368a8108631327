#include "cli/prompt.h"

#include "base/loop.h"
#include "cli/console.h"
#include "cli/execution.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

static void stop(void *arg, int fd, unsigned events)
{
	(void)fd, (void)events;
	pr_loop_stop(arg);
}

/* Until the terminal has a line, or a signal ends it all. */
static int wait_for_line(struct pr_err *err)
{
	struct pr_signals signals = {.received = 0};
	struct pr_watch watch = {.fd = STDIN_FILENO};
	struct pr_loop *loop = NULL;
	int rc = pr_loop_new(NULL, &loop, err);

	if (!rc)
		rc = pr_signals_watch(&signals, loop, err);
	if (!rc)
		rc = pr_watch_start(loop, &watch, STDIN_FILENO, PR_IO_READ, stop, loop, err);
	if (!rc)
		rc = pr_loop_run(loop, err);
	pr_watch_stop(&watch);
	pr_loop_free(loop);
	return !rc && signals.received ? pr_fail(err, PR_ECANCELED, "interrupted") : rc;
}

/* Byte by byte: what follows the line is for the next question. */
static int read_line(struct pr_buf *answer, struct pr_err *err)
{
	char c = '\0';
	ssize_t n;

	while ((n = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
		pr_buf_addc(answer, c);
	if (n < 0)
		return pr_fail_errno(err, errno, "standard input cannot be read");
	if (n == 0 && !answer->len)
		return pr_fail(err, PR_ENOTFOUND, "standard input has ended");
	if (answer->len && pr_buf_str(answer)[answer->len - 1] == '\r')
		pr_buf_truncate(answer, answer->len - 1);
	return pr_buf_check(answer, "the answer", err);
}

static int read_hidden(struct pr_buf *answer, struct pr_err *err)
{
	struct termios before;
	struct termios silent;
	int rc;

	if (tcgetattr(STDIN_FILENO, &before))
		return read_line(answer, err);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ECHONL;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	rc = wait_for_line(err);
	if (!rc)
		rc = read_line(answer, err);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return rc;
}

int pr_prompt(const char *question, bool hidden, struct pr_buf *answer, struct pr_err *err)
{
	pr_print("%s", question);
	return hidden ? read_hidden(answer, err) : read_line(answer, err);
}
