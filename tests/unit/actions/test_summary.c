#include "actions/summary.h"

#include "actions/markdown.h"
#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void texts_of_others_are_shown_as_they_are(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *shown;
	} rows[] = {
		{"plain", 100, "plain"},
		{"a|b", 100, "a\\|b"},
		{"one\r\ntwo\tthree", 100, "one  two three"},
		{"<b>&amp;", 100, "&lt;b&gt;&amp;amp;"},
		{"[x](http://y) *z* `q` _u_", 100,
			"\\[x\\]\\(http\\://y\\) \\*z\\* \\`q\\` \\_u\\_"},
		{"\\|", 100, "\\\\\\|"},
		{"www.x.y WWW.x new.x", 100, "www\\.x.y WWW\\.x new\\.x"},
		{"@team #1 $x$", 100, "&#64;team \\#1 \\$x\\$"},
		{"\x01\x7f\xff", 100, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xf0\x9f\x92\xa5", 100, "\xf0\x9f\x92\xa5"},
		{"\xe2\x80\xa8\xe2\x80\xae\xc2\x85", 100, " \xef\xbf\xbd\xef\xbf\xbd"},
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abcdef\xe2\x80\xa6"},
		{"ab\xf0\x9f\x92\xa5xx", 5, "ab\xe2\x80\xa6"},
		{"ab\xf0\x9f\x92\xa5xx", 6, "ab\xf0\x9f\x92\xa5\xe2\x80\xa6"},
		{"say canary_token", 100, "say \\*\\*\\*\\*\\*\\*\\*\\*\\*\\*"},
		{"say canary_token", 8, "say \\*\\*\\*\\*\xe2\x80\xa6"},
	};

	(void)state;
	assert_int_equal(pr_redact_add("canary_token", NULL), 0);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		assert_int_equal(pr_markdown_text(rows[i].text, rows[i].max, &out), 0);
		assert_string_equal(pr_buf_str(&out), rows[i].shown);
	}
	pr_redact_forget();
}

static void what_is_too_long_ends_in_a_note(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *left;
	} rows[] = {
		{"one\ntwo\nthree\n", 14, "one\ntwo\nthree\n"},
		{"one\ntwo\nthree\n", 13, "one\ntwo\n!!"},
		{"one\ntwo\nthree\n", 10, "one\ntwo\n!!"},
		{"one\ntwo\nthree\n", 9, "one\n!!"},
		{"onetwothree", 8, "onetwo!!"},
		{"ab\xf0\x9f\x92\xa5xx", 7, "ab!!"},
		{"abcdef", 1, "!!"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		pr_buf_adds(&text, rows[i].text);
		assert_int_equal(pr_markdown_cut(&text, rows[i].max, "!!"), 0);
		assert_string_equal(pr_buf_str(&text), rows[i].left);
	}
}

static json_t *parse(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	assert_non_null(value);
	return value;
}

static void a_summary_has_facts_and_every_activity(void **state)
{
	json_auto_t *journal = parse(
		"{\"experiment\": {\"title\": \"A|B\"}, \"status\": \"completed\", \"deviated\": "
		"true,"
		" \"start\": \"2026\", \"duration\": 1.5, \"steady_states\": {"
		"  \"before\": {\"steady_state_met\": true, \"probes\": [{\"activity\": {\"type\": "
		"\"probe\", \"name\": \"p\"}, \"status\": \"succeeded\", \"tolerance_met\": true, "
		"\"duration\": 0.25, \"output\": 200}]},"
		"  \"during\": [{\"probes\": [{\"activity\": {\"type\": \"probe\", \"name\": "
		"\"q\"}, "
		"\"status\": \"succeeded\", \"tolerance_met\": true}]}],"
		"  \"after\": {\"steady_state_met\": false, \"probes\": [{\"activity\": {\"type\": "
		"\"probe\", \"name\": \"p\"}, \"status\": \"succeeded\", \"tolerance_met\": "
		"false}]}},"
		" \"run\": [{\"activity\": {\"type\": \"action\", \"name\": \"a\"}, \"status\": "
		"\"failed\", \"exception\": [\"Traceback\\n\", \"x.Y: bad\\nluck\\n\"]}],"
		" \"rollbacks\": [{\"activity\": {\"type\": \"action\", \"name\": \"r\"}, "
		"\"status\": "
		"\"succeeded\", \"output\": {\"a\": 1}}]}");
	const struct pr_actions_facts facts = {
		.plan = "id", .url = "https://h/e?id=1&x=2", .journal = "run.json", .error = ""};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_actions_result result;

	(void)state;
	pr_actions_read_result(journal, &result);
	assert_int_equal(pr_actions_summary(journal, &result, &facts, &out), 0);
	assert_string_equal(pr_buf_str(&out),
		"## Chaos experiment: deviated\n\n"
		"- Experiment: A\\|B\n- Plan: id\n- Execution: <https://h/e?id=1&x=2>\n"
		"- Status: completed\n- Deviated: yes\n- Started: 2026\n- Duration: 1.500 s\n"
		"- Journal: run.json\n\n"
		"| Activity | Type | Phase | Status | Duration | Timeline | Result |\n"
		"| --- | --- | --- | --- | ---: | --- | --- |\n"
		"| p | probe | Hypothesis before | succeeded | 0.250 s |  | 200 |\n"
		"| a | action | Method | failed |  |  | x.Y\\: bad luck |\n"
		"| p | probe | Hypothesis after | succeeded, not tolerated |  |  |  |\n"
		"| r | action | Rollbacks | succeeded |  |  | \\{\"a\"\\:1\\} |\n\n");
}

