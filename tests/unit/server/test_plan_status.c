#include "server/plan_status.h"

#include "base/compiler.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum pr_plan_status status_of(const char *name)
{
	enum pr_plan_status status = PR_PLAN_STATUSES;

	if (!pr_plan_status_read(name, &status))
		fail_msg("%s is no status", name);
	return status;
}

static bool may(const char *from, const char *to, enum pr_plan_mover mover)
{
	return pr_plan_status_may_follow(status_of(from), status_of(to), mover);
}

struct move {
	const char *from, *to;
	bool runner, server;
};

static void check(const struct move *moves, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct move *row = &moves[i];

		if (may(row->from, row->to, PR_PLAN_BY_RUNNER) != row->runner)
			fail_msg("%s -> %s by a runner", row->from, row->to);
		if (may(row->from, row->to, PR_PLAN_BY_SERVER) != row->server)
			fail_msg("%s -> %s by the server", row->from, row->to);
	}
}

static void a_run_goes_forward_only(void **state)
{
	static const struct move moves[] = {
		{"creating", "created", true, true},
		{"creating", "running", true, true},
		{"creating", "completed", true, true},
		{"created", "running", true, true},
		{"created", "error", true, true},
		{"running", "completed", true, true},
		{"running", "error", true, true},
		{"running", "iteration completed", true, true},
		{"created", "creating", false, false},
		{"running", "creating", false, false},
		{"running", "created", false, false},
		{"completed", "creating", false, false},
		{"completed", "created", false, true},
		{"error", "created", false, true},
		{"iteration completed", "created", false, true},
	};

	(void)state;
	check(moves, PR_LEN(moves));
}

static void a_plan_is_run_again(void **state)
{
	static const char *const froms[] = {"created", "creation error", "completed", "error",
		"iteration completed", "suspended", "suspend_error", "resuming_error", "running"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(froms); i++)
		assert_true(may(froms[i], "running", PR_PLAN_BY_RUNNER));
}

static void the_last_of_several_ends_counts(void **state)
{
	static const char *const ends[] = {"completed", "error", "iteration completed"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(ends); i++) {
		for (size_t j = 0; j < PR_LEN(ends); j++)
			assert_true(may(ends[i], ends[j], PR_PLAN_BY_RUNNER));
	}
}

static void a_creation_error_is_of_what_was_not_launched(void **state)
{
	static const struct move moves[] = {
		{"creating", "creation error", true, true},
		{"created", "creation error", true, true},
		{"running", "creation error", false, false},
		{"completed", "creation error", false, true},
		{"error", "creation error", false, true},
		{"creation error", "created", false, true},
	};

	(void)state;
	check(moves, PR_LEN(moves));
}

static void what_suspends_waits_for_the_end_of_a_run(void **state)
{
	static const struct move moves[] = {
		{"created", "suspending", true, true},
		{"suspending", "suspended", true, true},
		{"running", "suspending", false, true},
		{"running", "resuming", false, false},
		{"suspended", "resuming", true, true},
		{"resuming", "created", false, true},
		{"suspended", "created", false, true},
		{"suspended", "completed", true, true},
	};

	(void)state;
	check(moves, PR_LEN(moves));
}

static bool is_deletion(enum pr_plan_status status)
{
	return status == PR_PLAN_DELETING || status == PR_PLAN_DELETED ||
	       status == PR_PLAN_DELETION_ERROR;
}

static void a_deletion_is_of_the_server_and_never_left(void **state)
{
	static const char *const deletions[] = {"deleting", "deleted", "deletion error"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(deletions); i++) {
		enum pr_plan_status deletion = status_of(deletions[i]);

		for (int other = 0; other < PR_PLAN_STATUSES; other++) {
			enum pr_plan_status status = (enum pr_plan_status)other;

			assert_false(
				pr_plan_status_may_follow(deletion, status, PR_PLAN_BY_RUNNER));
			assert_false(
				pr_plan_status_may_follow(status, deletion, PR_PLAN_BY_RUNNER));
			if (!is_deletion(status))
				assert_false(pr_plan_status_may_follow(
					deletion, status, PR_PLAN_BY_SERVER));
		}
	}
	assert_true(may("running", "deleting", PR_PLAN_BY_SERVER));
	assert_true(may("deleting", "deleted", PR_PLAN_BY_SERVER));
	assert_false(may("deleted", "deleting", PR_PLAN_BY_SERVER));
}

static void names_are_those_of_the_protocol(void **state)
{
	enum pr_plan_status status = PR_PLAN_STATUSES;

	(void)state;
	for (int i = 0; i < PR_PLAN_STATUSES; i++) {
		assert_true(
			pr_plan_status_read(pr_plan_status_name((enum pr_plan_status)i), &status));
		assert_int_equal(status, i);
	}
	assert_null(pr_plan_status_names[PR_PLAN_STATUSES]);
	assert_int_equal(status_of("creation error"), PR_PLAN_CREATION_ERROR);
	assert_int_equal(status_of("suspend_error"), PR_PLAN_SUSPEND_ERROR);
	assert_false(pr_plan_status_read("creation_error", &status));
	assert_false(pr_plan_status_read("", &status));
	assert_false(pr_plan_status_read(NULL, &status));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_goes_forward_only),
		cmocka_unit_test(a_plan_is_run_again),
		cmocka_unit_test(the_last_of_several_ends_counts),
		cmocka_unit_test(a_creation_error_is_of_what_was_not_launched),
		cmocka_unit_test(what_suspends_waits_for_the_end_of_a_run),
		cmocka_unit_test(a_deletion_is_of_the_server_and_never_left),
		cmocka_unit_test(names_are_those_of_the_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
