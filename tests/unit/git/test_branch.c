#include "base/text.h"
#include "git/session_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_branch_is_the_one_wanted_or_the_default_one(void **state)
{
	static char main_name[] = "main", develop[] = "develop", release[] = "release/1.0";
	static char *const names[] = {main_name, develop, release};
	static const struct {
		const char *head;
		size_t count;
		const char *wanted;
		const char *chosen; /* NULL: none */
		const char *words;  /* of the message */
	} rows[] = {
		{"main", 3, NULL, "main", NULL},
		{"main", 3, "develop", "develop", NULL},
		{"main", 3, "refs/heads/release/1.0", "release/1.0", NULL},
		{"trunk", 0, NULL, "trunk", NULL},
		{NULL, 0, NULL, "main", NULL},
		{NULL, 0, "any", "any", NULL},
		{"main", 3, "devlop", NULL,
			"'here' has no branch 'devlop': did you mean 'develop'?"},
		{"main", 3, "release/1.1", NULL, "did you mean 'release/1.0'?"},
		{"main", 3, "zzzzzz", NULL, "has no branch 'zzzzzz'; its default one is 'main'"},
		{NULL, 3, "zzzzzz", NULL, "has no branch 'zzzzzz'"},
		{NULL, 3, NULL, NULL,
			"does not tell its default branch: name one with --branch, such as 'main'"},
		{"gone", 3, NULL, NULL, "has no branch 'gone'"},
		{"main", 3, "a b", NULL, "'a b' cannot be the name of a branch"},
		{"main", 3, "-f", NULL, "cannot be"},
		{"main", 3, "", NULL, "cannot be"},
		{"main", 0, "a..b", NULL, "cannot be"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		const struct pr_git_branches branches = {.location = "here",
			.names = names,
			.count = rows[i].count,
			.head = rows[i].head};
		char name[PR_GIT_BRANCH_SIZE] = "";
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_git_branch_choose(&branches, rows[i].wanted, name, &err);

		if ((rc == 0) != (rows[i].chosen != NULL))
			fail_msg("row %zu: %s", i, err.msg);
		if (rows[i].chosen)
			assert_string_equal(name, rows[i].chosen);
		else if (!strstr(err.msg, rows[i].words))
			fail_msg("row %zu: %s", i, err.msg);
	}
}

static void names_of_any_length_are_compared_or_left_out(void **state)
{
	char longest[300];
	char other[300];
	char *const names[] = {other};
	const struct pr_git_branches branches = {.location = "x", .names = names, .count = 1};
	char name[PR_GIT_BRANCH_SIZE];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	memset(other, 'b', sizeof(other));
	longest[255] = other[64] = '\0';
	assert_int_equal(pr_git_branch_choose(&branches, longest, name, NULL), PR_ENOTFOUND);
	other[64] = 'b';
	other[65] = '\0';
	assert_int_equal(pr_git_branch_choose(&branches, longest, name, NULL), PR_ENOTFOUND);
	longest[255] = 'a';
	longest[256] = '\0';
	assert_int_equal(pr_git_branch_choose(&branches, longest, name, NULL), PR_EINVAL);
}

static int start(void **state)
{
	(void)state;
	return git_libgit2_init() < 0;
}

static int stop(void **state)
{
	(void)state;
	return git_libgit2_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_branch_is_the_one_wanted_or_the_default_one),
		cmocka_unit_test(names_of_any_length_are_compared_or_left_out),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
