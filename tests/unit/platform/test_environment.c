#include "platform/environment.h"

#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char tmp[] = "/tmp/pr-test-environment-XXXXXX";

static int make_tmp(void **state)
{
	(void)state;
	umask(0);
	return mkdtemp(tmp) ? pr_env_set("TMPDIR", tmp, NULL) : -1;
}

static int remove_tmp(void **state)
{
	(void)state;
	return pr_file_remove_tree(tmp, NULL);
}

static int forget(void **state)
{
	static const char *const names[] = {"PR_TEST_A", "PR_TEST_B", "PR_TEST_C"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(names); i++)
		(void)pr_env_unset(names[i], NULL);
	pr_redact_forget();
	return 0;
}

/* The text has ' for ". */
static int apply(const char *text, struct pr_secret_files *files, struct pr_err *err)
{
	char *copy = strdup(text);
	json_t *document;
	int rc;

	assert_non_null(copy);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	document = json_loads(copy, JSON_DECODE_ANY, NULL);
	assert_non_null(document);
	rc = pr_environment_apply(document, files, err);
	json_decref(document);
	free(copy);
	return rc;
}

static void assert_variable(const char *name, const char *expected)
{
	const char *value = pr_env_get(name);

	if (expected ? !value || strcmp(value, expected) != 0 : value != NULL)
		fail_msg("%s is '%s', not '%s'", name, value ? value : "(none)",
			expected ? expected : "(none)");
}

static void variables_and_secrets_are_set(void **state)
{
	static const struct {
		const char *text, *a, *b;
	} cases[] = {
		{"{'envvars': [{'var_name': 'PR_TEST_A', 'value': '1'}], 'secrets': []}", "1",
			NULL},
		{"{'envvars': [], 'secrets': [{'key': 'k', 'var_name': 'PR_TEST_B', 'value': "
		 "'x'}]}",
			NULL, "x"},
		{"{'envvars': [{'var_name': 'PR_TEST_A', 'value': ''}]}", "", NULL},
		{"{'envvars': null, 'secrets': null}", NULL, NULL},
		{"{'envvars': [{'var_name': 'PR_TEST_A'}, 3, null,"
		 " {'var_name': 'PR_TEST_B', 'value': 'y'}]}",
			NULL, "y"},
		{"{'envvars': [{'var_name': 'PR_TEST_A', 'value': 'of the variable'}],"
		 " 'secrets': [{'var_name': 'PR_TEST_A', 'value': 'of the secret'}]}",
			"of the secret", NULL},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_secret_files files = {0};

		assert_int_equal(apply(cases[i].text, &files, NULL), 0);
		assert_variable("PR_TEST_A", cases[i].a);
		assert_variable("PR_TEST_B", cases[i].b);
		assert_null(files.folder);
		forget(state);
	}
}

static void only_secrets_are_registered(void **state)
{
	struct pr_secret_files files = {0};

	(void)state;
	assert_int_equal(apply("{'envvars': [{'var_name': 'PR_TEST_A', 'value': 'plain value'}],"
			       " 'secrets': [{'var_name': 'PR_TEST_B', 'value': 'a secret value'},"
			       " {'path': '/k', 'value': 'the text of a file'}]}",
				 &files, NULL),
		0);
	assert_false(pr_redact_found("plain value", 11));
	assert_true(pr_redact_found("a secret value", 14));
	assert_true(pr_redact_found("the text of a file", 18));
	pr_secret_files_remove(&files);
}

static void assert_private(const char *path, mode_t kind, mode_t mode)
{
	struct stat info;

	if (lstat(path, &info))
		fail_msg("no '%s'", path);
	assert_int_equal(info.st_mode & S_IFMT, kind);
	assert_int_equal(info.st_mode & 07777, mode);
}

static void assert_holds(const char *path, const char *expected)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(1000);

	assert_int_equal(pr_file_read(path, &text, NULL), 0);
	assert_string_equal(pr_buf_str(&text), expected);
}

static void secret_files_are_private_and_go_at_the_end(void **state)
{
	struct pr_secret_files files = {0};
	PR_AUTO(free) char *folder = NULL;
	PR_AUTO(free) char *kube = NULL;
	PR_AUTO(free) char *key = NULL;
	PR_AUTO(free) char *home = NULL;

	(void)state;
	assert_int_equal(apply("{'secrets': ["
			       "{'key': 'a', 'path': '/home/svc/.kube/config', 'value': 'first'},"
			       "{'key': 'b', 'path': '/home/svc/.kube/key', 'value': 'second'}]}",
				 &files, NULL),
		0);
	assert_non_null(files.folder);
	folder = strdup(files.folder);
	home = pr_file_join(folder, "home");
	kube = pr_file_join(folder, "home/svc/.kube/config");
	key = pr_file_join(folder, "home/svc/.kube/key");
	assert_private(folder, S_IFDIR, 0700);
	assert_private(home, S_IFDIR, 0700);
	assert_private(kube, S_IFREG, 0600);
	assert_private(key, S_IFREG, 0600);
	assert_holds(kube, "first");
	assert_holds(key, "second");
	pr_secret_files_remove(&files);
	assert_null(files.folder);
	assert_false(pr_file_exists(folder));
	pr_secret_files_remove(&files);
}

