#include "kube/log_lines.h"

#include "base/err.h"
#include "base/text.h"

#include <string.h>

#define LINE_MAX ((size_t)1 << 20)

/* Digits of `text` from `at` on, -1 when one is no digit. */
static int64_t digits(const char *text, size_t at, size_t n)
{
	int64_t value = 0;

	for (size_t i = at; i < at + n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* Nanoseconds of ".123"; `*at` moves behind it. */
static int64_t fraction_ns(const char *text, size_t n, size_t *at)
{
	int64_t ns = 0;
	int64_t unit = 100000000;

	if (*at >= n || text[*at] != '.')
		return 0;
	for (++*at; *at < n && text[*at] >= '0' && text[*at] <= '9'; ++*at) {
		ns += unit * (text[*at] - '0');
		unit /= 10;
	}
	return ns;
}

/* Seconds of the zone at the end of the text; false when there is none. */
static bool zone_s(const char *text, size_t n, int64_t *ret_s)
{
	int64_t hours;
	int64_t minutes;

	if (n == 1 && text[0] == 'Z') {
		*ret_s = 0;
		return true;
	}
	if (n != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
		return false;
	hours = digits(text, 1, 2);
	minutes = digits(text, 4, 2);
	*ret_s = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return hours >= 0 && minutes >= 0;
}

bool pr_kube_stamp_ns(const char *text, size_t n, int64_t *ret_ns)
{
	static const struct {
		size_t at, n;
	} fields[] = {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}};
	int64_t v[PR_LEN(fields)];
	int64_t zone = 0;
	int64_t ns;
	size_t at = 19;

	if (n < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
		text[16] != ':')
		return false;
	for (size_t i = 0; i < PR_LEN(fields); i++) {
		v[i] = digits(text, fields[i].at, fields[i].n);
		if (v[i] < 0)
			return false;
	}
	/* what nanoseconds can count in 64 bits, with room for a zone */
	if (v[0] < 1970 || v[0] > 2200 || v[1] < 1 || v[1] > 12)
		return false;
	ns = fraction_ns(text, n, &at);
	if (!zone_s(text + at, n - at, &zone))
		return false;
	*ret_ns = ((days_of(v[0], v[1], v[2]) * 86400 + v[3] * 3600 + v[4] * 60 + v[5] - zone) *
			  1000000000) +
		  ns;
	return true;
}

void pr_kube_lines_init(struct pr_kube_lines *lines, pr_kube_log_fn *fn, void *arg)
{
	*lines = (struct pr_kube_lines){.fn = fn, .arg = arg};
	pr_buf_init(&lines->rest, LINE_MAX + 1);
}

void pr_kube_lines_release(struct pr_kube_lines *lines)
{
	pr_buf_release(&lines->rest);
}

void pr_kube_lines_resume(struct pr_kube_lines *lines)
{
	pr_buf_clear(&lines->rest);
	lines->inside = false;
	lines->known = 0;
	lines->resumed = lines->last[0] != '\0';
}

/*
 * Whether a line came before. By its place, not by its stamp alone: two streams of a process may be
 * stamped out of order. Up to the last line that was seen all is known, unless that one is gone
 * (a log is rotated), which shows in a newer stamp.
 */
static bool is_known(struct pr_kube_lines *lines, int64_t ns)
{
	if (!lines->resumed)
		return false;
	if (ns > lines->newest_ns || lines->known == lines->at_last) {
		lines->resumed = false;
		return false;
	}
	lines->known += ns == lines->last_ns;
	return true;
}

static void remember(struct pr_kube_lines *lines, const char *stamp)
{
	int64_t ns = 0;

	if (!pr_kube_stamp_ns(stamp, strlen(stamp), &ns))
		return;
	lines->at_last = ns == lines->last_ns ? lines->at_last + 1 : 1;
	lines->last_ns = ns;
	if (ns > lines->newest_ns)
		lines->newest_ns = ns;
	pr_text_copy(lines->last, sizeof(lines->last), stamp);
}

/* A line, or what there is of one that is too long to wait for its end. */
static int put(struct pr_kube_lines *lines, const char *line, size_t n, bool ended)
{
	size_t most = n < PR_KUBE_STAMP_SIZE ? n : PR_KUBE_STAMP_SIZE - 1;
	const char *space = memchr(line, ' ', most);
	size_t stamp = space ? (size_t)(space - line) : 0;
	int64_t ns = 0;

	lines->begun[0] = '\0';
	lines->muted = false;
	if (!space || !pr_kube_stamp_ns(line, stamp, &ns))
		return lines->fn(lines->arg, line, n); /* the node's own words have no stamp */
	lines->muted = is_known(lines, ns);
	if (lines->muted)
		return 0;
	memcpy(lines->begun, line, stamp);
	lines->begun[stamp] = '\0';
	if (ended)
		remember(lines, lines->begun);
	return lines->fn(lines->arg, space + 1, n - stamp - 1);
}

/* More of a line whose first part was taken. It counts from its end on: if it is cut, it comes
 * again. */
static int pass(struct pr_kube_lines *lines, const char *bytes, size_t n, bool ended)
{
	lines->inside = !ended;
	if (lines->muted)
		return 0;
	if (ended)
		remember(lines, lines->begun);
	return lines->fn(lines->arg, bytes, n);
}

static int add_part(struct pr_kube_lines *lines, const char *bytes, size_t n, bool ended)
{
	int rc;

	if (lines->inside)
		return pass(lines, bytes, n, ended);
	if (pr_buf_add(&lines->rest, bytes, n))
		return PR_ENOMEM;
	if (!ended && lines->rest.len < LINE_MAX)
		return 0;
	rc = put(lines, pr_buf_str(&lines->rest), lines->rest.len, ended);
	lines->inside = !ended;
	pr_buf_clear(&lines->rest);
	return rc;
}

int pr_kube_lines_add(struct pr_kube_lines *lines, const char *bytes, size_t n)
{
	int rc = 0;

	while (!rc && n) {
		size_t room = LINE_MAX - lines->rest.len;
		size_t most = n < room ? n : room;
		const char *end = memchr(bytes, '\n', most);
		size_t part = end ? (size_t)(end - bytes) + 1 : most;

		rc = add_part(lines, bytes, part, end != NULL);
		bytes += part;
		n -= part;
	}
	return rc;
}

int pr_kube_lines_finish(struct pr_kube_lines *lines)
{
	int rc = 0;

	if (lines->rest.len)
		rc = put(lines, pr_buf_str(&lines->rest), lines->rest.len, true);
	pr_buf_clear(&lines->rest);
	return rc;
}
