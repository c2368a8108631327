#include "cli/plan_log.h"

#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void lines_go_to_the_file_and_to_memory(void **state)
{
	char folder[] = "/tmp/pr-test-plan-log-XXXXXX";
	struct pr_plan_log log = PR_PLAN_LOG_INIT;
	PR_AUTO(free) char *path = NULL;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(10000);

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = pr_file_join(folder, "run.log");
	assert_int_equal(pr_file_replace(path, "before\n", 7, 0600, false, NULL), 0);
	assert_int_equal(pr_plan_log_open(&log, path, NULL, NULL), 0);
	pr_debug("a line");
	assert_int_equal(pr_file_read(path, &text, NULL), 0);
	assert_true(pr_text_starts(pr_buf_str(&text), "before\n["));
	assert_string_equal(pr_buf_str(&text) + 7, pr_buf_str(&log.text));
	assert_non_null(strstr(pr_buf_str(&log.text), "+00:00 DEBUG] [test_plan_log:"));
	pr_plan_log_close(&log);
	assert_false(pr_log_enabled(PR_LOG_ERROR));
	assert_int_equal(pr_file_remove_tree(folder, NULL), 0);
}

static void without_a_file_memory_is_enough(void **state)
{
	struct pr_plan_log log = PR_PLAN_LOG_INIT;

	(void)state;
	assert_int_equal(pr_plan_log_open(&log, NULL, NULL, NULL), 0);
	pr_info("a line");
	assert_non_null(strstr(pr_buf_str(&log.text), "a line\n"));
	pr_plan_log_close(&log);
}

static void a_log_that_cannot_be_opened_is_an_error(void **state)
{
	struct pr_plan_log log = PR_PLAN_LOG_INIT;
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_true(pr_plan_log_open(&log, "/nonexistent/run.log", NULL, &err) < 0);
	assert_non_null(strstr(err.msg, "/nonexistent/run.log"));
	pr_plan_log_close(&log);
}

/* Puts the pieces of the log together; returns how many lines they were. */
static int join(const char *text, struct pr_buf *out)
{
	int lines = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");
		const char *piece = strstr(text, "the title, piece ");
		const char *start = piece ? strstr(piece, ": ") : NULL;

		assert_true(n < (size_t)64 << 10);
		assert_non_null(start);
		assert_true(start < text + n);
		pr_buf_add(out, start + 2, n - (size_t)(start + 2 - text));
		text += n + 1;
		lines++;
	}
	return lines;
}

static void a_journal_can_be_put_together_from_the_log(void **state)
{
	static const size_t repeats[] = {0, 1, 5000, 30000, 30001, 30002, 100000};

	(void)state;
	for (size_t i = 0; i < PR_LEN(repeats); i++) {
		struct pr_plan_log log = PR_PLAN_LOG_INIT;
		PR_AUTO(buf) struct pr_buf value = PR_BUF_INIT(1 << 20);
		PR_AUTO(buf) struct pr_buf joined = PR_BUF_INIT(1 << 20);
		json_t *journal;
		json_t *found;

		pr_buf_adds(&value, "x\n");
		for (size_t k = 0; k < repeats[i]; k++)
			pr_buf_adds(&value, "\xe2\x82\xac");
		journal = json_pack("{s: s}", "output", pr_buf_str(&value));
		assert_int_equal(pr_plan_log_open(&log, NULL, NULL, NULL), 0);
		assert_int_equal(pr_plan_log_journal("the title", journal, false, NULL), 0);
		assert_int_equal(join(pr_buf_str(&log.text), &joined),
			1 + (int)(repeats[i] * 3 / ((size_t)60 << 10)));
		found = json_loads(pr_buf_str(&joined), 0, NULL);
		assert_true(json_equal(found, journal));
		json_decref(found);
		json_decref(journal);
		pr_plan_log_close(&log);
	}
}

static void the_journal_in_the_log_has_no_secrets(void **state)
{
	struct pr_plan_log log = PR_PLAN_LOG_INIT;
	PR_AUTO(buf) struct pr_buf value = PR_BUF_INIT(1 << 20);
	json_t *journal;

	(void)state;
	assert_int_equal(pr_redact_add("the-secret-itself", NULL), 0);
	for (size_t i = 0; i < 10000; i++)
		pr_buf_adds(&value, "the-secret-itself ");
	journal = json_pack("{s: s}", "output", pr_buf_str(&value));
	assert_int_equal(pr_plan_log_open(&log, NULL, NULL, NULL), 0);
	assert_int_equal(pr_plan_log_journal("the title", journal, false, NULL), 0);
	assert_non_null(strstr(pr_buf_str(&log.text), PR_REDACTED));
	assert_null(strstr(pr_buf_str(&log.text), "secret"));
	json_decref(journal);
	pr_plan_log_close(&log);
	pr_redact_forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_go_to_the_file_and_to_memory),
		cmocka_unit_test(without_a_file_memory_is_enough),
		cmocka_unit_test(a_log_that_cannot_be_opened_is_an_error),
		cmocka_unit_test(a_journal_can_be_put_together_from_the_log),
		cmocka_unit_test(the_journal_in_the_log_has_no_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
