#include "base/log.h"

#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_LINE ((size_t)64 << 10)

/* 2026-11-20T16:04:56.465597Z in a zone two hours east. */
static struct pr_fake_clock fake;
static struct pr_buf out = PR_BUF_INIT(1 << 20);

static int setup(void **state)
{
	(void)state;
	pr_fake_clock_init(&fake, 1795190696465597);
	pr_log_reset(&fake.clock);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pr_log_reset(NULL);
	pr_redact_forget();
	pr_buf_release(&out);
	return 0;
}

static void add_sink(enum pr_log_level level, enum pr_log_format format, bool colour)
{
	const struct pr_log_sink sink = {level, format, colour, pr_log_write_buf, &out};

	assert_int_equal(pr_log_add(&sink, NULL), 0);
}

static void each_format_has_its_line(void **state)
{
	static const struct {
		enum pr_log_format format;
		bool colour;
		enum pr_log_level level;
		const char *expected;
	} cases[] = {
		{PR_LOG_SHORT, false, PR_LOG_INFO, "[2026-11-20 18:04:56 INFO] hello 1\n"},
		{PR_LOG_VERBOSE, false, PR_LOG_DEBUG,
			"[2026-11-20 18:04:56 DEBUG] [plan:284] hello 1\n"},
		{PR_LOG_UTC, false, PR_LOG_WARNING,
			"[2026-11-20T16:04:56.465597+00:00 WARNING] [plan:284] hello 1\n"},
		{PR_LOG_SHORT, true, PR_LOG_DEBUG,
			"\033[36m[2026-11-20 18:04:56 DEBUG]\033[39m hello 1\n"},
		{PR_LOG_SHORT, true, PR_LOG_INFO,
			"\033[32m[2026-11-20 18:04:56 INFO]\033[39m hello 1\n"},
		{PR_LOG_SHORT, true, PR_LOG_WARNING,
			"\033[33m[2026-11-20 18:04:56 WARNING]\033[39m hello 1\n"},
		{PR_LOG_VERBOSE, true, PR_LOG_ERROR,
			"\033[31m[2026-11-20 18:04:56 ERROR] [plan:284]\033[39m hello 1\n"},
		{PR_LOG_SHORT, true, PR_LOG_CRITICAL,
			"\033[31m[2026-11-20 18:04:56 CRITICAL]\033[39m hello 1\n"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		pr_log_reset(&fake.clock);
		pr_buf_clear(&out);
		add_sink(PR_LOG_DEBUG, cases[i].format, cases[i].colour);
		pr_log_at(cases[i].level, "runner/cli/plan.c", 284, "hello %d", 1);
		assert_string_equal(pr_buf_str(&out), cases[i].expected);
	}
}

static void a_stamp_of_a_whole_second_keeps_its_digits(void **state)
{
	(void)state;
	pr_fake_clock_init(&fake, 1795190696000000);
	add_sink(PR_LOG_INFO, PR_LOG_UTC, false);
	pr_log_at(PR_LOG_INFO, "plan", 1, "x");
	assert_string_equal(
		pr_buf_str(&out), "[2026-11-20T16:04:56.000000+00:00 INFO] [plan:1] x\n");
}

static void json_lines_have_the_members_of_upstream(void **state)
{
	const char *id;
	char uuid[PR_UUID_SIZE];
	PR_AUTO(free) char *expected =
		pr_text_format("{\"process\": %ld, \"asctime\": \"2026-11-20 18:04:56,465\", "
			       "\"levelname\": \"INFO\", "
			       "\"module\": \"plan\", \"lineno\": 7, \"message\": \"h\\u00e9 "
			       "\\\"x\\\"\\n\\ufffd\", "
			       "\"context_id\": \"",
			(long)getpid());

	(void)state;
	assert_non_null(expected);
	add_sink(PR_LOG_INFO, PR_LOG_JSON, false);
	pr_log_at(PR_LOG_INFO, "runner/plan.c", 7, "h\xc3\xa9 \"x\"\n\xff");
	assert_true(pr_text_starts(pr_buf_str(&out), expected));
	id = pr_buf_str(&out) + strlen(expected);
	assert_string_equal(id + PR_UUID_SIZE - 1,
		"\", \"timestamp\": \"2026-11-20T16:04:56.465597+00:00\"}\n");
	out.ptr[strlen(expected) + PR_UUID_SIZE - 1] = '\0';
	assert_int_equal(pr_uuid_parse(id, uuid, NULL), 0);
}

static void the_context_id_stays_the_same(void **state)
{
	const char *first, *second;

	(void)state;
	add_sink(PR_LOG_INFO, PR_LOG_JSON, false);
	pr_log_at(PR_LOG_INFO, "a.c", 1, "x");
	pr_log_at(PR_LOG_INFO, "a.c", 1, "x");
	first = strstr(pr_buf_str(&out), "context_id");
	second = strstr(first + 1, "context_id");
	assert_memory_equal(first, second, sizeof "context_id\": \"" + PR_UUID_SIZE);
}

static void lines_of_a_message_are_indented(void **state)
{
	(void)state;
	add_sink(PR_LOG_INFO, PR_LOG_SHORT, false);
	pr_log_at(PR_LOG_INFO, "a.c", 1, "one\ntwo\n\nthree");
	assert_string_equal(
		pr_buf_str(&out), "[2026-11-20 18:04:56 INFO] one\n    two\n    \n    three\n");
}

static void levels_choose_the_sinks(void **state)
{
	(void)state;
	assert_false(pr_log_enabled(PR_LOG_CRITICAL));
	pr_critical("lost");
	add_sink(PR_LOG_WARNING, PR_LOG_SHORT, false);
	add_sink(PR_LOG_ERROR, PR_LOG_SHORT, false);
	assert_false(pr_log_enabled(PR_LOG_INFO));
	assert_true(pr_log_enabled(PR_LOG_WARNING));
	pr_debug("a");
	pr_info("b");
	pr_warn("c");
	pr_error("d");
	assert_string_equal(pr_buf_str(&out), "[2026-11-20 18:04:56 WARNING] c\n"
					      "[2026-11-20 18:04:56 ERROR] d\n"
					      "[2026-11-20 18:04:56 ERROR] d\n");
}

static void the_macros_name_their_place(void **state)
{
	PR_AUTO(free) char *expected =
		pr_text_format("[2026-11-20 18:04:56 INFO] [test_log:%d] x\n", __LINE__ + 5);

	(void)state;
	assert_non_null(expected);
	add_sink(PR_LOG_INFO, PR_LOG_VERBOSE, false);
	pr_info("x");
	assert_string_equal(pr_buf_str(&out), expected);
}

static void sinks_are_limited_and_removed_by_their_argument(void **state)
{
	struct pr_buf other = PR_BUF_INIT(100);
	const struct pr_log_sink sink = {
		PR_LOG_INFO, PR_LOG_SHORT, false, pr_log_write_buf, &other};

	(void)state;
	add_sink(PR_LOG_INFO, PR_LOG_SHORT, false);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(pr_log_add(&sink, NULL), 0);
	assert_int_equal(pr_log_add(&sink, NULL), PR_ELIMIT);
	pr_log_remove(&other);
	pr_info("x");
	assert_int_equal(other.len, 0);
	assert_string_equal(pr_buf_str(&out), "[2026-11-20 18:04:56 INFO] x\n");
}

static void secrets_are_replaced_in_every_format(void **state)
{
	static const enum pr_log_format formats[] = {
		PR_LOG_SHORT, PR_LOG_VERBOSE, PR_LOG_UTC, PR_LOG_JSON};

	(void)state;
	assert_int_equal(pr_redact_add("my \"secret\"\nof two lines", NULL), 0);
	for (size_t i = 0; i < PR_LEN(formats); i++)
		add_sink(PR_LOG_INFO, formats[i], false);
	pr_info("it is my \"secret\"\nof two lines.");
	assert_null(strstr(pr_buf_str(&out), "secret"));
	assert_null(strstr(pr_buf_str(&out), "lines"));
	assert_non_null(strstr(pr_buf_str(&out), "it is " PR_REDACTED "."));
}

/* Longer than the limit, of characters of `unit`, with `shift` bytes before them. */
static char *long_text(const char *unit, size_t shift)
{
	struct pr_buf text = PR_BUF_INIT(1 << 20);

	for (size_t i = 0; i < shift; i++)
		pr_buf_addc(&text, 'x');
	while (text.len < 2 * MAX_LINE)
		pr_buf_adds(&text, unit);
	return pr_buf_take(&text);
}

static void long_lines_are_cut_between_two_characters(void **state)
{
	static const struct {
		enum pr_log_format format;
		const char *unit, *end;
	} cases[] = {
		{PR_LOG_SHORT, "\xe2\x82\xac", "\xe2\x82\xac\xe2\x80\xa6\n"},
		{PR_LOG_SHORT, "\xff", "\xff\xe2\x80\xa6\n"},
		{PR_LOG_UTC, "\n", "\n    \xe2\x80\xa6\n"},
		{PR_LOG_JSON, "\xf0\x9f\x98\x80", "+00:00\"}\n"},
	};

	(void)state;
	for (size_t i = 0; i < 4 * PR_LEN(cases); i++) {
		PR_AUTO(free) char *text = long_text(cases[i / 4].unit, i % 4);
		const char *end = cases[i / 4].end;

		assert_non_null(text);
		pr_log_reset(&fake.clock);
		pr_buf_clear(&out);
		add_sink(PR_LOG_INFO, cases[i / 4].format, false);
		pr_info("%s", text);
		assert_in_range(out.len, MAX_LINE - 1000, MAX_LINE);
		assert_true(pr_text_ends(pr_buf_str(&out), end));
	}
	assert_non_null(strstr(pr_buf_str(&out), "\\ud83d\\ude00\\u2026\", \"context_id\""));
}

static void no_part_of_a_secret_is_left_by_a_cut(void **state)
{
	(void)state;
	assert_int_equal(pr_redact_add("a-secret-of-some-length", NULL), 0);
	add_sink(PR_LOG_INFO, PR_LOG_SHORT, false);
	for (size_t shift = 0; shift < 24; shift++) {
		PR_AUTO(free) char *text = long_text("a-secret-of-some-length", shift);

		assert_non_null(text);
		pr_buf_clear(&out);
		pr_info("%s", text);
		assert_null(strstr(pr_buf_str(&out), "secret"));
		assert_null(strstr(pr_buf_str(&out), "a-"));
	}
}

static void on_line_that_logs(void *arg, const char *line, size_t n)
{
	pr_buf_add(arg, line, n);
	pr_error("again");
}

static void a_sink_that_logs_does_not_loop(void **state)
{
	const struct pr_log_sink sink = {PR_LOG_INFO, PR_LOG_SHORT, false, on_line_that_logs, &out};

	(void)state;
	assert_int_equal(pr_log_add(&sink, NULL), 0);
	pr_info("once");
	pr_info("twice");
	assert_string_equal(pr_buf_str(&out),
		"[2026-11-20 18:04:56 INFO] once\n[2026-11-20 18:04:56 INFO] twice\n");
}

static void errno_stays_as_it_was(void **state)
{
	const struct pr_log_sink sink = {
		PR_LOG_INFO, PR_LOG_SHORT, false, pr_log_write_fd, (void *)(intptr_t)-1};

	(void)state;
	assert_int_equal(pr_log_add(&sink, NULL), 0);
	errno = ENOTDIR;
	pr_info("x");
	assert_int_equal(errno, ENOTDIR);
}

static void a_descriptor_gets_the_line(void **state)
{
	struct pr_log_sink sink = {.level = PR_LOG_INFO, .write = pr_log_write_fd};
	char text[100] = "";
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	sink.arg = (void *)(intptr_t)fds[1];
	assert_int_equal(pr_log_add(&sink, NULL), 0);
	pr_info("x");
	assert_true(read(fds[0], text, sizeof text - 1) > 0);
	assert_string_equal(text, "[2026-11-20 18:04:56 INFO] x\n");
	close(fds[0]);
	close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_format_has_its_line),
		TEST(a_stamp_of_a_whole_second_keeps_its_digits),
		TEST(json_lines_have_the_members_of_upstream),
		TEST(the_context_id_stays_the_same),
		TEST(lines_of_a_message_are_indented),
		TEST(levels_choose_the_sinks),
		TEST(the_macros_name_their_place),
		TEST(sinks_are_limited_and_removed_by_their_argument),
		TEST(secrets_are_replaced_in_every_format),
		TEST(long_lines_are_cut_between_two_characters),
		TEST(no_part_of_a_secret_is_left_by_a_cut),
		TEST(a_sink_that_logs_does_not_loop),
		TEST(errno_stays_as_it_was),
		TEST(a_descriptor_gets_the_line),
	};

	setenv("TZ", "Test-2", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
