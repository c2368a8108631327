#include "cli/action_place.h"

#include "base/compiler.h"
#include "base/env.h"
#include "base/file.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD(repo) "{\"pull_request\":{\"head\":{\"ref\":\"theirs\",\"repo\":" repo "}}}"
#define OWN HEAD("{\"full_name\":\"Acme/Shop\"}")
#define FORK HEAD("{\"full_name\":\"mallory/shop\"}")

static const char *const names[] = {"GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_HEAD_REF",
	"GITHUB_API_URL", "GITHUB_SERVER_URL", "GITHUB_EVENT_PATH"};

static int setup(void **state)
{
	char folder[] = "/tmp/plan-runner-place-XXXXXX";

	*state = mkdtemp(folder) ? pr_text_dup(folder) : NULL;
	for (size_t i = 0; i < PR_LEN(names); i++)
		pr_env_unset(names[i], NULL);
	return *state ? pr_env_set("GITHUB_REPOSITORY", "acme/shop", NULL) : -1;
}

static int teardown(void **state)
{
	for (size_t i = 0; i < PR_LEN(names); i++)
		pr_env_unset(names[i], NULL);
	pr_file_remove_tree(*state, NULL);
	free(*state);
	return 0;
}

static void set(const char *name, const char *value)
{
	assert_int_equal(value ? pr_env_set(name, value, NULL) : pr_env_unset(name, NULL), 0);
}

static void set_event(const char *folder, const char *text)
{
	PR_AUTO(free) char *path = pr_file_join(folder, "event.json");

	assert_int_equal(pr_file_replace(path, text, strlen(text), 0600, false, NULL), 0);
	set("GITHUB_EVENT_PATH", path);
}

static void the_branch_is_that_of_the_workflow(void **state)
{
	static const struct {
		const char *ref, *head, *event;
		const char *branch; /* NULL: refused, with */
		const char *part;
	} rows[] = {
		{"refs/heads/main", NULL, NULL, "main", NULL},
		{"refs/heads/feature/\xc3\xbc#1", NULL, NULL, "feature/\xc3\xbc#1", NULL},
		{"refs/heads/main", "theirs", FORK, "main", NULL}, /* pull_request_target */
		{"refs/pull/7/merge", "theirs", OWN, "theirs", NULL},
		{"refs/pull/7/merge", NULL, OWN, "theirs", NULL},
		{"refs/pull/7/merge", "main", FORK, NULL, "from the fork mallory/shop"},
		{"refs/pull/7/merge", "main", HEAD("null"), NULL, "from a fork that is gone"},
		{"refs/pull/7/merge", "main", "{}", NULL, "from a fork that is gone"},
		{"refs/pull/7/merge", "main", "[", NULL, "cannot be told"},
		{"refs/pull/7/merge", "main", NULL, NULL, "GITHUB_EVENT_PATH is not set"},
		{"refs/pull/7/merge", "a..b", OWN, NULL, "'a..b' is not a branch's name"},
		{"refs/tags/v1", NULL, NULL, NULL, "'refs/tags/v1': results are committed to"},
		{"refs/heads/gh-readonly-queue/main/pr-1-x", NULL, NULL, NULL, "a merge queue"},
		{"refs/heads/", NULL, NULL, NULL, "is not a branch's name"},
		{"refs/heads/a b", NULL, NULL, NULL, "is not a branch's name"},
		{"main", NULL, NULL, NULL, "results are committed to branches only"},
		{NULL, NULL, NULL, NULL, "GITHUB_REF is not set"},
	};

	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(action_place) struct pr_action_place place = {.branch = NULL};
		struct pr_err err = PR_ERR_INIT;
		int rc;

		set("GITHUB_EVENT_PATH", NULL);
		if (rows[i].event)
			set_event(*state, rows[i].event);
		set("GITHUB_REF", rows[i].ref);
		set("GITHUB_HEAD_REF", rows[i].head);
		rc = pr_action_place_read(&place, &err);
		if (rows[i].branch ? rc || !pr_text_eq(place.branch, rows[i].branch)
				   : rc != PR_EINVAL || !strstr(err.msg, rows[i].part))
			fail_msg("row %zu: %d %s %s", i, rc, place.branch, err.msg);
	}
}

static void addresses_are_those_of_the_server(void **state)
{
	static const struct {
		const char *repository, *api, *server;
		const char *expected_api, *expected_server; /* NULL: refused */
	} rows[] = {
		{"acme/shop", NULL, NULL, "https://api.github.com", "https://github.com"},
		{"acme/shop", "https://ghe.example/api/v3", "https://ghe.example",
			"https://ghe.example/api/v3", "https://ghe.example"},
		{"acme/shop", "ghe.example/api/v3", NULL, NULL, NULL},
		{"acme/shop", "file:///etc/passwd", NULL, NULL, NULL},
		{"acme/shop", NULL, "javascript:x", NULL, NULL},
		{"acme", NULL, NULL, NULL, NULL},
		{"acme/../x", NULL, NULL, NULL, NULL},
		{NULL, NULL, NULL, NULL, NULL},
	};

	(void)state;
	set("GITHUB_REF", "refs/heads/main");
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(action_place) struct pr_action_place place = {.branch = NULL};
		struct pr_err err = PR_ERR_INIT;

		set("GITHUB_REPOSITORY", rows[i].repository);
		set("GITHUB_API_URL", rows[i].api);
		set("GITHUB_SERVER_URL", rows[i].server);
		if (rows[i].expected_api) {
			assert_int_equal(pr_action_place_read(&place, &err), 0);
			assert_string_equal(place.api, rows[i].expected_api);
			assert_string_equal(place.server, rows[i].expected_server);
			assert_string_equal(place.repository, rows[i].repository);
		} else {
			assert_int_equal(pr_action_place_read(&place, &err), PR_EINVAL);
			assert_non_null(strstr(err.msg, "GITHUB_"));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_branch_is_that_of_the_workflow, setup, teardown),
		cmocka_unit_test_setup_teardown(addresses_are_those_of_the_server, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
