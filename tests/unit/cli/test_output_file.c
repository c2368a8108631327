#include "cli/output_file.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct pr_buf log_text;
static const char *writable; /* the only path that can be written; NULL: none can */

static int check(const char *path, struct pr_err *err)
{
	if (writable && strcmp(path, writable) == 0)
		return 0;
	return pr_fail(err, PR_EIO, "'%s' cannot be written", path);
}

static int setup(void **state)
{
	struct pr_log_sink sink = {
		.level = PR_LOG_DEBUG, .write = pr_log_write_buf, .arg = &log_text};

	(void)state;
	pr_buf_init(&log_text, 10000);
	return pr_log_add(&sink, NULL);
}

static int teardown(void **state)
{
	(void)state;
	pr_log_remove(&log_text);
	pr_buf_release(&log_text);
	return 0;
}

static void a_given_path_is_taken_or_is_the_error(void **state)
{
	PR_AUTO(free) char *path = NULL;
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	writable = "given";
	assert_int_equal(pr_output_file("given", "name", check, &path, NULL), 0);
	assert_string_equal(path, "given");
	free(pr_steal(path));
	writable = "name";
	assert_int_equal(pr_output_file("given", "name", check, &path, &err), PR_EIO);
	assert_string_equal(err.msg, "'given' cannot be written");
	assert_null(path);
	assert_string_equal(pr_buf_str(&log_text), "");
}

static void a_default_file_falls_back_with_one_warning(void **state)
{
	static const struct {
		const char *writable, *state, *tmp, *path, *says;
	} cases[] = {
		{"name", "/state", "/tmp-dir", "name", NULL},
		{"/state/name", "/state", "/tmp-dir", "/state/name",
			"'name' cannot be written; it goes to '/state/name' instead"},
		{"/tmp-dir/name", "/state", "/tmp-dir", "/tmp-dir/name", "goes to '/tmp-dir/name'"},
		{"/tmp-dir/name", "", "/tmp-dir", "/tmp-dir/name", "goes to '/tmp-dir/name'"},
		{"/tmp/name", "/state", "/tmp-dir", "/tmp/name", "goes to '/tmp/name'"},
		{"/tmp/name", "", "", "/tmp/name", "goes to '/tmp/name'"},
		{"elsewhere", "/state", "/tmp-dir", NULL, "kept in memory only"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(free) char *path = NULL;
		const char *line;

		writable = cases[i].writable;
		pr_buf_clear(&log_text);
		assert_int_equal(pr_env_set("PLAN_RUNNER_STATE", cases[i].state, NULL), 0);
		assert_int_equal(pr_env_set("TMPDIR", cases[i].tmp, NULL), 0);
		assert_int_equal(pr_output_file(NULL, "name", check, &path, NULL), 0);
		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
		else
			assert_null(path);
		line = pr_buf_str(&log_text);
		if (!cases[i].says) {
			assert_string_equal(line, "");
			continue;
		}
		assert_non_null(strstr(line, "WARNING"));
		assert_non_null(strstr(line, cases[i].says));
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_given_path_is_taken_or_is_the_error),
		CASE(a_default_file_falls_back_with_one_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
