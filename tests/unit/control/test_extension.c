#include "control/extension.h"

#include "base/compiler.h"
#include "base/env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const variables[] = {"RELIABLY_EXECUTION_EXTRA", "CI", "GITHUB_SERVER_URL",
	"GITHUB_REPOSITORY", "GITHUB_RUN_ID", "SLACK_CHANNEL"};

static int forget(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(variables); i++)
		(void)pr_env_unset(variables[i], NULL);
	return 0;
}

/* The texts have ' for ". Caller owns. */
static json_t *parse(const char *text)
{
	char *copy = strdup(text);
	json_t *value;

	assert_non_null(copy);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(copy, JSON_DECODE_ANY, NULL);
	free(copy);
	assert_non_null(value);
	return value;
}

static void assert_json(const json_t *value, const char *expected)
{
	json_t *wanted = parse(expected);
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	if (!json_equal(value, wanted))
		fail_msg("%s\n instead of %s", text ? text : "(nothing)", expected);
	free(text);
	json_decref(wanted);
}

static void the_entry_is_found_or_appended(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{"{}", "{'extensions': [{'name': 'reliably', 'run_id': 'r', 'pauses': [],"
		       " 'termination': null}]}"},
		{"{'extensions': null}", "{'extensions': [{'name': 'reliably', 'run_id': 'r',"
					 " 'pauses': [], 'termination': null}]}"},
		{"{'extensions': [{'name': 'x'}, 3]}",
			"{'extensions': [{'name': 'x'}, 3, {'name': 'reliably', 'run_id': 'r',"
			" 'pauses': [], 'termination': null}]}"},
		{"{'extensions': [{'name': 'reliably', 'pauses': [1], 'more': 2, 'run_id': "
		 "'old'}]}",
			"{'extensions': [{'name': 'reliably', 'pauses': [1], 'more': 2,"
			" 'run_id': 'r', 'termination': null}]}"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_t *document = parse(cases[i].before);
		json_t *extension = NULL;

		assert_int_equal(pr_extension_open(document, "r", &extension, NULL), 0);
		assert_string_equal(json_string_value(json_object_get(extension, "run_id")), "r");
		assert_json(document, cases[i].after);
		json_decref(document);
	}
}

static void what_is_known_of_the_execution_is_added(void **state)
{
	static const struct {
		const char *env[4][2];
		const char *extra;
	} cases[] = {
		{.extra = "[]"},
		{{{"RELIABLY_EXECUTION_EXTRA", "[{\"a\":1}]"}}, "[{'a': 1}]"},
		{{{"RELIABLY_EXECUTION_EXTRA", "{\"a\":1}"}}, "[]"},
		{{{"RELIABLY_EXECUTION_EXTRA", "no JSON"}}, "[]"},
		{{{"GITHUB_SERVER_URL", "https://g"}, {"GITHUB_REPOSITORY", "o/r"}}, "[]"},
		{{{"CI", "1"}}, "[]"},
		{{{"CI", "1"}, {"GITHUB_SERVER_URL", "https://g"}, {"GITHUB_REPOSITORY", "o/r"}},
			"[{'type': 'url', 'provider': 'github', 'topic': 'repo', 'value': "
			"'https://g/o/r'}]"},
		{{{"CI", "true"}, {"GITHUB_SERVER_URL", "https://g"}, {"GITHUB_REPOSITORY", "o/r"},
			 {"GITHUB_RUN_ID", "7"}},
			"[{'type': 'url', 'provider': 'github', 'topic': 'repo', 'value': "
			"'https://g/o/r'},"
			"{'type': 'url', 'provider': 'github', 'topic': 'run',"
			" 'value': 'https://g/o/r/actions/runs/7'}]"},
	};

	json_t *document = json_object();
	struct pr_run_view run = {.document = document};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_t *extension = json_object();

		for (size_t k = 0; k < 4 && cases[i].env[k][0]; k++)
			assert_int_equal(
				pr_env_set(cases[i].env[k][0], cases[i].env[k][1], NULL), 0);
		assert_int_equal(pr_extension_complete(extension, &run, "https://here", NULL), 0);
		assert_json(json_object_get(extension, "extra"), cases[i].extra);
		assert_string_equal(json_string_value(json_object_get(extension, "execution_url")),
			"https://here");
		assert_true(json_is_array(json_object_get(extension, "chaostoolkit_extensions")));
		json_decref(extension);
		forget(state);
	}
	json_decref(document);
}