static void a_folder_that_takes_nothing_is_passed_over(void **state)
{
	static const char *const folders[] = {"/proc", "/proc/none/here", "/dev/null"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(folders); i++) {
		struct pr_secret_files files = {0};

		assert_int_equal(pr_env_set("TMPDIR", folders[i], NULL), 0);
		assert_int_equal(
			apply("{'secrets': [{'path': '/k', 'value': 'x'}]}", &files, NULL), 0);
		assert_private(files.folder, S_IFDIR, 0700);
		assert_true(strncmp(files.folder, "/tmp/", 5) == 0 ||
			    strncmp(files.folder, "/dev/shm/", 9) == 0);
		pr_secret_files_remove(&files);
	}
	assert_int_equal(pr_env_set("TMPDIR", tmp, NULL), 0);
}

static void a_value_that_is_a_secret_files_path_becomes_that_of_its_copy(void **state)
{
	struct pr_secret_files files = {0};
	PR_AUTO(free) char *copy = NULL;

	(void)state;
	assert_int_equal(apply("{'envvars': [{'var_name': 'PR_TEST_A', 'value': '/k/config'},"
			       "{'var_name': 'PR_TEST_B', 'value': '/k/config:/other'}],"
			       "'secrets': [{'path': '/k/config', 'value': 'x'},"
			       "{'var_name': 'PR_TEST_C', 'value': '/k/config'}]}",
				 &files, NULL),
		0);
	copy = pr_file_join(files.folder, "k/config");
	assert_variable("PR_TEST_A", copy);
	assert_variable("PR_TEST_B", "/k/config:/other");
	assert_variable("PR_TEST_C", copy);
	pr_secret_files_remove(&files);
}

static void paths_of_another_document_are_not_mapped(void **state)
{
	struct pr_secret_files files = {0};

	(void)state;
	assert_int_equal(apply("{'secrets': [{'path': '/k', 'value': 'x'}]}", &files, NULL), 0);
	assert_int_equal(apply("{'envvars': [{'var_name': 'PR_TEST_A', 'value': '/k'}],"
			       "'secrets': [{'path': '/l', 'value': 'y'}]}",
				 &files, NULL),
		0);
	assert_variable("PR_TEST_A", "/k");
	pr_secret_files_remove(&files);
}

static void a_secret_file_without_a_value_is_no_file(void **state)
{
	struct pr_secret_files files = {0};

	(void)state;
	assert_int_equal(apply("{'envvars': [{'var_name': 'PR_TEST_A', 'value': '/k'}],"
			       "'secrets': [{'path': '/k'}, {'path': '/l', 'value': null}]}",
				 &files, NULL),
		0);
	assert_variable("PR_TEST_A", "/k");
	assert_null(files.folder);
}

static void paths_that_leave_the_folder_are_refused(void **state)
{
	static const char *const paths[] = {
		"/../x", "/a/../../x", "/a/..", "/..", "relative", "../x", "", "/", "/a/"};

	for (size_t i = 0; i < PR_LEN(paths); i++) {
		struct pr_secret_files files = {0};
		struct pr_err err = PR_ERR_INIT;
		char text[200];

		snprintf(text, sizeof text,
			"{'envvars': [{'var_name': 'PR_TEST_A', 'value': '1'}],"
			"'secrets': [{'path': '%s', 'value': 'secret'}]}",
			paths[i]);
		assert_int_equal(apply(text, &files, &err), PR_EPROTO);
		assert_non_null(strstr(err.msg, "secret file"));
		assert_variable("PR_TEST_A", NULL);
		pr_secret_files_remove(&files);
		forget(state);
	}
}

static void what_is_no_environment_is_refused(void **state)
{
	static const char *const texts[] = {
		"null", "[]", "'text'", "{}", "{'error': 'log in'}", "{'name': 'e'}"};
	struct pr_secret_files files = {0};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++)
		assert_int_equal(apply(texts[i], &files, NULL), PR_EPROTO);
	assert_int_equal(pr_environment_apply(NULL, &files, NULL), PR_EPROTO);
}

static void nothing_is_set_when_a_file_cannot_be_written(void **state)
{
	struct pr_secret_files files = {0};
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(apply("{'envvars': [{'var_name': 'PR_TEST_A', 'value': '1'}],"
			       "'secrets': [{'path': '/a', 'value': 'x'},"
			       "{'path': '/a/b', 'value': 'y'}]}",
				 &files, &err),
		PR_EIO);
	assert_variable("PR_TEST_A", NULL);
	pr_secret_files_remove(&files);
}

#define CLEAN(test) cmocka_unit_test_setup_teardown(test, forget, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(variables_and_secrets_are_set),
		CLEAN(only_secrets_are_registered),
		CLEAN(secret_files_are_private_and_go_at_the_end),
		CLEAN(a_folder_that_takes_nothing_is_passed_over),
		CLEAN(a_value_that_is_a_secret_files_path_becomes_that_of_its_copy),
		CLEAN(paths_of_another_document_are_not_mapped),
		CLEAN(a_secret_file_without_a_value_is_no_file),
		CLEAN(paths_that_leave_the_folder_are_refused),
		CLEAN(what_is_no_environment_is_refused),
		CLEAN(nothing_is_set_when_a_file_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, make_tmp, remove_tmp);
}
