#include "experiment/configuration.h"

#include "base/env.h"
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef int load_fn(const json_t *, const json_t *, json_t **, struct pr_err *);

struct row {
	const char *document;
	const char *overrides; /* NULL: none */
	const char *expect;    /* NULL: refused with `text` */
	const char *text;
};

static json_t *parse(const char *text)
{
	json_t *value = text ? json_loads(text, 0, NULL) : NULL;

	assert_true(value || !text);
	return value;
}

static void check_rows(load_fn *load, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_auto_t *document = parse(rows[i].document);
		json_auto_t *overrides = parse(rows[i].overrides);
		json_auto_t *expect = parse(rows[i].expect);
		json_auto_t *value = NULL;
		struct pr_err err = PR_ERR_INIT;
		int rc = load(document, overrides, &value, &err);

		if (!expect && (rc != PR_EINVAL || value || !strstr(err.msg, rows[i].text)))
			fail_msg("row %zu: %d %s", i, rc, err.msg);
		if (expect && (rc || !json_equal(value, expect)))
			fail_msg("row %zu: %d %s", i, rc, err.msg);
	}
}

#define NO_KEY "Configuration makes reference to an environment key that does not exist: UT_NONE"

static void configuration_is_read_from_document_environment_and_overrides(void **state)
{
	static const struct row rows[] = {
		{"{}", "{\"undeclared\": 1}", "{}", NULL},
		{"{\"configuration\": {\"a\": 1, \"b\": [null], \"c\": {\"d\": 1.0}}}", NULL,
			"{\"a\": 1, \"b\": [null], \"c\": {\"d\": 1.0}}", NULL},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_SEVEN\"}}}", NULL,
			"{\"a\": \"7\"}", NULL},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_SEVEN\", "
		 "\"env_var_type\": \"int\", \"default\": 8}}}",
			NULL, "{\"a\": 7}", NULL},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_EMPTY\", "
		 "\"default\": \"x\"}}}",
			NULL, "{\"a\": \"\"}", NULL},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_NONE\", "
		 "\"default\": null}}}",
			NULL, "{\"a\": null}", NULL},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_NONE\", "
		 "\"default\": \"9\", \"env_var_type\": \"int\"}}}",
			NULL, "{\"a\": 9}", NULL},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_NONE\"}}}", NULL,
			NULL, NO_KEY},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_NONE\", "
		 "\"default\": null, \"env_var_type\": \"int\"}}}",
			NULL, NULL, "'a'"},
		{"{\"configuration\": {\"a\": {\"type\": \"env\"}}}", NULL, NULL, "`key`"},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": 5}}}", NULL, NULL,
			"`key`"},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_SEVEN\", "
		 "\"env_var_type\": \"zz\"}}}",
			NULL, NULL, "variable type can only be"},
		{"{\"configuration\": {\"a\": {\"type\": \"file\", \"key\": \"x\"}}}", NULL,
			"{\"a\": {\"type\": \"file\", \"key\": \"x\"}}", NULL},
		{"{\"configuration\": {\"a\": {\"n\": {\"type\": \"env\", \"key\": \"UT_NONE\"}}}}",
			NULL, "{\"a\": {\"n\": {\"type\": \"env\", \"key\": \"UT_NONE\"}}}", NULL},
		{"{\"configuration\": {\"a\": 1, \"b\": 2}}", "{\"a\": [3], \"z\": 1}",
			"{\"a\": [3], \"b\": 2}", NULL},
		{"{\"configuration\": {\"a\": {\"type\": \"env\", \"key\": \"UT_NONE\"}}}",
			"{\"a\": 1}", "{\"a\": 1}", NULL},
		{"{\"configuration\": {\"a\": 1}}",
			"{\"a\": {\"type\": \"env\", \"key\": \"UT_SEVEN\"}}", "{\"a\": \"7\"}",
			NULL},
		{"{\"configuration\": []}", NULL, NULL, "`configuration` must be a mapping"},
		{"{\"configuration\": null}", NULL, NULL, "`configuration` must be a mapping"},
	};

	(void)state;
	check_rows(pr_configuration_load, rows, PR_LEN(rows));
}

