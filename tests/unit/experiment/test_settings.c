#include "experiment/settings.h"

#include "base/env.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

static void the_path_is_that_of_the_environment_or_in_the_home(void **state)
{
	static const struct {
		const char *given;
		const char *path;
	} cases[] = {
		{"/given/s.yaml", "/given/s.yaml"},
		{"~/s.yaml", "/home/x/s.yaml"},
		{"", "/home/x/.chaostoolkit/settings.yaml"},
	};

	(void)state;
	assert_int_equal(pr_env_set("HOME", "/home/x", NULL), 0);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(free) char *path = NULL;

		assert_int_equal(pr_env_set("CHAOSTOOLKIT_CONFIG_PATH", cases[i].given, NULL), 0);
		path = pr_settings_default_path();
		assert_non_null(path);
		assert_string_equal(path, cases[i].path);
	}
}

static void a_file_gives_its_mapping_and_nothing_is_an_empty_one(void **state)
{
	static const struct {
		const char *text;
		const char *value; /* NULL: refused */
		const char *logged;
	} cases[] = {
		{"auths:\n  h:\n    type: ${bearer}\n",
			"{\"auths\": {\"h\": {\"type\": \"${bearer}\"}}}", ""},
		{"", "{}", ""},
		{"# only a comment\n", "{}", ""},
		{"a: [", "{}", "Failed parsing YAML settings: "},
		{"- a\n", NULL, ""},
		{"text", NULL, ""},
	};
	char path[] = "/tmp/plan-runner-test-XXXXXX";

	(void)state;
	close(mkstemp(path));
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf log = PR_BUF_INIT(4096);
		const struct pr_log_sink sink = {
			.level = PR_LOG_WARNING, .write = pr_log_write_buf, .arg = &log};
		json_auto_t *expect = cases[i].value ? json_loads(cases[i].value, 0, NULL) : NULL;
		json_auto_t *settings = NULL;
		FILE *file = fopen(path, "we");
		int rc;

		assert_non_null(file);
		assert_true(fputs(cases[i].text, file) >= 0 && fclose(file) == 0);
		assert_int_equal(pr_log_add(&sink, NULL), 0);
		rc = pr_settings_load(path, &limits, &settings, NULL);
		pr_log_remove(&log);
		if (rc != (expect ? 0 : PR_EINVAL) || (expect && !json_equal(settings, expect)) ||
			!strstr(pr_buf_str(&log), cases[i].logged))
			fail_msg("row %zu: %d %s", i, rc, pr_buf_str(&log));
	}
	unlink(path);
}

static void no_file_is_an_empty_mapping(void **state)
{
	static const char *const paths[] = {NULL, "/nowhere/settings.yaml"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(paths); i++) {
		json_auto_t *settings = NULL;

		assert_int_equal(pr_settings_load(paths[i], &limits, &settings, NULL), 0);
		assert_true(json_is_object(settings));
		assert_int_equal(json_object_size(settings), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_path_is_that_of_the_environment_or_in_the_home),
		cmocka_unit_test(a_file_gives_its_mapping_and_nothing_is_an_empty_one),
		cmocka_unit_test(no_file_is_an_empty_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
