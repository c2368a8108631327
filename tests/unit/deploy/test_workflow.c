#include "deploy/workflow.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define JOBS "jobs: {}\n"

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

static const struct pr_workflow_input inputs[] = {{"plan-id", NULL, "p", false},
	{"token", "old-token", "${{ secrets.T }}", true}, {.name = NULL}};

/* What one test does to a workflow. */
struct change {
	const char *name;
	bool trigger;
	const char *cron;
	const char *zone;
	const char *action;
	const char *uses;
};

static int change_text(
	const char *text, const struct change *change, struct pr_buf *out, struct pr_err *err)
{
	struct pr_workflow *workflow = NULL;
	size_t steps = 0;
	int rc = pr_workflow_new(text, strlen(text), "w.yaml", &limits, &workflow, err);

	if (!rc && change->name)
		rc = pr_workflow_set_name(workflow, change->name, err);
	if (!rc && change->trigger)
		rc = pr_workflow_set_trigger(workflow, change->cron, change->zone, err);
	if (!rc && change->action)
		rc = pr_workflow_set_inputs(
			workflow, change->action, change->uses, inputs, &steps, err);
	if (!rc)
		rc = pr_workflow_write(workflow, out, err);
	pr_workflow_free(workflow);
	return rc;
}

static void assert_changed(const char *text, const struct change *change, const char *expected)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err err = PR_ERR_INIT;

	if (change_text(text, change, &out, &err))
		fail_msg("%s: %s", text, err.msg);
	assert_string_equal(pr_buf_str(&out), expected);
}

static void assert_refused(const char *text, const struct change *change, const char *message)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err err = PR_ERR_INIT;

	assert_int_equal(change_text(text, change, &out, &err), PR_EINVAL);
	assert_string_equal(err.msg, message);
	assert_int_equal(out.len, 0);
}

