#include "page/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define START "2026-11-20T10:00:00+00:00"

static const struct pr_page_frame frame = {
	.organization = "Acme", .user = "ann", .now = 1795168860000000 /* a minute after START */};

/* An execution with a probe that was met, and one action that runs. */
static json_t *execution_new(json_t *state, const char *status)
{
	json_t *journal = json_pack("{s:{s:s, s:[{s:s}, {s:s}]}, s:s, s:s?, s:{}, s:[o], s:[]}",
		"experiment", "title", "Slow disk", "method", "name", "fill-it", "name", "empty-it",
		"start", START, "status", status, "steady_states", "run",
		json_pack("{s:{s:s, s:s}, s:s}", "activity", "name", "fill-it", "type", "action",
			"start", "2026-11-20T10:00:10+00:00"),
		"rollbacks");

	assert_non_null(journal);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "id", "EXEC", "experiment_id", "EXP",
		"plan_id", "PLAN", "created_date", "2026-11-20T10:00:00.000001Z", "result", journal,
		"user_state", state);
}

static json_t *plan_new(const char *status)
{
	return json_pack("{s:s, s:s, s:n, s:i, s:s, s:{s:s, s:{s:s}}, s:{s:n, s:n}}", "id", "PLAN",
		"status", status, "error", "executions_count", 3, "created_date",
		"2026-11-20T10:00:00Z", "definition", "title", "Disk plan", "schedule", "type",
		"now", "last_executions_info", "running", "terminated");
}

static void assert_parts(const struct pr_buf *out, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strstr(pr_buf_str(out), parts[i]))
			fail_msg("no '%s' in %s", parts[i], pr_buf_str(out));
}

static void home_has_plans_and_executions(void **state)
{
	static const char *const parts[] = {"<bdi>Acme</bdi>", "<bdi>ann</bdi>",
		"href=\"/plans/PLAN\"", "<bdi>Disk plan</bdi>",
		"href=\"/executions/view/?id=EXEC&amp;exp=EXP\"", "<bdi>Slow disk</bdi>",
		"<caption", "page 2 of 3", "?plans=1&amp;executions=3", "?plans=3&amp;executions=3",
		"?executions=2&amp;plans=2"};
	json_auto_t *plans = json_pack("[o]", plan_new("running"));
	json_auto_t *executions =
		json_pack("[o]", execution_new(json_pack("{s:s}", "current", "running"), NULL));
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(0, pr_page_home(&frame, &(struct pr_page_list){plans, 21, 2, 10},
				    &(struct pr_page_list){executions, 21, 3, 10}, &out));
	assert_parts(&out, parts, PR_LEN(parts));
	assert_null(strstr(pr_buf_str(&out), "?executions=4"));
}

static json_t *executions_new(void)
{
	json_t *list = json_array();

	json_array_append_new(list, execution_new(json_pack("{s:s}", "current", "running"), NULL));
	json_array_append_new(list,
		execution_new(json_pack("{s:s, s:s}", "current", "finished", "status", "completed"),
			"completed"));
	json_array_append_new(list,
		execution_new(
			json_pack("{s:s, s:s}", "current", "finished", "status", "failed"), NULL));
	return list;
}

static void a_list_of_summaries_is_that_of_the_journals(void **state)
{
	json_auto_t *none = json_array();
	json_auto_t *whole = executions_new(), *brief = executions_new();
	PR_AUTO(buf) struct pr_buf first = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf second = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_page_list plans = {none, 0, 1, 10};
	json_t *execution;
	size_t i;

	(void)state;
	json_array_foreach (brief, i, execution) {
		assert_int_equal(0, pr_page_summarise(execution, NULL));
		assert_null(json_object_get(execution, "result"));
	}
	pr_page_home(&frame, &plans, &(struct pr_page_list){whole, 3, 1, 10}, &first);
	pr_page_home(&frame, &plans, &(struct pr_page_list){brief, 3, 1, 10}, &second);
	assert_non_null(strstr(pr_buf_str(&first), "Slow disk"));
	assert_string_equal(pr_buf_str(&first), pr_buf_str(&second));
}

static void empty_lists_say_so(void **state)
{
	static const char *const parts[] = {"There is no plan yet", "Nothing was executed yet"};
	json_auto_t *none = json_array();
	struct pr_page_list list = {none, 0, 1, 10};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(0, pr_page_home(&frame, &list, &list, &out));
	assert_parts(&out, parts, PR_LEN(parts));
	assert_null(strstr(pr_buf_str(&out), "<table"));
	assert_null(strstr(pr_buf_str(&out), "class=\"turns\""));
}

