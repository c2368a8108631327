#include "actions/stream.h"

#include "actions/annotations.h"
#include "actions/command.h"
#include "actions/groups.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct output {
	struct pr_actions_stream stream;
	char path[32];
	int fd;
};

static void open_output(struct output *output)
{
	pr_text_copy(output->path, sizeof(output->path), "/tmp/pr-stream-XXXXXX");
	output->fd = mkstemp(output->path);
	assert_true(output->fd >= 0);
	pr_actions_stream_init(&output->stream, output->fd);
}

/* What was written, every random word as W. Caller frees. */
static char *close_output(struct output *output)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf plain = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *p;

	assert_int_equal(pr_file_read(output->path, &text, NULL), 0);
	close(output->fd);
	unlink(output->path);
	for (p = pr_buf_str(&text); *p;) {
		bool word = strspn(p, "0123456789abcdef") == 32;

		pr_buf_addc(&plain, word ? 'W' : *p);
		p += word ? 32 : 1;
	}
	return pr_buf_take(&plain);
}

static void say(struct output *output, const char *line)
{
	pr_actions_stream_line(&output->stream, line, strlen(line));
}

static void what_others_wrote_stands_where_no_command_is_heeded(void **state)
{
	struct output output;
	PR_AUTO(free) char *text = NULL;

	(void)state;
	open_output(&output);
	pr_actions_stream_group(&output.stream, "Plan");
	say(&output, "::error::forged\n");
	say(&output, "two\n");
	pr_actions_stream_group(&output.stream, "Method");
	say(&output, "three\n");
	pr_actions_stream_command(&output.stream, "notice", "T", "ours");
	pr_actions_stream_end(&output.stream);
	text = close_output(&output);
	assert_string_equal(text, "::group::Plan\n"
				  "::stop-commands::W\n::error::forged\ntwo\n::W::\n"
				  "::endgroup::\n::group::Method\n"
				  "::stop-commands::W\nthree\n::W::\n"
				  "::notice title=T::ours\n"
				  "::endgroup::\n");
}

static void masks_are_lines_and_common_ones_are_left_out(void **state)
{
	struct output output;
	PR_AUTO(free) char *text = NULL;

	(void)state;
	open_output(&output);
	say(&output, "one\n");
	pr_actions_stream_mask(&output.stream, "first-line \r\n}\n\n50%-second", 6);
	pr_actions_stream_mask(&output.stream, "a", 1);
	pr_actions_stream_mask(&output.stream, "\xc2\xa0\n\xe2\x80\xa8 \xe3\x80\x80\n\n", 1);
	text = close_output(&output);
	assert_string_equal(text, "::stop-commands::W\none\n::W::\n"
				  "::add-mask::first-line\n::add-mask::50%25-second\n"
				  "::add-mask::a\n");
}

static void commands_are_redacted_before_they_are_cut(void **state)
{
	PR_AUTO(buf) struct pr_buf data = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct output output;
	PR_AUTO(free) char *text = NULL;

	(void)state;
	for (size_t i = 0; i < PR_ACTIONS_MESSAGE_MAX - 6; i++)
		pr_buf_addc(&data, 'x');
	pr_buf_adds(&data, "canary-token");
	assert_int_equal(pr_redact_add("canary-token", NULL), 0);
	open_output(&output);
	pr_actions_stream_command(&output.stream, "error", "canary-token", pr_buf_str(&data));
	text = close_output(&output);
	pr_redact_forget();
	assert_true(pr_text_starts(text, "::error title=" PR_REDACTED "::xxx"));
	assert_true(pr_text_ends(text, "x******\n"));
	assert_int_equal(strlen(text), strlen("::error title=" PR_REDACTED "::\n") + 4096);
}

