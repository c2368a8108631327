/* Whatever others wrote into plans and journals is text on a page: no markup, no script, no link of
 * theirs. */
#include "page/page.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const hostile[] = {
	"<script>alert(1)</script>",
	"\"><img src=x onerror=alert(1)>",
	"'><svg onload=alert(1)>",
	"</title><iframe src=//evil.example>",
	"javascript:alert(1)",
	"data:text/html,<b>x",
	"</pre></details><form action=//evil.example>",
	"--><object>",
	"\xe2\x80\xaegpj.<b>\x01\x1b[31m\x7f",
	"&lt;b&gt;&#60;b&#62;",
};

/* Elements that the pages use; there is no way to another one. */
static const char *const elements[] = {"html", "head", "meta", "title", "link", "noscript",
	"script", "body", "a", "div", "nav", "p", "bdi", "span", "form", "button", "main",
	"section", "h1", "h2", "h3", "h4", "header", "dl", "dt", "dd", "time", "code", "table",
	"caption", "thead", "tbody", "tr", "th", "td", "svg", "rect", "text", "details", "summary",
	"pre", "ol", "li", "label", "input"};

static const char *const addresses[] = {"/", "?", "#", "https://", "http://"};

static void assert_elements(const char *html)
{
	for (const char *p = strchr(html, '<'); p; p = strchr(p + 1, '<')) {
		const char *name = p + 1 + (p[1] == '/');
		size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789");
		bool known = pr_text_starts(p, "<!DOCTYPE html>");

		for (size_t i = 0; i < PR_LEN(elements) && !known; i++)
			known = strlen(elements[i]) == n && !strncmp(elements[i], name, n);
		if (!known)
			fail_msg("an element of somebody else's: %.60s", p);
	}
}

static void assert_addresses(const char *html, const char *attribute)
{
	for (const char *p = strstr(html, attribute); p; p = strstr(p + 1, attribute)) {
		const char *value = p + strlen(attribute);
		bool fine = false;

		for (size_t i = 0; i < PR_LEN(addresses) && !fine; i++)
			fine = pr_text_starts(value, addresses[i]);
		fine = fine && !pr_text_starts(value, "//");
		if (!fine)
			fail_msg("leads elsewhere: %.60s", p);
	}
}

static void assert_safe(const struct pr_buf *out)
{
	const char *html = pr_buf_str(out);

	assert_true(pr_text_is_utf8(html, out->len));
	assert_elements(html);
	assert_addresses(html, "href=\"");
	assert_addresses(html, "src=\"");
	assert_addresses(html, "action=\"");
	assert_null(strstr(html, "onerror=alert(1)>"));
	assert_null(strstr(html, "\xe2\x80\xae"));
	assert_null(strchr(html, '\x1b'));
	assert_null(strstr(html, " style="));
}

static json_t *activity_new(const char *bad)
{
	return json_pack("{s:{s:s, s:s, s:{s:s}, s:s}, s:s, s:s, s:s, s:[s], s:f}", "activity",
		"name", bad, "type", bad, "provider", "type", bad, "tolerance", bad, "start", bad,
		"status", bad, "output", bad, "exception", bad, "duration", 1.0);
}

static json_t *execution_new(const char *bad)
{
	json_t *extension = json_pack("{s:s, s:[{s:s, s:s, s:s}]}", "name", "reliably", "extra",
		"type", "url", "topic", bad, "value", bad);
	json_t *experiment = json_pack("{s:s, s:s, s:[o], s:[{s:s}, {s:s}]}", "title", bad,
		"description", bad, "extensions", extension, "method", "name", bad, "name", bad);
	json_t *journal = json_pack("{s:o, s:n, s:s, s:s, s:s, s:{}, s:[o], s:[o], s:s}",
		"experiment", experiment, "status", "start", bad, "end", bad, "node", bad,
		"steady_states", "run", activity_new(bad), "rollbacks", activity_new(bad), bad,
		bad);

	assert_non_null(journal);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:{s:s, s:i, s:{s:s}}}", "id", bad,
		"experiment_id", bad, "plan_id", bad, "created_date", bad, "result", journal,
		"user_state", "current", bad, "duration", 5, "user", "name", bad);
}