static void secrets_are_read_at_any_depth_and_scopes_are_overridden_whole(void **state)
{
	static const struct row rows[] = {
		{"{}", "{\"s\": 1}", "{}", NULL},
		{"{\"secrets\": {\"s\": {\"a\": \"x\", \"b\": {\"c\": {\"type\": \"env\", \"key\": "
		 "\"UT_SEVEN\"}}, \"l\": [1]}}}",
			NULL, "{\"s\": {\"a\": \"x\", \"b\": {\"c\": \"7\"}, \"l\": [1]}}", NULL},
		{"{\"secrets\": {\"s\": {\"type\": \"env\", \"key\": \"UT_SEVEN\"}}}", NULL,
			"{\"s\": \"7\"}", NULL},
		{"{\"secrets\": {\"s\": {\"k\": {\"type\": \"env\", \"key\": \"UT_NONE\", "
		 "\"default\": \"d\"}}}}",
			NULL, NULL,
			"Secrets make reference to an environment key that does not exist: "
			"UT_NONE"},
		{"{\"secrets\": {\"s\": {\"k\": {\"type\": \"env\"}}}}", NULL, NULL, "`key`"},
		{"{\"secrets\": {\"s\": {\"k\": {\"type\": \"vault\", \"path\": \"p\"}}}}", NULL,
			"{\"s\": {\"k\": {\"type\": \"vault\", \"path\": \"p\"}}}", NULL},
		{"{\"secrets\": {\"s\": {\"a\": 1, \"b\": 2}, \"t\": {\"c\": 3}}}",
			"{\"s\": {\"z\": {\"type\": \"env\", \"key\": \"UT_SEVEN\"}}}",
			"{\"s\": {\"z\": {\"type\": \"env\", \"key\": \"UT_SEVEN\"}}, \"t\": "
			"{\"c\": 3}}",
			NULL},
		{"{\"secrets\": 5}", NULL, NULL, "`secrets` must be a mapping"},
	};

	(void)state;
	check_rows(pr_secrets_load, rows, PR_LEN(rows));
}

static bool is_redacted(const char *text)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(1024);

	assert_int_equal(pr_redact_copy(text, strlen(text), &out), 0);
	return strstr(pr_buf_str(&out), text) == NULL;
}

static void secrets_of_the_environment_and_of_overrides_are_redacted_literals_are_not(void **state)
{
	json_auto_t *document = json_pack("{s:{s:{s:{s:s, s:s}, s:s}, s:{s:s}}}", "secrets", "s",
		"k", "type", "env", "key", "UT_SECRET", "l", "literal-value", "o", "k", "replaced");
	json_auto_t *overrides = json_pack("{s:{s:[s]}}", "o", "k", "override-value");
	json_auto_t *secrets = NULL;

	(void)state;
	assert_int_equal(pr_secrets_load(document, overrides, &secrets, NULL), 0);
	assert_true(is_redacted("environment-value"));
	assert_true(is_redacted("override-value"));
	assert_false(is_redacted("literal-value"));
	pr_redact_forget();
}

static int setup(void **state)
{
	(void)state;
	return pr_env_set("UT_SEVEN", "7", NULL) || pr_env_set("UT_EMPTY", "", NULL) ||
	       pr_env_set("UT_SECRET", "environment-value", NULL) || pr_env_unset("UT_NONE", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configuration_is_read_from_document_environment_and_overrides),
		cmocka_unit_test(secrets_are_read_at_any_depth_and_scopes_are_overridden_whole),
		cmocka_unit_test(
			secrets_of_the_environment_and_of_overrides_are_redacted_literals_are_not),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
