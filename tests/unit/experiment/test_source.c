#include "experiment/source.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct pr_limits limits = PR_LIMITS_DEFAULT;
static char folder[64];

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/plan-runner-test-XXXXXX");
	return !mkdtemp(folder) || chdir(folder) || mkdir("http:", 0700) || mkdir("folder", 0700);
}

static int teardown(void **state)
{
	(void)state;
	rmdir("http:");
	rmdir("folder");
	return chdir("/") || rmdir(folder);
}

static void what_exists_is_a_file_and_the_rest_is_decided_by_its_scheme(void **state)
{
	static const struct {
		const char *source;
		int code;
		enum pr_source_kind kind;
		const char *text;
	} cases[] = {
		{"folder", 0, PR_SOURCE_FILE, NULL},
		{"http:", 0, PR_SOURCE_FILE, NULL},
		{"http://h/x.json", 0, PR_SOURCE_HTTP, NULL},
		{"HTTPS://h/x", 0, PR_SOURCE_HTTP, NULL},
		{"none.json", PR_ENOTFOUND, PR_SOURCE_FILE, "Path \"none.json\" does not exist."},
		{"-", PR_ENOTFOUND, PR_SOURCE_FILE, "Path \"-\" does not exist."},
		{"", PR_ENOTFOUND, PR_SOURCE_FILE, "Path \"\" does not exist."},
		{"1a:b", PR_ENOTFOUND, PR_SOURCE_FILE, "Path \"1a:b\" does not exist."},
		{"FTP://h/x", PR_EINVAL, PR_SOURCE_FILE, "'ftp' is not a supported source scheme."},
		{"s3:x", PR_EINVAL, PR_SOURCE_FILE, "'s3' is not a supported source scheme."},
		{"file:///x", PR_EINVAL, PR_SOURCE_FILE,
			"'file' is not a supported source scheme."},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		enum pr_source_kind kind = PR_SOURCE_FILE;
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_source_classify(cases[i].source, &kind, &err);

		if (rc != cases[i].code || kind != cases[i].kind)
			fail_msg("'%s': %d %s", cases[i].source, rc, err.msg);
		assert_string_equal(err.msg, cases[i].text ? cases[i].text : "");
	}
}

static void the_extension_of_a_file_decides_its_format(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		const char *value; /* NULL: refused */
		const char *problem;
	} cases[] = {
		{"a.json", "{\"a\": 1}", "{\"a\":1}", NULL},
		{"a.yaml", "a: 1", "{\"a\":1}", NULL},
		{"a.yml", "a: 1", "{\"a\":1}", NULL},
		{"a.b.json", "[]", "[]", NULL},
		{"a.json", "a: 1", NULL, "a.json"},
		{"a.json", "\xEF\xBB\xBF{}", NULL, "a.json"},
		{"a.yaml",
			"\xEF\xBB\xBF"
			"a: 1\nb: 2",
			"{\"a\":1,\"b\":2}", NULL},
		{"a.yml", "\xEF\xBB\xBF{}", "{}", NULL},
		{"a.yaml", "a: [", NULL, "Failed parsing YAML experiment: "},
		{"a.JSON", "{}", NULL, "only files with json, yaml or yml extensions"},
		{"a", "{}", NULL, "only files with json, yaml or yml extensions"},
		{"a.txt", "{}", NULL, "only files with json, yaml or yml extensions"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *document = NULL;
		struct pr_err err = PR_ERR_INIT;
		FILE *file = fopen(cases[i].name, "we");
		char *text;
		int rc;

		assert_non_null(file);
		assert_true(fputs(cases[i].text, file) >= 0 && fclose(file) == 0);
		rc = pr_source_read_file(cases[i].name, &limits, &document, &err);
		unlink(cases[i].name);
		if (rc != (cases[i].value ? 0 : PR_EINVAL) ||
			(rc && !strstr(err.msg, cases[i].problem)))
			fail_msg("row %zu: %d %s", i, rc, err.msg);
		text = document ? json_dumps(document, JSON_COMPACT) : NULL;
		assert_string_equal(text ? text : "", cases[i].value ? cases[i].value : "");
		free(text);
	}
}

static void folders_absent_and_too_large_files_are_refused(void **state)
{
	const struct pr_limits small = {.document_bytes = 3, .depth = 9};
	json_auto_t *document = NULL;
	FILE *file = fopen("b.json", "we");

	(void)state;
	assert_non_null(file);
	assert_true(fputs("[1, 2]", file) >= 0 && fclose(file) == 0);
	assert_int_equal(pr_source_read_file("b.json", &small, &document, NULL), PR_EIO);
	assert_int_equal(pr_source_read_file("folder", &limits, &document, NULL), PR_EIO);
	assert_int_equal(pr_source_read_file("none.json", &limits, &document, NULL), PR_EIO);
	assert_null(document);
	unlink("b.json");
}

static void the_content_type_of_an_answer_decides_its_format(void **state)
{
	static const struct {
		const char *type;
		const char *body;
		bool good;
	} cases[] = {
		{"application/json", "{}", true},
		{"application/json; charset=utf-8", "{}", true},
		{"application/json", "a: 1", false},
		{"application/x-yaml", "a: 1", true},
		{"text/yaml;x=y", "a: 1", true},
		{"text/plain", "{\"a\": 1}", true},
		{"text/plain", "a: 1", true},
		{"text/plain", "a: [", false},
		{"application/json", "\xEF\xBB\xBF{}", false},
		{"application/x-yaml",
			"\xEF\xBB\xBF"
			"a: 1\nb: 2",
			true},
		{"text/plain",
			"\xEF\xBB\xBF"
			"a: 1\nb: 2",
			true},
		{"text/plain", "\xEF\xBB\xBF{}", true},
		{"application/yaml", "a: 1", false},
		{"Application/JSON", "{}", false},
		{"text/html", "{}", false},
		{"", "{}", false},
		{NULL, "{}", false},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *document = NULL;
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_source_parse_answer("http://h/x", cases[i].type, cases[i].body,
			strlen(cases[i].body), &limits, &document, &err);

		if (rc != (cases[i].good ? 0 : PR_EINVAL) || !document != !cases[i].good ||
			(rc && !strstr(err.msg, "http://h/x")))
			fail_msg("row %zu: %d %s", i, rc, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_exists_is_a_file_and_the_rest_is_decided_by_its_scheme),
		cmocka_unit_test(the_extension_of_a_file_decides_its_format),
		cmocka_unit_test(folders_absent_and_too_large_files_are_refused),
		cmocka_unit_test(the_content_type_of_an_answer_decides_its_format),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
