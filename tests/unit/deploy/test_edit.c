#include "deploy/edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void changes_are_applied_by_their_place(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_edits edits = {.list = NULL};

	(void)state;
	assert_int_equal(pr_edits_add(&edits, 6, 0, "!", NULL), 0);
	assert_int_equal(pr_edits_add(&edits, 2, 2, "CD", NULL), 0);
	assert_int_equal(pr_edits_add(&edits, 0, 0, "1", NULL), 0);
	assert_int_equal(pr_edits_add(&edits, 0, 1, "2", NULL), 0);
	assert_int_equal(pr_edits_apply(&edits, "abcdef", 6, &out), 0);
	assert_string_equal(pr_buf_str(&out), "12bCDef!");
	pr_edits_release(&edits);
}

static void without_changes_the_text_stays(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_edits edits = {.list = NULL};

	(void)state;
	assert_int_equal(pr_edits_apply(&edits, "a\0b", 3, &out), 0);
	assert_int_equal(out.len, 3);
	assert_memory_equal(pr_buf_str(&out), "a\0b", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_applied_by_their_place),
		cmocka_unit_test(without_changes_the_text_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