/* What the words of states are for readers, in lists and on the page itself. */
static void states_are_worded(void **state)
{
	static const struct {
		const char *current, *status, *tone_and_word;
		bool deviated, going;
	} rows[] = {
		{"pending", NULL, "quiet\"><bdi>pending", false, true},
		{"running", NULL, "live\"><bdi>running", false, true},
		{"pause", NULL, "warn\"><bdi>paused", false, true},
		{"resume", NULL, "live\"><bdi>running", false, true},
		{"terminate", NULL, "warn\"><bdi>stopping", false, true},
		{"finished", "completed", "good\"><bdi>completed", false, false},
		{"finished", "completed", "bad\"><bdi>deviated", true, false},
		{"finished", "failed", "bad\"><bdi>failed", false, false},
		{"finished", "aborted", "warn\"><bdi>aborted", false, false},
		{"finished", NULL, "quiet\"><bdi>ended", false, false},
		{"of a version to come", NULL, "quiet\"><bdi>of a version to come", false, true},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *execution = execution_new(
			json_pack("{s:s, s:s?, s:b}", "current", rows[i].current, "status",
				rows[i].status, "deviated", (int)rows[i].deviated),
			rows[i].status);
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		assert_int_equal(0, pr_page_execution(&frame, execution, "a log\n", &out));
		assert_parts(&out, &rows[i].tone_and_word, 1);
		assert_int_equal(
			rows[i].going, strstr(pr_buf_str(&out), "data-pace=\"going\"") != NULL);
		assert_int_equal(
			rows[i].going, strstr(pr_buf_str(&out), "http-equiv=\"refresh\"") != NULL);
	}
}

/* The axis reaches to the present, what runs is told from what is to come. */
static void what_goes_on_is_shown_as_it_happens(void **state)
{
	static const char *const parts[] = {"1 min 0 s</text>", "aria-label=\"running, from 10 s\"",
		"<li><bdi>empty-it</bdi>", "a log", "/executions/EXP/EXEC/journal.json",
		"/executions/EXP/EXEC/log.txt", "data-id=\"EXEC\"", "1: 1 running"};
	json_auto_t *execution = execution_new(json_pack("{s:s}", "current", "running"), NULL);
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(0, pr_page_execution(&frame, execution, "a log\n", &out));
	assert_parts(&out, parts, PR_LEN(parts));
	assert_null(strstr(pr_buf_str(&out), "<li><bdi>fill-it"));
	assert_null(strstr(pr_buf_str(&out), "no end"));
}

/* A runner that dies leaves what it played. */
static void what_never_ended_has_no_end(void **state)
{
	json_auto_t *execution = execution_new(
		json_pack("{s:s, s:s}", "current", "finished", "status", "aborted"), "aborted");
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(0, pr_page_execution(&frame, execution, NULL, &out));
	assert_non_null(strstr(pr_buf_str(&out), "no end"));
	assert_null(strstr(pr_buf_str(&out), "To come"));
	assert_non_null(strstr(pr_buf_str(&out), "There is none yet"));
}

static void a_plan_shows_its_error(void **state)
{
	static const char *const parts[] = {"class=\"complaint\"", "deployment D not found",
		"<bdi>Disk plan</bdi>", "creation error", "0 4 * * 1", "Europe/Paris"};
	json_auto_t *plan = plan_new("creation error");
	json_auto_t *none = json_array();
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	json_object_set_new(plan, "error", json_string("deployment D not found"));
	json_object_set_new(json_object_get(plan, "definition"), "schedule",
		json_pack("{s:s, s:s, s:s}", "type", "cron", "pattern", "0 4 * * 1", "timezone",
			"Europe/Paris"));
	assert_int_equal(
		0, pr_page_plan(&frame, plan, &(struct pr_page_list){none, 0, 1, 10}, &out));
	assert_parts(&out, parts, PR_LEN(parts));
}

static void sign_in_says_what_was_wrong(void **state)
{
	PR_AUTO(buf) struct pr_buf plain = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf again = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(0, pr_page_sign_in(NULL, "/plans/x", &plain));
	assert_int_equal(0, pr_page_sign_in("This is no valid token.", NULL, &again));
	assert_non_null(strstr(pr_buf_str(&plain), "method=\"post\" action=\"/sign-in\""));
	assert_null(strstr(pr_buf_str(&plain), "role=\"alert\""));
	assert_non_null(strstr(pr_buf_str(&again), "role=\"alert\"><bdi>This is no valid token."));
	assert_null(strstr(pr_buf_str(&plain), "Sign out"));
	assert_non_null(strstr(pr_buf_str(&plain), "name=\"next\" value=\"/plans/x\""));
}

static void a_page_that_has_no_room_fails(void **state)
{
	json_auto_t *execution = execution_new(json_pack("{s:s}", "current", "running"), NULL);
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(1000);

	(void)state;
	assert_int_equal(PR_ELIMIT, pr_page_execution(&frame, execution, NULL, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(home_has_plans_and_executions),
		cmocka_unit_test(a_list_of_summaries_is_that_of_the_journals),
		cmocka_unit_test(empty_lists_say_so),
		cmocka_unit_test(states_are_worded),
		cmocka_unit_test(what_goes_on_is_shown_as_it_happens),
		cmocka_unit_test(what_never_ended_has_no_end),
		cmocka_unit_test(a_plan_shows_its_error),
		cmocka_unit_test(sign_in_says_what_was_wrong),
		cmocka_unit_test(a_page_that_has_no_room_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
