#include "base/env.h"
#include "base/log.h"
#include "net/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const variables[] = {
	"PLAN_RUNNER_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"};

static void unset_all(void)
{
	for (size_t i = 0; i < PR_LEN(variables); i++)
		assert_int_equal(pr_env_unset(variables[i], NULL), 0);
}

static void assert_ca_file(const char *given, const char *expected)
{
	PR_AUTO(free) char *file = pr_tls_ca_file(given);

	assert_non_null(file);
	assert_string_equal(file, expected);
}

static void what_is_given_goes_before_the_environment(void **state)
{
	(void)state;
	unset_all();
	assert_int_equal(pr_env_set("PLAN_RUNNER_CA_FILE", "/environment", NULL), 0);
	assert_ca_file("/given", "/given");
	assert_ca_file(NULL, "/environment");
	unset_all();
}

static void an_earlier_variable_goes_before_a_later_one_and_an_empty_one_is_absent(void **state)
{
	(void)state;
	unset_all();
	for (size_t i = PR_LEN(variables); i-- > 0;) {
		assert_int_equal(pr_env_set(variables[i], variables[i], NULL), 0);
		assert_ca_file(NULL, variables[i]);
	}
	assert_int_equal(pr_env_set(variables[0], "", NULL), 0);
	assert_ca_file(NULL, variables[1]);
	unset_all();
}

static void without_any_word_the_file_of_the_system_is_taken(void **state)
{
	PR_AUTO(free) char *file = NULL;

	(void)state;
	unset_all();
	file = pr_tls_ca_file(NULL);
	if (file)
		assert_memory_equal(file, "/etc/", 5);
}

static void verification_is_switched_off_by_a_clear_word_only(void **state)
{
	static const struct {
		const char *value;
		bool verify;
		bool warned;
	} cases[] = {
		{NULL, true, false},
		{"", true, false},
		{"1", true, false},
		{"true", true, false},
		{"Yes", true, false},
		{"t", true, false},
		{"on", true, false},
		{"0", false, false},
		{"false", false, false},
		{"False", false, false},
		{"f", false, false},
		{"no", false, false},
		{"OFF", false, false},
		{"never", true, true},
		{"2", true, true},
		{" ", true, true},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf log = PR_BUF_INIT(4096);
		const struct pr_log_sink sink = {
			.level = PR_LOG_WARNING, .write = pr_log_write_buf, .arg = &log};
		bool warned;

		assert_int_equal(pr_log_add(&sink, NULL), 0);
		if (pr_tls_verify("A_SWITCH", cases[i].value) != cases[i].verify)
			fail_msg("'%s' is misread", cases[i].value);
		pr_log_remove(&log);
		warned = strstr(pr_buf_str(&log), "A_SWITCH=") != NULL;
		if (warned != cases[i].warned)
			fail_msg("'%s' is warned of: %s", cases[i].value, pr_buf_str(&log));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_goes_before_the_environment),
		cmocka_unit_test(
			an_earlier_variable_goes_before_a_later_one_and_an_empty_one_is_absent),
		cmocka_unit_test(without_any_word_the_file_of_the_system_is_taken),
		cmocka_unit_test(verification_is_switched_off_by_a_clear_word_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
