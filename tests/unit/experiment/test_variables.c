#include "experiment/variables.h"

#include "base/env.h"
#include "base/file.h"
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

struct fixture {
	struct pr_variables variables;
	char folder[64];
	char path[128]; /* of the one file in it */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	if (!f)
		return -1;
	snprintf(f->folder, sizeof f->folder, "/tmp/plan-runner-test-XXXXXX");
	*state = f;
	return !mkdtemp(f->folder) || pr_variables_init(&f->variables, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_variables_release(&f->variables);
	unlink(f->path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static int add_file(struct fixture *f, const char *name, const char *text, struct pr_err *err)
{
	FILE *file;

	unlink(f->path);
	snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name);
	file = fopen(f->path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return pr_variables_add_file(&f->variables, f->path, &limits, err);
}

static void assert_holds(const json_t *object, const char *expected)
{
	json_auto_t *value = json_loads(expected, 0, NULL);

	assert_non_null(value);
	if (!json_equal(object, value))
		fail_msg("%s expected", expected);
}

static void a_variable_is_split_at_the_first_equals_and_the_last_colon_before_it(void **state)
{
	static const struct {
		const char *text;
		const char *holds; /* NULL: refused */
	} cases[] = {
		{"a=1", "{\"a\": \"1\"}"},
		{"a:int=1", "{\"a\": 1}"},
		{"a=b=c:d", "{\"a\": \"b=c:d\"}"},
		{"a:b:float=1", "{\"a:b\": 1.0}"},
		{"a=", "{\"a\": \"\"}"},
		{"a:json={\"b\": [1]}", "{\"a\": {\"b\": [1]}}"},
		{"a:bool=no", "{\"a\": false}"},
		{"=x", "{\"\": \"x\"}"},
		{"a", NULL},
		{"", NULL},
		{"a:int", NULL},
		{"a:int=x", NULL},
		{"a:zz=x", NULL},
		{"a:=x", NULL},
		{"a:json={", NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_variables_add(&f->variables, cases[i].text, &err);

		if (rc != (cases[i].holds ? 0 : PR_EUSAGE) || !err.msg[0] != !rc)
			fail_msg("'%s': %d %s", cases[i].text, rc, err.msg);
		assert_holds(f->variables.configuration, cases[i].holds ? cases[i].holds : "{}");
		json_object_clear(f->variables.configuration);
	}
}

static void files_give_both_sections_and_later_ones_replace_whole_keys(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(add_file(f, "v.json",
				 "{\"configuration\": {\"a\": {\"x\": 1}, \"b\": 2}, \"secrets\": "
				 "{\"s\": {\"k\": \"v\"}}, \"other\": 1}",
				 NULL),
		0);
	assert_int_equal(
		add_file(f, "v.yaml", "configuration:\n  a: {y: 2}\nsecrets:\n  t: [q]\n", NULL),
		0);
	assert_int_equal(add_file(f, "v.yml", "configuration: {c: yes}\n", NULL), 0);
	assert_holds(f->variables.configuration, "{\"a\": {\"y\": 2}, \"b\": 2, \"c\": true}");
	assert_holds(f->variables.secrets, "{\"s\": {\"k\": \"v\"}, \"t\": [\"q\"]}");
}

static void any_other_file_goes_into_the_environment(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(pr_env_unset("UT_DOTENV", NULL), 0);
	assert_int_equal(add_file(f, "v.env", "# c\n  UT_DOTENV='a = b' \n", NULL), 0);
	assert_string_equal(pr_env_get("UT_DOTENV"), "'a = b'");
	assert_int_equal(pr_env_unset("UT_DOTENV", NULL), 0);
	assert_holds(f->variables.configuration, "{}");
}

static void what_a_file_may_not_hold_is_told(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		int code;
		const char *logged; /* NULL: nothing */
	} cases[] = {
		{"v.json", "{", 0, "Failed to load variable file"},
		{"v.yaml", "a: [", 0, "Failed to load variable file"},
		{"v.json", "", 0, "Failed to load variable file"},
		{"v.json", "[1]", PR_EINVAL, NULL},
		{"v.yaml", "text", PR_EINVAL, NULL},
		{"v.json", "{\"configuration\": [1]}", PR_EINVAL, NULL},
		{"v.json", "{\"secrets\": 5}", PR_EINVAL, NULL},
		{"v.yaml", "", 0, NULL},
		{"v.env", "", 0, NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf log = PR_BUF_INIT(4096);
		const struct pr_log_sink sink = {
			.level = PR_LOG_WARNING, .write = pr_log_write_buf, .arg = &log};
		int rc;

		assert_int_equal(pr_log_add(&sink, NULL), 0);
		rc = add_file(f, cases[i].name, cases[i].text, NULL);
		pr_log_remove(&log);
		if (rc != cases[i].code || (log.len > 0) != (cases[i].logged != NULL) ||
			(log.len && !strstr(pr_buf_str(&log), cases[i].logged)))
			fail_msg("row %zu: %d %s", i, rc, pr_buf_str(&log));
	}
	assert_int_equal(
		pr_variables_add_file(&f->variables, "/nowhere/x.json", &limits, NULL), PR_EUSAGE);
	assert_holds(f->variables.configuration, "{}");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_variable_is_split_at_the_first_equals_and_the_last_colon_before_it),
		TEST(files_give_both_sections_and_later_ones_replace_whole_keys),
		TEST(any_other_file_goes_into_the_environment),
		TEST(what_a_file_may_not_hold_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
