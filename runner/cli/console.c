#include "cli/console.h"

#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "cli/help.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void pr_console_open_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= STDIN_FILENO && fd <= STDERR_FILENO && fcntl(fd, F_SETFD, 0) == 0);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* What is written where memory lacks for more. */
static const char no_memory[] = "error: out of memory\n";

static void write_redacted(int fd, const char *text)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t n = strlen(text);

	if (!pr_redact_found(text, n))
		(void)pr_file_write_all(fd, text, n, NULL);
	else if (pr_redact_copy(text, n, &out) == 0)
		(void)pr_file_write_all(fd, pr_buf_str(&out), out.len, NULL);
	else
		(void)pr_file_write_all(fd, no_memory, sizeof no_memory - 1, NULL);
}

void pr_print_bytes(const char *bytes, size_t n)
{
	(void)pr_file_write_all(STDOUT_FILENO, bytes, n, NULL);
}

int pr_print_document(const char *bytes, size_t n, struct pr_err *err)
{
	int rc = pr_file_write_all(STDOUT_FILENO, bytes, n, err);

	return rc ? pr_wrap(err, "standard output") : 0;
}

PR_PRINTF(2, 0) static void print_to(int fd, const char *fmt, va_list args)
{
	PR_AUTO(free) char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	if (text || fd == STDERR_FILENO)
		write_redacted(fd, text ? text : no_memory);
}

void pr_print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_to(STDOUT_FILENO, fmt, args);
	va_end(args);
}

void pr_print_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_to(STDERR_FILENO, fmt, args);
	va_end(args);
}

/* What is quoted from others moves no cursor, and stays on the line. */
static void flatten(char *text)
{
	for (; text && *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = ' ';
}

void pr_complain(const struct pr_context *context, const char *fmt, ...)
{
	PR_AUTO(free) char *text = NULL;
	PR_AUTO(free) char *line = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	flatten(text);
	line = pr_text_format("%s: %s\n", context->program, text ? text : "out of memory");
	write_redacted(STDERR_FILENO, line ? line : no_memory);
}

int pr_console_log(bool verbose, const char *format, struct pr_err *err)
{
	struct pr_log_sink sink = {
		.level = verbose ? PR_LOG_DEBUG : PR_LOG_INFO,
		.format = verbose ? PR_LOG_VERBOSE : PR_LOG_SHORT,
		.colour = isatty(STDERR_FILENO) && !pr_env_get_set("NO_COLOR"),
		.write = pr_log_write_fd,
		.arg = (void *)(intptr_t)STDERR_FILENO,
	};

	if (pr_text_eq(format, "json")) {
		sink.format = PR_LOG_JSON;
		sink.colour = false;
	}
	return pr_log_add(&sink, err);
}

int pr_console_help(const struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(buf) struct pr_buf page = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_help_page(context->program, args->path, args->depth, &page);
	pr_print_bytes(pr_buf_str(&page), page.len);
	return PR_EXIT_OK;
}

int pr_console_usage(
	const struct pr_context *context, const struct pr_args *args, const struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf usage = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_help_usage(context->program, args->path, args->depth, &usage);
	pr_buf_addf(&usage, "Try '%s", context->program);
	for (size_t i = 1; i < args->depth; i++)
		pr_buf_addf(&usage, " %s", args->path[i]->name);
	pr_buf_addf(&usage, " --help' for help.\n\nError: %s\n", err->msg);
	write_redacted(STDERR_FILENO, usage.status ? no_memory : pr_buf_str(&usage));
	return PR_EXIT_FAILED;
}