static void activities_stand_on_a_timeline(void **state)
{
	json_auto_t *journal =
		parse("{\"status\": \"completed\", \"start\": \"2026-11-20T16:24:56+00:00\", "
		      "\"duration\": 4, \"run\": [{\"activity\": {\"name\": \"a\", \"type\": "
		      "\"action\"}, \"status\": \"succeeded\", \"start\": "
		      "\"2026-11-20T16:24:57+00:00\", \"duration\": 2}]}");
	const struct pr_actions_facts facts = {.plan = "id"};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_actions_result result;

	(void)state;
	pr_actions_read_result(journal, &result);
	assert_int_equal(pr_actions_summary(journal, &result, &facts, &out), 0);
	assert_non_null(strstr(pr_buf_str(&out),
		"| a | action | Method | succeeded | 2.000 s | "
		"`\u2591\u2591\u2591\u2591\u2591\u2588\u2588\u2588\u2588\u2588\u2588\u2588"
		"\u2588\u2588\u2588\u2591\u2591\u2591\u2591\u2591` |  |\n"));
}

static void an_address_that_could_end_its_link_is_text(void **state)
{
	const struct pr_actions_facts facts = {.url = "https://h/> <b>", .error = "it\nis so"};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_actions_result result;

	(void)state;
	pr_actions_read_result(NULL, &result);
	assert_int_equal(pr_actions_summary(NULL, &result, &facts, &out), 0);
	assert_string_equal(pr_buf_str(&out),
		"## Chaos experiment: not completed\n\n"
		"- Execution: https\\://h/&gt; &lt;b&gt;\n- Status: error\n- Deviated: no\n"
		"- Error: it is so\n\n");
}

static void an_address_with_a_secret_is_no_link(void **state)
{
	const struct pr_actions_facts facts = {.url = "https://h/?key=canary"};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_actions_result result;

	(void)state;
	pr_actions_read_result(NULL, &result);
	assert_int_equal(pr_redact_add("canary", NULL), 0);
	assert_int_equal(pr_actions_summary(NULL, &result, &facts, &out), 0);
	pr_redact_forget();
	assert_null(strstr(pr_buf_str(&out), "canary"));
	assert_null(strstr(pr_buf_str(&out), "<http"));
	assert_non_null(strstr(pr_buf_str(&out), "- Execution: http"));
}

static void a_large_summary_is_cut(void **state)
{
	json_auto_t *runs = json_array();
	json_auto_t *journal = NULL;
	const struct pr_actions_facts facts = {.plan = "id"};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_actions_result result;

	(void)state;
	for (int i = 0; i < 20000; i++)
		json_array_append_new(
			runs, parse("{\"activity\": {\"name\": \"\xf0\x9f\x92\xa5\"}, "
				    "\"start\": \"2026-11-20T16:24:57+00:00\", \"output\": \"some "
				    "longer text of output\"}"));
	journal = json_pack("{s:s, s:O}", "status", "completed", "run", runs);
	pr_actions_read_result(journal, &result);
	assert_int_equal(pr_actions_summary(journal, &result, &facts, &out), 0);
	assert_true(out.len <= PR_ACTIONS_SUMMARY_MAX);
	assert_true(out.len > PR_ACTIONS_SUMMARY_MAX - 1024);
	assert_true(pr_text_is_utf8(pr_buf_str(&out), out.len));
	assert_true(pr_text_ends(pr_buf_str(&out), "The journal has everything.\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_others_are_shown_as_they_are),
		cmocka_unit_test(what_is_too_long_ends_in_a_note),
		cmocka_unit_test(a_summary_has_facts_and_every_activity),
		cmocka_unit_test(activities_stand_on_a_timeline),
		cmocka_unit_test(an_address_that_could_end_its_link_is_text),
		cmocka_unit_test(an_address_with_a_secret_is_no_link),
		cmocka_unit_test(a_large_summary_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
