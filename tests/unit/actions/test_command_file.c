#include "actions/command_file.h"

#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

static void an_output_ends_at_its_word(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		const char *text; /* NULL: refused */
	} rows[] = {
		{"status", "completed", "status<<W1\ncompleted\nW1\n"},
		{"status", "", "status<<W1\n\nW1\n"},
		{"a=b", "c<<d", "a=b<<W1\nc<<d\nW1\n"},
		{"x", "one\ntwo\r\nx=y\n", "x<<W1\none\ntwo\r\nx=y\n\nW1\n"},
		{"x", "\xf0\x9f\x92\xa5 100%", "x<<W1\n\xf0\x9f\x92\xa5 100%\nW1\n"},
		{"x", "one\nW1\nforged=yes", NULL},
		{"xW1", "one", NULL},
		{"", "one", NULL},
		{"a\nb", "one", NULL},
		{"a<<b", "one", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		int rc = pr_actions_heredoc(rows[i].name, rows[i].value, "W1", &out);

		assert_int_equal(rc, rows[i].text ? 0 : PR_EINVAL);
		assert_string_equal(pr_buf_str(&out), rows[i].text ? rows[i].text : "");
	}
}

static void words_are_random(void **state)
{
	char one[33];
	char two[33];

	(void)state;
	assert_int_equal(pr_actions_random_word(one, NULL), 0);
	assert_int_equal(pr_actions_random_word(two, NULL), 0);
	assert_int_equal(strlen(one), 32);
	assert_int_equal(strspn(one, "0123456789abcdef"), 32);
	assert_string_not_equal(one, two);
}

static void outputs_are_redacted(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(pr_redact_add("canary-token", NULL), 0);
	assert_int_equal(pr_actions_output("url", "http://canary-token@h/", &out, NULL), 0);
	pr_redact_forget();
	assert_true(pr_text_starts(pr_buf_str(&out), "url<<ghadelimiter_"));
	assert_non_null(strstr(pr_buf_str(&out), "\nhttp://" PR_REDACTED "@h/\nghadelimiter_"));
}

static void files_are_appended_to(void **state)
{
	char path[] = "/tmp/pr-command-file-XXXXXX";
	PR_AUTO(close) int fd = mkstemp(path);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf file = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_true(fd >= 0);
	pr_buf_adds(&text, "one\n");
	assert_int_equal(pr_actions_append("PR_TEST_FILE", path, &text, NULL), 0);
	assert_int_equal(pr_actions_append("PR_TEST_FILE", path, &text, NULL), 0);
	assert_int_equal(pr_file_read(path, &file, NULL), 0);
	unlink(path);
	assert_string_equal(pr_buf_str(&file), "one\none\n");
}

static void what_others_left_amid_a_line_ends_first(void **state)
{
	char path[] = "/tmp/pr-command-file-XXXXXX";
	PR_AUTO(close) int fd = mkstemp(path);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf file = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(pr_file_write_all(fd, "a=b", 3, NULL), 0);
	pr_buf_adds(&text, "one\n");
	assert_int_equal(pr_actions_append("PR_TEST_FILE", path, &text, NULL), 0);
	assert_int_equal(pr_file_read(path, &file, NULL), 0);
	unlink(path);
	assert_string_equal(pr_buf_str(&file), "a=b\none\n");
}

static void half_an_output_is_none(void **state)
{
	char path[] = "/tmp/pr-command-file-XXXXXX";
	PR_AUTO(close) int fd = mkstemp(path);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf file = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct rlimit before, room;
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_file_write_all(fd, "a=b\n", 4, NULL), 0);
	pr_buf_adds(&text, "status<<word\ncompleted\nword\n");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	room = (struct rlimit){.rlim_cur = 20, .rlim_max = before.rlim_max};
	assert_int_equal(sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
	assert_true(pr_actions_append("PR_TEST_FILE", path, &text, &err) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(pr_file_read(path, &file, NULL), 0);
	unlink(path);
	assert_string_equal(pr_buf_str(&file), "a=b\n");
	assert_true(pr_text_starts(err.msg, "PR_TEST_FILE: "));
}

static void without_a_file_nothing_is_written(void **state)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	pr_buf_adds(&text, "one\n");
	assert_int_equal(pr_actions_append("PR_TEST_FILE", NULL, &text, &err), 0);
	assert_true(pr_actions_append("PR_TEST_FILE", "/nonexistent/file", &text, &err) < 0);
	assert_true(pr_text_starts(err.msg, "PR_TEST_FILE: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_output_ends_at_its_word),
		cmocka_unit_test(words_are_random),
		cmocka_unit_test(outputs_are_redacted),
		cmocka_unit_test(files_are_appended_to),
		cmocka_unit_test(what_others_left_amid_a_line_ends_first),
		cmocka_unit_test(half_an_output_is_none),
		cmocka_unit_test(without_a_file_nothing_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