static void the_packages_that_are_built_in_are_named(void **state)
{
	static const char ours[] = "[{'name': 'chaostoolkit-reliably', 'version': '0.84.0'}]";
	static const struct {
		const char *document, *packages;
	} cases[] = {
		{"{'method': [{'provider': {'type': 'process'}}, 3, {'provider': null}]}", "[]"},
		{"{'method': [{'provider': {'module': 'os.path'}}]}", "[]"},
		{"{'method': [{'provider': {'module': 'chaosreliably.activities.pauses'}}]}", ours},
		{"{'rollbacks': [{'provider': {'module': 'chaosreliably.activities.tls'}}]}", ours},
		{"{'steady-state-hypothesis': {'probes': [{'provider': {'module':"
		 " 'chaosreliably.activities.http.probes'}}]}}",
			ours},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_t *extension = json_object();
		struct pr_run_view run = {.document = parse(cases[i].document)};

		assert_int_equal(pr_extension_complete(extension, &run, "https://here", NULL), 0);
		assert_json(
			json_object_get(extension, "chaostoolkit_extensions"), cases[i].packages);
		assert_null(json_object_get(run.document, "configuration"));
		json_decref(extension);
		json_decref(run.document);
	}
}

static void slack_is_told_where_the_execution_is(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{"{}", "{'configuration': {'slack_extra': ['<u|View Reliably Execution>']}}"},
		{"{'configuration': {'slack_extra': ['x']}}",
			"{'configuration': {'slack_extra': ['x',"
			" '<u|View Reliably Execution>']}}"},
		{"{'configuration': {'slack_extra': 'x'}}",
			"{'configuration': {'slack_extra': 'x'}}"},
		{"{'configuration': 3}", "{'configuration': 3}"},
	};

	assert_int_equal(pr_env_set("SLACK_CHANNEL", "#c", NULL), 0);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_t *extension = json_object();
		struct pr_run_view run = {
			.document = parse(cases[i].before), .configuration = json_object()};

		assert_int_equal(pr_extension_complete(extension, &run, "u", NULL), 0);
		assert_json(run.document, cases[i].after);
		assert_json(run.configuration, "{'slack_extra': ['<u|View Reliably Execution>']}");
		json_decref(extension);
		json_decref(run.document);
		json_decref(run.configuration);
	}
	forget(state);
}

static void a_stored_journal_tells_its_run(void **state)
{
	static const struct {
		const char *journal, *run;
	} cases[] = {
		{"{'experiment': {'extensions': [{'name': 'x', 'run_id': 'a'},"
		 "{'name': 'reliably', 'run_id': 'b'}]}}",
			"b"},
		{"{'experiment': {'extensions': [{'name': 'reliably'}]}}", NULL},
		{"{'experiment': {'extensions': [{'name': 'reliably', 'run_id': 3}]}}", NULL},
		{"{'experiment': {'extensions': {}}}", NULL},
		{"{'experiment': []}", NULL},
		{"{}", NULL},
		{"[]", NULL},
		{"null", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_t *journal = parse(cases[i].journal);
		const char *run = pr_extension_run_id(journal);

		if (cases[i].run)
			assert_string_equal(run, cases[i].run);
		else
			assert_null(run);
		json_decref(journal);
	}
	assert_null(pr_extension_run_id(NULL));
}

#define CLEAN(test) cmocka_unit_test_setup_teardown(test, forget, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(the_entry_is_found_or_appended),
		CLEAN(what_is_known_of_the_execution_is_added),
		CLEAN(the_packages_that_are_built_in_are_named),
		CLEAN(slack_is_told_where_the_execution_is),
		CLEAN(a_stored_journal_tells_its_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