static json_t *plan_new(const char *bad)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:{s:s, s:s, s:s}, s:{s:s}},"
			 " s:{s:{s:s}, s:{s:s}}}",
		"id", bad, "status", bad, "error", bad, "created_date", bad, "definition", "title",
		bad, "schedule", "type", "cron", "pattern", bad, "timezone", bad, "deployment",
		"deployment_type", bad, "last_executions_info", "running", "timestamp", bad,
		"terminated", "timestamp", bad);
}

static void texts_of_others_stay_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(hostile); i++) {
		const char *bad = hostile[i];
		struct pr_page_frame frame = {.organization = bad, .user = bad, .now = 1};
		json_auto_t *plan = plan_new(bad);
		json_auto_t *execution = execution_new(bad);
		json_auto_t *plans = json_pack("[O]", plan);
		json_auto_t *executions = json_pack("[O]", execution);
		struct pr_page_list lists[] = {{plans, 1, 1, 10}, {executions, 1, 1, 10}};
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		assert_int_equal(0, pr_page_home(&frame, &lists[0], &lists[1], &out));
		assert_int_equal(0, pr_page_plan(&frame, plan, &lists[1], &out));
		assert_int_equal(0, pr_page_execution(&frame, execution, bad, &out));
		assert_int_equal(0, pr_page_sign_in(bad, bad, &out));
		assert_int_equal(0, pr_page_problem(&frame, bad, &out));
		assert_safe(&out);
	}
}

/* The same members with values of other kinds, or without them. */
static void what_has_another_form_is_shown_all_the_same(void **state)
{
	static const char *const forms[] = {"{}", "[]", "null", "1", "\"x\"",
		"{\"id\":1,\"result\":[],\"user_state\":[],\"definition\":1,\"status\":{}}",
		"{\"result\":{\"experiment\":[],\"run\":{}},\"user_state\":{\"current\":"
		"\"finished\"}}",
		"{\"result\":{\"experiment\":{\"extensions\":{},\"method\":{}},\"status\":null,"
		"\"steady_states\":null,\"run\":null,\"rollbacks\":[1,null]},\"user_state\":null}"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(forms); i++) {
		struct pr_page_frame frame = {.organization = "o", .user = NULL, .now = 1};
		json_auto_t *value = json_loads(forms[i], JSON_DECODE_ANY, NULL);
		json_auto_t *items = json_pack("[O]", value);
		struct pr_page_list lists[] = {{items, 1, 1, 0}, {value, -1, 99, 10}};
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		assert_int_equal(0, pr_page_home(&frame, &lists[0], &lists[0], &out));
		assert_int_equal(0, pr_page_home(&frame, &lists[1], &lists[1], &out));
		assert_int_equal(0, pr_page_plan(&frame, value, &lists[0], &out));
		assert_int_equal(0, pr_page_execution(&frame, value, NULL, &out));
		assert_safe(&out);
	}
}

static void only_addresses_of_the_web_are_links(void **state)
{
	static const struct {
		const char *value;
		bool linked;
	} rows[] = {{"https://example.org/run?a=1&b=2", true}, {"http://example.org", true},
		{"javascript:alert(1)", false}, {" https://example.org", false},
		{"JAVASCRIPT:https://", false}, {"//example.org", false}, {"file:///etc", false}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_page_frame frame = {.organization = "o", .user = "u"};
		json_auto_t *execution = execution_new(rows[i].value);
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		assert_int_equal(0, pr_page_execution(&frame, execution, NULL, &out));
		assert_int_equal(
			rows[i].linked, strstr(pr_buf_str(&out), "noreferrer\" href=\"") != NULL);
		assert_safe(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_others_stay_text),
		cmocka_unit_test(what_has_another_form_is_shown_all_the_same),
		cmocka_unit_test(only_addresses_of_the_web_are_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
