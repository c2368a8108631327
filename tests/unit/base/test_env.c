#include "base/compiler.h"
#include "base/env.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NAME "PLAN_RUNNER_TEST_VARIABLE"

static int forget(void **state)
{
	(void)state;
	return pr_env_unset(NAME, NULL);
}

static void a_variable_is_absent_empty_or_set(void **state)
{
	(void)state;
	assert_null(pr_env_get(NAME));
	assert_null(pr_env_get_set(NAME));
	assert_int_equal(pr_env_set(NAME, "", NULL), 0);
	assert_string_equal(pr_env_get(NAME), "");
	assert_null(pr_env_get_set(NAME));
	assert_int_equal(pr_env_set(NAME, "a=b", NULL), 0);
	assert_string_equal(pr_env_get(NAME), "a=b");
	assert_string_equal(pr_env_get_set(NAME), "a=b");
	assert_int_equal(pr_env_unset(NAME, NULL), 0);
	assert_null(pr_env_get(NAME));
	assert_int_equal(pr_env_unset(NAME, NULL), 0);
}

static void impossible_names_are_refused(void **state)
{
	static const char *const names[] = {"", "A=B", "="};

	(void)state;
	for (size_t i = 0; i < PR_LEN(names); i++) {
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(pr_env_set(names[i], "x", &err), PR_EINVAL);
		assert_non_null(strstr(err.msg, "cannot be the name"));
		pr_err_clear(&err);
		assert_int_equal(pr_env_unset(names[i], &err), PR_EINVAL);
		assert_non_null(strstr(err.msg, "cannot be the name"));
	}
}

/* How often the list for execve holds the text. */
static int count(const char *text)
{
	int n = 0;

	for (char *const *entry = pr_env_all(); *entry; entry++)
		n += strcmp(*entry, text) == 0;
	return n;
}

static void children_get_what_is_set(void **state)
{
	(void)state;
	assert_int_equal(count(NAME "=x"), 0);
	pr_env_set(NAME, "x", NULL);
	assert_int_equal(count(NAME "=x"), 1);
	pr_env_set(NAME, "y", NULL);
	assert_int_equal(count(NAME "=x"), 0);
	assert_int_equal(count(NAME "=y"), 1);
}

static void home_is_the_variable_or_what_the_system_knows(void **state)
{
	const struct passwd *entry = getpwuid(getuid());
	char *home;

	(void)state;
	pr_env_set("HOME", "/some/where", NULL);
	home = pr_env_home();
	assert_string_equal(home, "/some/where");
	free(home);
	for (int i = 0; i < 2; i++) {
		if (i)
			pr_env_unset("HOME", NULL);
		else
			pr_env_set("HOME", "", NULL);
		home = pr_env_home();
		if (entry && *entry->pw_dir)
			assert_string_equal(home, entry->pw_dir);
		else
			assert_null(home);
		free(home);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_variable_is_absent_empty_or_set, forget, forget),
		cmocka_unit_test(impossible_names_are_refused),
		cmocka_unit_test_setup_teardown(children_get_what_is_set, forget, forget),
		cmocka_unit_test(home_is_the_variable_or_what_the_system_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
