#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char ellipsis[] = "\xe2\x80\xa6";

/* Marks a cut text, without leaving half a UTF-8 sequence before the mark. */
static void mark_cut(char *text, size_t size)
{
	size_t end = size - sizeof ellipsis;

	while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	memcpy(text + end, ellipsis, sizeof ellipsis);
}

/* What a message quotes comes from documents and answers: it may hold line ends. */
static void join_lines(char *text)
{
	for (; *text; text++) {
		if (*text == '\n' || *text == '\r')
			*text = ' ';
	}
}

PR_PRINTF(3, 0) static bool format(char *text, size_t size, const char *fmt, va_list args)
{
	int len = vsnprintf(text, size, fmt, args);

	if (len < 0) {
		text[0] = '\0';
		return false;
	}
	if ((size_t)len >= size)
		mark_cut(text, size);
	join_lines(text);
	return true;
}

PR_PRINTF(3, 0) static void fill(
	struct pr_err *err, enum pr_code code, const char *fmt, va_list args)
{
	if (!err || err->code != PR_OK)
		return;
	err->code = code;
	err->sys = 0;
	format(err->msg, sizeof err->msg, fmt, args);
}

int pr_fail(struct pr_err *err, enum pr_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(err, code, fmt, args);
	va_end(args);
	return code;
}

static enum pr_code code_of_errno(int errnum)
{
	if (errnum == ENOMEM)
		return PR_ENOMEM;
	return errnum == ENOENT ? PR_ENOTFOUND : PR_EIO;
}

int pr_fail_errno(struct pr_err *err, int errnum, const char *fmt, ...)
{
	char what[sizeof err->msg];
	va_list args;
	enum pr_code code = code_of_errno(errnum);

	if (!err || err->code != PR_OK)
		return code;
	va_start(args, fmt);
	format(what, sizeof what, fmt, args);
	va_end(args);
	errno = errnum; /* %m, since strerror_r has another type with each C library */
	pr_fail(err, code, "%s: %m", what);
	err->sys = errnum;
	return code;
}

int pr_fail_nomem(struct pr_err *err)
{
	return pr_fail(err, PR_ENOMEM, "out of memory");
}

int pr_wrap(struct pr_err *err, const char *fmt, ...)
{
	char context[sizeof err->msg];
	char inner[sizeof err->msg];
	va_list args;

	if (!err || err->code == PR_OK)
		return PR_EIO;
	va_start(args, fmt);
	format(context, sizeof context, fmt, args);
	va_end(args);
	memcpy(inner, err->msg, sizeof inner);
	if (snprintf(err->msg, sizeof err->msg, "%s: %s", context, inner) >= (int)sizeof err->msg)
		mark_cut(err->msg, sizeof err->msg);
	return err->code;
}

void pr_err_clear(struct pr_err *err)
{
	if (!err)
		return;
	err->code = PR_OK;
	err->sys = 0;
	err->msg[0] = '\0';
}

const char *pr_code_name(enum pr_code code)
{
	static const char *const names[] = {"ok", "out of memory", "invalid", "not found",
		"not authorized", "network", "timeout", "protocol", "input/output", "usage",
		"canceled", "limit", "exists already"};
	size_t i = (size_t)-(int)code;

	return i < PR_LEN(names) ? names[i] : "unknown";
}
