#include "kube/log_lines.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define A "2026-01-31T10:00:00.100000000Z "
#define B "2026-01-31T10:00:00.200000000Z "
#define C "2026-01-31T10:00:01.000000000Z "
#define LONG ((size_t)3 << 20)

static int collect(void *arg, const char *bytes, size_t n)
{
	return pr_buf_add(arg, bytes, n);
}

/* Streams one after another, "|" between them; the last one ends the log. */
static const struct {
	const char *name, *streams, *out;
} cases[] = {
	{"one stream", A "a\n" B "b\n", "a\nb\n"},
	{"nothing", "", ""},
	{"an empty line", A "\n", "\n"},
	{"no end of line", A "a\n" B "b", "a\nb"},
	{"cut between lines", A "a\n|" A "a\n" B "b\n", "a\nb\n"},
	{"cut in a line", A "a\n" B "b|" A "a\n" B "bcd\n", "a\nbcd\n"},
	{"cut in a stamp", A "a\n2026-01|" A "a\n" B "b\n", "a\nb\n"},
	{"lines of one stamp", A "a\n" A "b\n|" A "a\n" A "b\n" A "c\n", "a\nb\nc\n"},
	{"equal lines are not the same line", A "a\n|" A "a\n" A "a\n" B "a\n", "a\na\na\n"},
	{"cut again", A "a\n|" A "a\n|" A "a\n" B "b\n|" B "b\n" C "c\n", "a\nb\nc\n"},
	{"out of order", B "b\n" A "a\n|" B "b\n" A "a\n" C "c\n", "b\na\nc\n"},
	{"the rest out of order", B "b\n|" B "b\n" A "a\n", "b\na\n"},
	{"the known part is gone", A "a\n" B "b\n|" C "c\n", "a\nb\nc\n"},
	{"words without a stamp", "no such file\n" A "a\n", "no such file\na\n"},
	{"a text that looks like one", A "2026-01-31T10:00:00Z x\n", "2026-01-31T10:00:00Z x\n"},
};

static void add(struct pr_kube_lines *lines, const char *text, size_t n, size_t step)
{
	for (size_t i = 0; i < n; i += step)
		assert_int_equal(
			pr_kube_lines_add(lines, text + i, n - i < step ? n - i : step), 0);
}

/* In pieces of `step` bytes. */
static void check(size_t number, size_t step)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_kube_lines lines;
	const char *at = cases[number].streams;

	pr_kube_lines_init(&lines, collect, &out);
	for (;;) {
		const char *end = strchrnul(at, '|');

		pr_kube_lines_resume(&lines);
		add(&lines, at, (size_t)(end - at), step);
		if (!*end)
			break;
		at = end + 1;
	}
	assert_int_equal(pr_kube_lines_finish(&lines), 0);
	if (!pr_text_eq(pr_buf_str(&out), cases[number].out))
		fail_msg("%s, %zu bytes at a time: '%s'", cases[number].name, step,
			pr_buf_str(&out));
	pr_kube_lines_release(&lines);
}

static void every_line_comes_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++)
		for (size_t step = 1; step < 80; step += 13)
			check(i, step);
}

/* A line that is longer than what is kept goes through in parts, and is known as one. */
static void a_very_long_line(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf in = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_kube_lines lines;

	(void)state;
	pr_buf_adds(&in, A);
	for (size_t i = 0; i < LONG; i++)
		pr_buf_addc(&in, 'x');
	pr_buf_adds(&in, "\n" B "b\n");
	assert_int_equal(in.status, 0);
	pr_kube_lines_init(&lines, collect, &out);
	for (int i = 0; i < 2; i++) {
		pr_kube_lines_resume(&lines);
		add(&lines, in.ptr, in.len, 70001);
	}
	assert_int_equal(out.len, LONG + strlen("\nb\n"));
	assert_string_equal(pr_buf_str(&out) + LONG, "\nb\n");
	pr_kube_lines_release(&lines);
}

static int full(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
	return PR_EIO;
}

static void a_writer_that_fails_ends_it(void **state)
{
	struct pr_kube_lines lines;

	(void)state;
	pr_kube_lines_init(&lines, full, NULL);
	assert_int_equal(pr_kube_lines_add(&lines, A "a\n", strlen(A "a\n")), PR_EIO);
	pr_kube_lines_release(&lines);
}

static const struct {
	const char *text;
	int64_t ns; /* -1: no stamp */
} stamps[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01T00:00:01.5Z", 1500000000},
	{"2026-01-31T10:00:00.123456789Z", 1769853600123456789},
	{"2026-01-31T12:00:00.123456789+02:00", 1769853600123456789},
	{"2026-01-31T04:30:00-05:30", 1769853600000000000},
	{"2024-02-29T00:00:00Z", 1709164800000000000},
	{"2024-03-01T00:00:00Z", 1709251200000000000},
	{"2026-01-31T10:00:00", -1},
	{"2026-01-31 10:00:00Z", -1},
	{"2026-13-31T10:00:00Z", -1},
	{"0000-01-31T10:00:00Z", -1},
	{"9999-01-31T10:00:00Z", -1},
	{"2026-01-31T1x:00:00Z", -1},
	{"2026-01-31T10:00:00.1", -1},
	{"2026-01-31T10:00:00+0200", -1},
	{"", -1},
};

static void stamps_are_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(stamps); i++) {
		int64_t ns = -1;
		bool good = pr_kube_stamp_ns(stamps[i].text, strlen(stamps[i].text), &ns);

		if (good != (stamps[i].ns >= 0) || ns != stamps[i].ns)
			fail_msg("%s: %lld", stamps[i].text, (long long)ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_comes_once),
		cmocka_unit_test(a_very_long_line),
		cmocka_unit_test(a_writer_that_fails_ends_it),
		cmocka_unit_test(stamps_are_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