static void the_name_is_replaced_or_put_in_front(void **state)
{
	static const struct change to_x = {.name = "x: y"};
	static const char *const rows[][2] = {
		{"name: old # why\n" JOBS, "name: \"x: y\" # why\n" JOBS},
		{"name: 'o''ld'\n" JOBS, "name: \"x: y\"\n" JOBS},
		{"name:   # none\n" JOBS, "name: \"x: y\"   # none\n" JOBS},
		{"name: >\n  old\n  text\n\n" JOBS, "name: \"x: y\"\n\n" JOBS},
		{"# about\n" JOBS "name: old", "# about\n" JOBS "name: \"x: y\""},
		{"# about\n\n" JOBS, "# about\n\nname: \"x: y\"\n" JOBS},
		{"\xef\xbb\xbf# \xc3\xa9\xe2\x82\xac\r\nname: \xc3\xa9 # \xc3\xa9\r\njobs: {}\r\n",
			"\xef\xbb\xbf# \xc3\xa9\xe2\x82\xac\r\nname: \"x: y\" # \xc3\xa9\r\njobs: "
			"{}\r\n"},
		{"\xef\xbb\xbfname: \xc3\xa9\n" JOBS, "\xef\xbb\xbfname: \"x: y\"\n" JOBS},
		{"\xef\xbb\xbf" JOBS, "\xef\xbb\xbfname: \"x: y\"\n" JOBS},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_changed(rows[i][0], &to_x, rows[i][1]);
}

static void a_workflow_is_made_startable_by_hand(void **state)
{
	static const struct change by_hand = {.trigger = true};
	static const char *const rows[][2] = {
		{JOBS, "on:\n  workflow_dispatch:\n" JOBS},
		{"name: n # c\n" JOBS, "name: n # c\non:\n  workflow_dispatch:\n" JOBS},
		{"on:\n\n" JOBS, "on:\n  workflow_dispatch:\n\n" JOBS},
		{"on: # c\n" JOBS, "on: # c\n  workflow_dispatch:\n" JOBS},
		{"'on':\n" JOBS, "'on':\n  workflow_dispatch:\n" JOBS},
		{"on: ~\n" JOBS, "on:\n  workflow_dispatch:\n" JOBS},
		{"on: push # c\n" JOBS, "on:\n  push:\n  workflow_dispatch: # c\n" JOBS},
		{"on: workflow_dispatch\n" JOBS, "on: workflow_dispatch\n" JOBS},
		{"on: [push, pull_request]\n" JOBS,
			"on: [workflow_dispatch, push, pull_request]\n" JOBS},
		{"on: []\n" JOBS, "on: [workflow_dispatch]\n" JOBS},
		{"on: [push, workflow_dispatch]\n" JOBS, "on: [push, workflow_dispatch]\n" JOBS},
		{"on:\n  - push # c\n" JOBS, "on:\n  - push # c\n  - workflow_dispatch\n" JOBS},
		{"on:\n    # c\n    push:\n" JOBS,
			"on:\n    # c\n    push:\n    workflow_dispatch:\n" JOBS},
		{"on:\n  workflow_dispatch:\n    inputs: {}\n" JOBS,
			"on:\n  workflow_dispatch:\n    inputs: {}\n" JOBS},
		{"on: {push: {}}\n" JOBS, "on: {workflow_dispatch: {}, push: {}}\n" JOBS},
		{"on: {}\n" JOBS, "on: {workflow_dispatch: {}}\n" JOBS},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_changed(rows[i][0], &by_hand, rows[i][1]);
}

static void a_workflow_is_given_a_schedule(void **state)
{
	static const struct change timed = {.trigger = true, .cron = "5 4 * * *"};
#define TIME "  schedule:\n    - cron: \"5 4 * * *\"\n"
	static const char *const rows[][2] = {
		{"on:\n" JOBS, "on:\n" TIME JOBS},
		{"on: push\n" JOBS, "on:\n  push:\n" TIME JOBS},
		{"on: schedule\n" JOBS, "on:\n" TIME JOBS},
		{"on: [push, workflow_dispatch] # c\n" JOBS,
			"on:\n  push:\n  workflow_dispatch:\n  schedule:\n    - cron: \"5 4 * * "
			"*\" # c\n" JOBS},
		{"on:\n# a\n- push # b\n-   fork\n" JOBS,
			"on:\n# a\n  push: # b\n  fork:\n" TIME JOBS},
		{"on:\n  workflow_dispatch: # c\n" JOBS,
			"on:\n  workflow_dispatch: # c\n" TIME JOBS},
		{"on:\n  schedule:\n    # a\n    - cron: '1 1 * * *' # b\n  push:\n" JOBS,
			"on:\n  schedule:\n    # a\n    - cron: \"5 4 * * *\" # b\n  push:\n" JOBS},
		{"on:\n  schedule:\n  - cron: '1 1 * * *'\n  - cron: '2 1 * * *'\n" JOBS,
			"on:\n  schedule:\n  - cron: \"5 4 * * *\"\n" JOBS},
		{"on:\n  schedule: # c\n" JOBS,
			"on:\n  schedule: # c\n    - cron: \"5 4 * * *\"\n" JOBS},
		{"on:\n  schedule: [{cron: '1 1 * * *'}]\n" JOBS,
			"on:\n  schedule: [{cron: \"5 4 * * *\"}]\n" JOBS},
		{"on: {push: {}}\n" JOBS,
			"on: {schedule: [{cron: \"5 4 * * *\"}], push: {}}\n" JOBS},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_changed(rows[i][0], &timed, rows[i][1]);
}

static void a_time_zone_stands_beside_the_time(void **state)
{
	static const struct change zoned = {
		.trigger = true, .cron = "5 4 * * *", .zone = "Europe/Oslo"};
	static const struct change utc = {.trigger = true, .cron = "5 4 * * *", .zone = "UTC"};

	(void)state;
	assert_changed("on:\n" JOBS, &zoned,
		"on:\n  schedule:\n    - cron: \"5 4 * * *\"\n      timezone: Europe/Oslo\n" JOBS);
	assert_changed("on: {}\n" JOBS, &zoned,
		"on: {schedule: [{cron: \"5 4 * * *\", timezone: \"Europe/Oslo\"}]}\n" JOBS);
	assert_changed("on:\n" JOBS, &utc, "on:\n  schedule:\n    - cron: \"5 4 * * *\"\n" JOBS);
}

#define STEPS(text) "jobs:\n  a:\n    steps:\n" text

static void the_inputs_of_a_step_are_set(void **state)
{
	static const struct change ours = {.action = "o/r"};
#define TOKEN "${{ secrets.T }}"
	static const char *const rows[][2] = {
		{STEPS("      - uses: o/r@v1 # c\n      - run: x\n"),
			STEPS("      - uses: o/r@v1 # c\n        with:\n          plan-id: p\n"
			      "          token: " TOKEN "\n      - run: x\n")},
		{STEPS("    - name: n\n      uses: 'o/r/host@v1'"),
			STEPS("    - name: n\n      uses: 'o/r/host@v1'\n      with:\n"
			      "        plan-id: p\n        token: " TOKEN)},
		{STEPS("    - uses: o/r\n      with: # c\n      id: i\n"),
			STEPS("    - uses: o/r\n      with: # c\n        plan-id: p\n"
			      "        token: " TOKEN "\n      id: i\n")},
		{STEPS("    - with:\n          # own\n          token: mine # c\n          x: |\n"
		       "            y\n\n      uses: o/r@v1\n"),
			STEPS("    - with:\n          # own\n          token: mine # c\n          "
			      "x: |\n"
			      "            y\n          plan-id: p\n\n      uses: o/r@v1\n")},
		{STEPS("    - uses: o/r@v1\n      with:\n        token:\n"),
			STEPS("    - uses: o/r@v1\n      with:\n        token: " TOKEN
			      "\n        plan-id: p\n")},
		{STEPS("    - uses: o/r@v1\n      with:\n        token: &t mine\n        x: *t\n"),
			STEPS("    - uses: o/r@v1\n      with:\n        token: &t mine\n"
			      "        x: *t\n        plan-id: p\n")},
		{STEPS("    - uses: o/r@v1\n      with:\n        plan-id: old # c\n        "
		       "token:\n"),
			STEPS("    - uses: o/r@v1\n      with:\n        plan-id: p # c\n"
			      "        token: " TOKEN "\n")},
		{STEPS("    - uses: O/R@v1\n      with:\n        Plan-Id: old\n        "
		       "old-token: mine\n"),
			STEPS("    - uses: O/R@v1\n      with:\n        Plan-Id: p\n        "
			      "old-token: mine\n")},
		{STEPS("    - uses: o/r@v1\n      with: {Plan-ID: x, OLD-TOKEN: mine, a: b}\n"),
			STEPS("    - uses: o/r@v1\n      with: {Plan-ID: \"p\", OLD-TOKEN: mine, "
			      "a: "
			      "b}\n")},
		{STEPS("    - uses: o/r@v1\n      with: {a: b}\n"),
			STEPS("    - uses: o/r@v1\n"
			      "      with: {plan-id: \"p\", token: \"" TOKEN "\", a: b}\n")},
		{STEPS("    - uses: o/r@v1\n      with: {}\n"),
			STEPS("    - uses: o/r@v1\n"
			      "      with: {plan-id: \"p\", token: \"" TOKEN "\"}\n")},
		{STEPS("    - uses: o/rest@v1\n    - uses: p/o/r@v1\n    - {uses: x/y@v1}\n"),
			STEPS("    - uses: o/rest@v1\n    - uses: p/o/r@v1\n    - {uses: "
			      "x/y@v1}\n")},
		{"jobs:\n  a:\n    uses: o/r@v1\n", "jobs:\n  a:\n    uses: o/r@v1\n"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_changed(rows[i][0], &ours, rows[i][1]);
}

static void line_ends_stay_what_they_are(void **state)
{
	static const struct change all = {
		.name = "x", .trigger = true, .action = "o/r", .uses = "q/s@v2"};

	(void)state;
	assert_changed("name: n\r\non:\r\njobs:\r\n  a:\r\n    steps:\r\n    - uses: o/r@v1\r\n",
		&all,
		"name: x\r\non:\r\n  workflow_dispatch:\r\njobs:\r\n  a:\r\n    steps:\r\n"
		"    - uses: q/s@v2\r\n      with:\r\n        plan-id: p\r\n        token: " TOKEN
		"\r\n");
}

static void what_is_no_workflow_is_refused(void **state)
{
	static const struct change nothing = {.name = NULL};
	static const char *const rows[][2] = {
		{"", "'w.yaml' is not a workflow: it is no mapping"},
		{"# only\n", "'w.yaml' is not a workflow: it is no mapping"},
		{"- a\n", "'w.yaml' is not a workflow: it is no mapping"},
		{"text\n", "'w.yaml' is not a workflow: it is no mapping"},
		{"on: push\n", "'w.yaml' is not a workflow: it has no jobs"},
		{"jobs: x\n", "'w.yaml' is not a workflow: it has no jobs"},
		{"{jobs: {}}\n", "'w.yaml' is written with { }: write it in lines, so that it can "
				 "be changed"},
		{"jobs: {}\n---\njobs: {}\n", "'w.yaml' holds several documents: one is allowed"},
		{"a: b: c\n",
			"'w.yaml' is not YAML: mapping values are not allowed in this context at "
			"line 1, column 5"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_refused(rows[i][0], &nothing, rows[i][1]);
}

static void what_cannot_be_changed_is_refused(void **state)
{
	static const struct change by_hand = {.trigger = true, .action = "o/r"};

	(void)state;
	assert_refused("x: &a [push]\non: *a\n" JOBS, &by_hand,
		"'w.yaml', line 2: an alias cannot be changed here: write the value itself");
	assert_refused("on: [{a: b}]\n" JOBS, &by_hand,
		"'w.yaml', line 1: this is not the name of an event");
	assert_refused("on: push\n" STEPS("    - {uses: o/r@v1}\n"), &by_hand,
		"'w.yaml', line 5: the step is written with { }: write it in lines, so that it can "
		"be changed");
	assert_refused("on: push\n" STEPS("    - uses: o/r@v1\n      with: text\n"), &by_hand,
		"'w.yaml', line 6: the inputs of a step are a mapping");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_replaced_or_put_in_front),
		cmocka_unit_test(a_workflow_is_made_startable_by_hand),
		cmocka_unit_test(a_workflow_is_given_a_schedule),
		cmocka_unit_test(a_time_zone_stands_beside_the_time),
		cmocka_unit_test(the_inputs_of_a_step_are_set),
		cmocka_unit_test(line_ends_stay_what_they_are),
		cmocka_unit_test(what_is_no_workflow_is_refused),
		cmocka_unit_test(what_cannot_be_changed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
