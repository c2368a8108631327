#include "report/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static pr_document_fn *const documents[] = {
	pr_document_text, pr_document_markdown, pr_document_junit, pr_document_html};

/* A run of `count` activities with the same name, the last of which failed. */
static json_t *journal_new(size_t count, size_t output)
{
	PR_AUTO(free) char *text = malloc(output + 1);
	json_t *run = json_array();
	json_t *last;

	assert_non_null(text);
	memset(text, '<', output);
	text[output] = '\0';
	for (size_t i = 0; i < count; i++)
		json_array_append_new(run,
			json_pack("{s:{s:s, s:s}, s:s, s:f, s:s, s:s}", "activity", "name",
				"same <b>", "type", "action", "status", "succeeded", "duration",
				0.5, "start", "2026-11-20T10:00:02+00:00", "output", text));
	last = json_array_get(run, count - 1);
	json_object_set_new(last, "status", json_string("failed"));
	json_object_set_new(last, "exception", json_pack("[s, s]", "Traceback\n", "E: \"why\"\n"));
	return json_pack("{s:{s:s}, s:s, s:{}, s:o, s:[]}", "experiment", "title", "many & more",
		"status", "completed", "steady_states", "run", run, "rollbacks");
}

static size_t document_size(pr_document_fn *document, size_t count, size_t output)
{
	json_auto_t *journal = journal_new(count, output);
	PR_AUTO(report) struct pr_report report = {.journal = NULL};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	assert_int_equal(0, pr_report_read(&report, journal, "j", NULL));
	assert_int_equal(0, document(&report, &out));
	assert_null(strstr(pr_buf_str(&out), document == pr_document_text ? "\x1b" : "<b>"));
	assert_non_null(strstr(pr_buf_str(&out), "why")); /* what failed is in it in any case */
	return out.len;
}

static void size_is_linear_in_the_activities(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(documents); i++) {
		size_t small = document_size(documents[i], 1000, 10);
		size_t large = document_size(documents[i], 10000, 10);

		assert_in_range(large, small, small * 11);
	}
}

/* Each of these would be 30 MB, or four times that, with all of the output. */
static void a_document_of_large_outputs_stays_small(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(documents); i++)
		assert_in_range(document_size(documents[i], 300, 100000), 1000, 24 << 20);
}

static void a_page_shows_what_went_wrong_and_tells_what_it_leaves_out(void **state)
{
	json_auto_t *journal = journal_new(3000, 1);
	PR_AUTO(report) struct pr_report report = {.journal = NULL};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(0, pr_report_read(&report, journal, "j", NULL));
	assert_int_equal(0, pr_document_html(&report, &out));
	assert_non_null(strstr(pr_buf_str(&out), "<details id=\"a2999\" open>"));
	assert_non_null(strstr(pr_buf_str(&out), "<details id=\"a498\">"));
	assert_null(strstr(pr_buf_str(&out), "\"a499\""));
	assert_null(strstr(pr_buf_str(&out), "#a499\""));
	assert_non_null(strstr(pr_buf_str(&out), "2500 more are in the journal"));
	assert_non_null(strstr(pr_buf_str(&out), "1000 more are in the journal"));
}

static void cases_of_one_name_are_told_apart(void **state)
{
	json_auto_t *journal = journal_new(3, 1);
	PR_AUTO(report) struct pr_report report = {.journal = NULL};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(0, pr_report_read(&report, journal, "j", NULL));
	assert_int_equal(0, pr_document_junit(&report, &out));
	assert_non_null(strstr(pr_buf_str(&out), "name=\"same &lt;b&gt;\""));
	assert_non_null(strstr(pr_buf_str(&out), "name=\"same &lt;b&gt; (2)\""));
	assert_non_null(strstr(pr_buf_str(&out), "name=\"same &lt;b&gt; (3)\""));
}

static void a_document_that_has_no_room_fails(void **state)
{
	json_auto_t *journal = journal_new(3, 100);
	PR_AUTO(report) struct pr_report report = {.journal = NULL};

	(void)state;
	assert_int_equal(0, pr_report_read(&report, journal, "j", NULL));
	for (size_t i = 0; i < PR_LEN(documents); i++)
		for (size_t max = 0; max < 700; max += 7) {
			PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(max);

			if (documents[i](&report, &out) == 0) /* the text fits at last */
				assert_true(out.len <= max && i < 2);
			else
				assert_int_equal(out.status, PR_ELIMIT);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_is_linear_in_the_activities),
		cmocka_unit_test(a_document_of_large_outputs_stays_small),
		cmocka_unit_test(a_page_shows_what_went_wrong_and_tells_what_it_leaves_out),
		cmocka_unit_test(cases_of_one_name_are_told_apart),
		cmocka_unit_test(a_document_that_has_no_room_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