static void each_phase_has_its_group(void **state)
{
	static const struct {
		enum pr_hook_point point;
		enum pr_phase phase;
	} events[] = {
		{PR_HOOK_STARTED, PR_PHASE_NONE},
		{PR_HOOK_BEFORE_HYPOTHESIS, PR_PHASE_BEFORE},
		{PR_HOOK_AFTER_HYPOTHESIS, PR_PHASE_BEFORE},
		{PR_HOOK_BEFORE_METHOD, PR_PHASE_METHOD},
		{PR_HOOK_BEFORE_HYPOTHESIS, PR_PHASE_DURING},
		{PR_HOOK_BEFORE_ACTIVITY, PR_PHASE_METHOD},
		{PR_HOOK_BEFORE_HYPOTHESIS, PR_PHASE_AFTER},
		{PR_HOOK_BEFORE_ROLLBACKS, PR_PHASE_ROLLBACKS},
		{PR_HOOK_AFTER_EXPERIMENT, PR_PHASE_NONE},
	};
	struct output output;
	struct pr_hook hook;
	PR_AUTO(free) char *text = NULL;

	(void)state;
	open_output(&output);
	hook = pr_actions_groups_hook(&output.stream);
	for (size_t i = 0; i < PR_LEN(events); i++) {
		struct pr_hook_event event = {.point = events[i].point, .phase = events[i].phase};
		struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

		hook.on(hook.self, &event, NULL, &answer);
		assert_int_equal(answer.verdict, PR_HOOK_CONTINUE);
	}
	pr_actions_stream_end(&output.stream);
	text = close_output(&output);
	assert_string_equal(text,
		"::group::Steady state before\n::endgroup::\n::group::Method\n::endgroup::\n"
		"::group::Steady state after\n::endgroup::\n::group::Rollbacks\n::endgroup::\n"
		"::group::Report\n::endgroup::\n");
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text += strlen(part);
	}
	return n;
}

static json_t *journal_with(int failures)
{
	json_t *runs = json_array();

	for (int i = 0; i < failures; i++)
		json_array_append_new(
			runs, json_pack("{s:{s:s, s:s}, s:s, s:[s]}", "activity", "name", "boom",
				      "type", "action", "status", "failed", "exception",
				      "chaoslib.exceptions.ActivityFailed: 100% broken\n"));
	json_array_append_new(runs, json_pack("{s:{s:s, s:s}, s:s}", "activity", "name", "fine",
					    "type", "probe", "status", "succeeded"));
	return json_pack("{s:s, s:b, s:o}", "status", "completed", "deviated", 1, "run", runs);
}

static void failures_are_annotated_up_to_the_limit(void **state)
{
	static const struct {
		int failures;
		size_t annotated; /* activities; the deviation and what tells of the rest beside */
		const char *rest;
	} rows[] = {{0, 0, NULL}, {1, 1, NULL}, {9, 9, NULL}, {10, 8, "beside these: 2."},
		{1000, 8, "beside these: 992."}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *journal = journal_with(rows[i].failures);
		struct pr_actions_result result;
		struct output output;
		PR_AUTO(free) char *text = NULL;

		pr_actions_read_result(journal, &result);
		open_output(&output);
		pr_actions_annotate(&output.stream, journal, &result, 0);
		text = close_output(&output);
		assert_int_equal(count(text, "::error title=Deviation::"), 1);
		assert_int_equal(
			count(text,
				"::error title=Method%3A action 'boom' failed::100%25 broken\n"),
			rows[i].annotated);
		assert_int_equal(count(text, "::error title=More::"), rows[i].rest != NULL);
		if (rows[i].rest)
			assert_non_null(strstr(text, rows[i].rest));
		assert_int_equal(count(text, "fine"), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_others_wrote_stands_where_no_command_is_heeded),
		cmocka_unit_test(masks_are_lines_and_common_ones_are_left_out),
		cmocka_unit_test(commands_are_redacted_before_they_are_cut),
		cmocka_unit_test(each_phase_has_its_group),
		cmocka_unit_test(failures_are_annotated_up_to_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
