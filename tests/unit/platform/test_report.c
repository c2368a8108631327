#include "platform/report.h"

#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLAN "11111111-1111-4111-8111-111111111111"

static void assert_json(json_t *value, const char *expected)
{
	char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	json_decref(value);
}

static void bodies_have_the_members_of_the_protocol(void **state)
{
	(void)state;
	assert_json(
		pr_report_plan_status("running", NULL), "{\"status\":\"running\",\"error\":null}");
	assert_json(pr_report_plan_status("error", "a \"b\""),
		"{\"status\":\"error\",\"error\":\"a \\\"b\\\"\"}");
	assert_json(pr_report_running("2026-11-20T16:04:56.500624+00:00", PLAN),
		"{\"current\":\"running\",\"started_on\":\"2026-11-20T16:04:56.500624+00:00\","
		"\"plan_id\":\"" PLAN "\"}");
	assert_json(pr_report_running("t", NULL),
		"{\"current\":\"running\",\"started_on\":\"t\",\"plan_id\":null}");
	assert_json(pr_report_finished("completed", false, PLAN),
		"{\"current\":\"finished\",\"status\":\"completed\",\"deviated\":false,\"plan_id\":"
		"\"" PLAN "\"}");
	assert_json(pr_report_finished("failed", true, NULL),
		"{\"current\":\"finished\",\"status\":\"failed\",\"deviated\":true,\"plan_id\":"
		"null}");
}

static void the_journal_is_text_in_upstreams_form(void **state)
{
	json_t *journal = json_pack("{s: s, s: [i]}", "status", "completed", "run", 1);

	(void)state;
	assert_json(pr_report_results(journal, NULL, PLAN),
		"{\"result\":\"{\\n  \\\"status\\\": \\\"completed\\\",\\n  \\\"run\\\": [\\n    "
		"1\\n"
		"  ]\\n}\",\"plan_id\":\"" PLAN "\"}");
	json_decref(journal);
}

static void the_log_goes_along_when_there_is_one(void **state)
{
	struct pr_buf log = PR_BUF_INIT(100);
	json_t *journal = json_object();

	(void)state;
	assert_json(pr_report_results(journal, &log, NULL),
		"{\"result\":\"{}\",\"log\":\"\",\"plan_id\":null}");
	pr_buf_adds(&log, "a line\n");
	assert_json(pr_report_results(journal, &log, PLAN),
		"{\"result\":\"{}\",\"log\":\"a line\\n\",\"plan_id\":\"" PLAN "\"}");
	pr_buf_release(&log);
	json_decref(journal);
}

/* What the journal's text holds as its member `k`. Caller frees. */
static char *member_sent(const char *bytes, size_t n)
{
	json_t *journal = json_pack("{s: o}", "k", json_stringn(bytes, n));
	json_t *body = pr_report_results(journal, NULL, NULL);
	json_t *sent = json_loads(
		json_string_value(json_object_get(body, "result")), JSON_ALLOW_NUL, NULL);
	char *copy = strdup(json_string_value(json_object_get(sent, "k")));

	json_decref(journal);
	json_decref(body);
	json_decref(sent);
	return copy;
}

static void nul_is_replaced_and_backslashes_are_not_mistaken_for_it(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *sent;
	} cases[] = {
		{"a\0b", 3,
			"a\xef\xbf\xbd"
			"b"},
		{"\0", 1, "\xef\xbf\xbd"},
		{"\0\0", 2, "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\\u0000", 6, "\\u0000"},
		{"\\\0", 2, "\\\xef\xbf\xbd"},
		{"\\\\u0000", 7, "\\\\u0000"},
		{"plain", 5, "plain"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *sent = member_sent(cases[i].bytes, cases[i].n);

		assert_string_equal(sent, cases[i].sent);
		free(sent);
	}
}

static void a_log_of_any_bytes_can_be_sent(void **state)
{
	struct pr_buf log = PR_BUF_INIT(100);
	json_t *journal = json_object();

	(void)state;
	pr_buf_add(&log,
		"a\0b\xff"
		"c",
		5);
	assert_json(pr_report_results(journal, &log, NULL),
		"{\"result\":\"{}\",\"log\":\"ab\xef\xbf\xbd"
		"c\",\"plan_id\":null}");
	pr_buf_release(&log);
	json_decref(journal);
}

static void secrets_stay_here(void **state)
{
	json_t *journal = json_pack("{s: s}", "output", "the s3cr3t-value is");

	(void)state;
	assert_int_equal(pr_redact_add("s3cr3t-value", NULL), 0);
	assert_json(pr_report_results(journal, NULL, NULL),
		"{\"result\":\"{\\n  \\\"output\\\": \\\"the " PR_REDACTED
		" is\\\"\\n}\",\"plan_id\":null}");
	json_decref(journal);
	assert_json(pr_report_plan_status("error", "Error: no s3cr3t-value"),
		"{\"status\":\"error\",\"error\":\"Error: no " PR_REDACTED "\"}");
	pr_redact_forget();
}

static void an_error_of_any_bytes_can_be_told(void **state)
{
	(void)state;
	assert_json(pr_report_plan_status("error", "Error: \xff"),
		"{\"status\":\"error\",\"error\":\"Error: \xef\xbf\xbd\"}");
}

static void growth_is_counted_by_entries(void **state)
{
	json_t *journal = json_pack("{s: [i, i], s: [i], s: {s: [i, i, i]}}", "run", 1, 2,
		"rollbacks", 3, "steady_states", "during", 4, 5, 6);

	(void)state;
	assert_int_equal(pr_report_entries(journal), 7);
	assert_int_equal(pr_report_entries(NULL), 1);
	json_decref(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_have_the_members_of_the_protocol),
		cmocka_unit_test(the_journal_is_text_in_upstreams_form),
		cmocka_unit_test(the_log_goes_along_when_there_is_one),
		cmocka_unit_test(nul_is_replaced_and_backslashes_are_not_mistaken_for_it),
		cmocka_unit_test(a_log_of_any_bytes_can_be_sent),
		cmocka_unit_test(secrets_stay_here),
		cmocka_unit_test(an_error_of_any_bytes_can_be_told),
		cmocka_unit_test(growth_is_counted_by_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
