#include "activity/pauses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct waiter {
	struct pr_pause pause;
	struct pr_pause *also_leaves;
	int woken;
};

static void on_wake(void *arg)
{
	struct waiter *waiter = arg;

	waiter->woken++;
	if (waiter->also_leaves)
		pr_pause_leave(waiter->also_leaves);
}

static void enter(struct pr_pauses *pauses, struct waiter *waiter)
{
	waiter->pause.wake = on_wake;
	waiter->pause.arg = waiter;
	pr_pauses_enter(pauses, &waiter->pause);
}

static void test_all_that_wait_are_woken_once(void **state)
{
	struct pr_pauses pauses = {.first = NULL};
	struct waiter waiters[3] = {{.woken = 0}};

	(void)state;
	for (int i = 0; i < 3; i++)
		enter(&pauses, &waiters[i]);
	pr_pauses_resume(&pauses);
	pr_pauses_resume(&pauses);
	for (int i = 0; i < 3; i++)
		assert_int_equal(waiters[i].woken, 1);
	assert_null(pauses.first);
}

static void test_who_left_is_not_woken(void **state)
{
	struct pr_pauses pauses = {.first = NULL};
	struct waiter waiters[3] = {{.woken = 0}};

	(void)state;
	for (int i = 0; i < 3; i++)
		enter(&pauses, &waiters[i]);
	pr_pause_leave(&waiters[1].pause);
	pr_pause_leave(&waiters[1].pause);
	pr_pauses_resume(&pauses);
	assert_int_equal(waiters[0].woken, 1);
	assert_int_equal(waiters[1].woken, 0);
	assert_int_equal(waiters[2].woken, 1);
}

static void test_one_that_is_woken_may_end_another(void **state)
{
	struct pr_pauses pauses = {.first = NULL};
	struct waiter waiters[2] = {{.woken = 0}};

	(void)state;
	enter(&pauses, &waiters[0]);
	enter(&pauses, &waiters[1]);
	waiters[1].also_leaves = &waiters[0].pause;
	pr_pauses_resume(&pauses);
	assert_int_equal(waiters[1].woken, 1);
	assert_int_equal(waiters[0].woken, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_that_wait_are_woken_once),
		cmocka_unit_test(test_who_left_is_not_woken),
		cmocka_unit_test(test_one_that_is_woken_may_end_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
