#include "deploy/time_zone.h"

#include "base/file.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int make_zones(void **state)
{
	char folder[] = "/tmp/plan-runner-zones-XXXXXX";
	PR_AUTO(free) char *europe = NULL;
	PR_AUTO(free) char *paris = NULL;

	if (!mkdtemp(folder))
		return -1;
	*state = pr_text_dup(folder);
	europe = pr_text_format("%s/Europe", folder);
	paris = pr_text_format("%s/Europe/Paris", folder);
	return pr_file_mkdirs(europe, 0700, NULL) ||
	       pr_file_replace(paris, "TZif", 4, 0600, false, NULL);
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
}

static void without_zones_nothing_is_known_to_be_wrong(void **state)
{
	PR_AUTO(free) char *none = pr_text_format("%s/none", (const char *)*state);

	assert_true(pr_time_zone_is_known(none, "Europe/Pariss"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_is_a_file_of_that_name),
		cmocka_unit_test(without_zones_nothing_is_known_to_be_wrong),
	};

	return cmocka_run_group_tests(tests, make_zones, remove_zones);
}
