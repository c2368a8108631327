#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void pr_buf_init(struct pr_buf *buf, size_t max)
{
	*buf = (struct pr_buf)PR_BUF_INIT(max);
}

void pr_buf_borrow(struct pr_buf *buf, char *storage, size_t size)
{
	*buf = (struct pr_buf){.ptr = storage, .cap = size, .max = size - 1};
	storage[0] = '\0';
}

void pr_buf_release(struct pr_buf *buf)
{
	if (!buf)
		return;
	free(buf->ptr);
	pr_buf_init(buf, buf->max);
}

void pr_buf_clear(struct pr_buf *buf)
{
	buf->status = 0;
	pr_buf_truncate(buf, 0);
}

/* Doubles, so that many small additions stay linear. */
static size_t next_capacity(const struct pr_buf *buf, size_t need)
{
	size_t cap = buf->cap ? buf->cap : 64;

	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	return cap;
}

static int reserve(struct pr_buf *buf, size_t n)
{
	size_t cap;
	char *ptr;

	if (buf->status)
		return buf->status;
	if (n > buf->max || buf->len > buf->max - n || buf->max == SIZE_MAX)
		return buf->status = PR_ELIMIT;
	if (buf->len + n + 1 <= buf->cap)
		return 0;
	cap = next_capacity(buf, buf->len + n + 1);
	ptr = realloc(buf->ptr, cap);
	if (!ptr)
		return buf->status = PR_ENOMEM;
	buf->ptr = ptr;
	buf->cap = cap;
	return 0;
}

int pr_buf_add(struct pr_buf *buf, const void *data, size_t n)
{
	int rc = reserve(buf, n);

	if (rc)
		return rc;
	if (n)
		memcpy(buf->ptr + buf->len, data, n);
	buf->len += n;
	buf->ptr[buf->len] = '\0';
	return 0;
}

int pr_buf_adds(struct pr_buf *buf, const char *text)
{
	return pr_buf_add(buf, text, strlen(text));
}

int pr_buf_addc(struct pr_buf *buf, char c)
{
	return pr_buf_add(buf, &c, 1);
}

int pr_buf_addf(struct pr_buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		return buf->status = buf->status ? buf->status : PR_ENOMEM;
	if (reserve(buf, (size_t)len))
		return buf->status;
	va_start(args, fmt);
	vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
	return 0;
}

void pr_buf_consume(struct pr_buf *buf, size_t n)
{
	if (n > buf->len)
		n = buf->len;
	if (!n)
		return;
	memmove(buf->ptr, buf->ptr + n, buf->len - n + 1);
	buf->len -= n;
}

void pr_buf_truncate(struct pr_buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->ptr[len] = '\0';
}

const char *pr_buf_str(const struct pr_buf *buf)
{
	return buf->ptr ? buf->ptr : "";
}

char *pr_buf_take(struct pr_buf *buf)
{
	char *taken = NULL;

	if (!buf->status && pr_buf_add(buf, NULL, 0) == 0)
		taken = pr_steal(buf->ptr);
	pr_buf_release(buf);
	return taken;
}

int pr_buf_check(const struct pr_buf *buf, const char *what, struct pr_err *err)
{
	if (buf->status == PR_ELIMIT)
		return pr_fail(err, PR_ELIMIT, "%s is larger than %zu bytes", what, buf->max);
	return buf->status ? pr_fail_nomem(err) : 0;
}
