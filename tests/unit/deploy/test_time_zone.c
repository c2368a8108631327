#include "deploy/time_zone.h"

#include "base/env.h"
#include "base/file.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int make_zones(void **state)
{
	char folder[] = "/tmp/plan-runner-zones-XXXXXX";
	PR_AUTO(free) char *europe = NULL;
	PR_AUTO(free) char *paris = NULL;
	PR_AUTO(free) char *list = NULL;
	PR_AUTO(free) char *right = NULL;

	if (!mkdtemp(folder))
		return -1;
	*state = pr_text_dup(folder);
	europe = pr_text_format("%s/Europe", folder);
	paris = pr_text_format("%s/Europe/Paris", folder);
	list = pr_text_format("%s/leapseconds", folder);
	right = pr_text_format("%s/right", folder);
	if (pr_file_mkdirs(europe, 0700, NULL) || pr_file_mkdirs(right, 0700, NULL) ||
		pr_file_replace(paris, "TZif", 4, 0600, false, NULL) ||
		pr_file_replace(list, "# Allowance", 11, 0600, false, NULL))
		return -1;
	free(right);
	right = pr_text_format("%s/right/UTC", folder);
	return pr_file_replace(right, "TZif", 4, 0600, false, NULL);
}

static int remove_zones(void **state)
{
	int rc = pr_file_remove_tree(*state, NULL);

	free(*state);
	return rc;
}

static void a_zone_is_a_file_of_that_name(void **state)
{
	assert_true(pr_time_zone_is_known(*state, "Europe/Paris"));
	assert_false(pr_time_zone_is_known(*state, "Europe/Pariss"));
	assert_false(pr_time_zone_is_known(*state, "Europe"));
	assert_false(pr_time_zone_is_known(*state, "Europe/Paris/"));
	assert_false(pr_time_zone_is_known(*state, "leapseconds"));
	assert_false(pr_time_zone_is_known(*state, "right/UTC"));
}

static void without_zones_nothing_is_known_to_be_wrong(void **state)
{
	PR_AUTO(free) char *none = pr_text_format("%s/none", (const char *)*state);

	assert_true(pr_time_zone_is_known(none, "Europe/Pariss"));
}

static void enters(void **state, const char *zone)
{
	struct pr_time_zone scope = {0};

	(void)state;
	assert_int_equal(pr_time_zone_enter(&scope, PR_TIME_ZONES, zone, NULL), 0);
	pr_time_zone_leave(&scope);
}

static void the_zone_of_the_process_is_put_back(void **state)
{
	static const char *const before[] = {NULL, "", "Asia/Tokyo"};

	for (size_t i = 0; i < PR_LEN(before); i++) {
		if (before[i])
			assert_int_equal(pr_env_set("TZ", before[i], NULL), 0);
		else
			assert_int_equal(pr_env_unset("TZ", NULL), 0);
		enters(state, "Europe/Paris");
		assert_true(pr_text_eq(pr_env_get("TZ"), before[i]));
	}
	assert_int_equal(pr_time_zone_local(0), 9 * 3600);
}

static void local_time_is_that_of_the_zone(void **state)
{
	struct pr_time_zone scope = {0};

	(void)state;
	assert_int_equal(pr_time_zone_enter(&scope, PR_TIME_ZONES, "Asia/Kolkata", NULL), 0);
	assert_int_equal(pr_time_zone_local(1000), 1000 + 19800);
	pr_time_zone_leave(&scope);
}

static void without_zones_there_is_utc_only(void **state)
{
	PR_AUTO(free) char *none = pr_text_format("%s/none", (const char *)*state);
	struct pr_time_zone scope = {0};
	struct pr_err err = PR_ERR_INIT;

	assert_int_equal(pr_time_zone_enter(&scope, none, "Etc/UTC", NULL), 0);
	assert_int_equal(pr_time_zone_local(1000), 1000);
	pr_time_zone_leave(&scope);
	assert_int_equal(pr_time_zone_enter(&scope, none, "Europe/Paris", &err), PR_ENOTFOUND);
	assert_non_null(strstr(err.msg, "/none is missing, install tzdata"));
	pr_err_clear(&err);
	assert_int_equal(pr_time_zone_enter(&scope, *state, "Asia/Tokyo", &err), PR_ENOTFOUND);
	assert_non_null(strstr(err.msg, "has no zone of that name"));
	assert_int_equal(pr_time_zone_enter(&scope, *state, "Local", NULL), PR_EINVAL);
	assert_false(scope.entered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_is_a_file_of_that_name),
		cmocka_unit_test(without_zones_nothing_is_known_to_be_wrong),
		cmocka_unit_test(the_zone_of_the_process_is_put_back),
		cmocka_unit_test(local_time_is_that_of_the_zone),
		cmocka_unit_test(without_zones_there_is_utc_only),
	};

	return cmocka_run_group_tests(tests, make_zones, remove_zones);
}
