#include "kube/names.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEN "abcdefghij"

static void names_follow_the_rules_of_their_kind(void **state)
{
	static const struct {
		enum pr_kube_name kind;
		const char *name;
		bool good;
	} rows[] = {
		{PR_KUBE_NAMESPACE, "default", true},
		{PR_KUBE_NAMESPACE, "a-1", true},
		{PR_KUBE_NAMESPACE, "a.b", false},
		{PR_KUBE_NAMESPACE, "-a", false},
		{PR_KUBE_NAMESPACE, "a-", false},
		{PR_KUBE_NAMESPACE, "A", false},
		{PR_KUBE_NAMESPACE, "a_b", false},
		{PR_KUBE_NAMESPACE, "a b", false},
		{PR_KUBE_NAMESPACE, "", false},
		{PR_KUBE_NAMESPACE, "\xc3\xa9", false},
		{PR_KUBE_NAMESPACE, TEN TEN TEN TEN TEN TEN "abc", true},
		{PR_KUBE_NAMESPACE, TEN TEN TEN TEN TEN TEN "abcd", false},
		{PR_KUBE_JOB, TEN TEN TEN TEN TEN TEN "abc", true},
		{PR_KUBE_JOB, TEN TEN TEN TEN TEN TEN "abcd", false},
		{PR_KUBE_JOB, "a.b-c", true},
		{PR_KUBE_JOB, "a..b", false},
		{PR_KUBE_JOB, "a.-b", false},
		{PR_KUBE_JOB, "a-.b", false},
		{PR_KUBE_JOB, ".a", false},
		{PR_KUBE_JOB, "a.", false},
		{PR_KUBE_CRONJOB, TEN TEN TEN TEN TEN "ab", true},
		{PR_KUBE_CRONJOB, TEN TEN TEN TEN TEN "abc", false},
		{PR_KUBE_SECRET, TEN TEN TEN TEN TEN TEN TEN ".x", true},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_kube_name_check(rows[i].kind, rows[i].name, &err);

		if (rc != (rows[i].good ? 0 : PR_EINVAL))
			fail_msg("'%s': %d %s", rows[i].name, rc, err.msg);
	}
}

static void the_message_names_kind_name_and_limit(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	pr_kube_name_check(PR_KUBE_CRONJOB, TEN TEN TEN TEN TEN "abc", &err);
	assert_string_equal(err.msg, "the CronJob name '" TEN TEN TEN TEN TEN
				     "abc' has 53 characters: Kubernetes allows 52");
}

static void keys_of_secrets_have_their_own_rule(void **state)
{
	(void)state;
	assert_int_equal(pr_kube_key_check("RELIABLY_TOKEN.txt", NULL), 0);
	assert_int_equal(pr_kube_key_check("a b", NULL), PR_EINVAL);
	assert_int_equal(pr_kube_key_check("", NULL), PR_EINVAL);
	assert_int_equal(pr_kube_key_check(".", NULL), PR_EINVAL);
	assert_int_equal(pr_kube_key_check("..", NULL), PR_EINVAL);
}

static void another_spec_gives_another_name(void **state)
{
	char one[PR_KUBE_JOB_SIZE];
	char same[PR_KUBE_JOB_SIZE];
	char other[PR_KUBE_JOB_SIZE];

	(void)state;
	pr_kube_job_name("plan", "{\"a\":1}", one);
	pr_kube_job_name("plan", "{\"a\":1}", same);
	pr_kube_job_name("plan", "{\"a\":2}", other);
	assert_string_equal(one, same);
	assert_string_not_equal(one, other);
	assert_int_equal(strlen(one), strlen("plan-") + 8);
	pr_kube_job_name("", "a", one);
	assert_string_equal(one, "-e40c292c"); /* FNV-1a of "a" */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_follow_the_rules_of_their_kind),
		cmocka_unit_test(the_message_names_kind_name_and_limit),
		cmocka_unit_test(keys_of_secrets_have_their_own_rule),
		cmocka_unit_test(another_spec_gives_another_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
