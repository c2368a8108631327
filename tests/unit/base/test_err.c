#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void failing_fills_the_error_and_returns_the_code(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_fail(&err, PR_EINVAL, "'%s' is %d", "x", 7), PR_EINVAL);
	assert_int_equal(err.code, PR_EINVAL);
	assert_int_equal(err.sys, 0);
	assert_string_equal(err.msg, "'x' is 7");
}

static void every_call_works_without_an_error_to_fill(void **state)
{
	(void)state;
	assert_int_equal(pr_fail(NULL, PR_ENET, "x"), PR_ENET);
	assert_int_equal(pr_fail_errno(NULL, ENOENT, "x"), PR_ENOTFOUND);
	assert_int_equal(pr_fail_nomem(NULL), PR_ENOMEM);
	assert_int_equal(pr_wrap(NULL, "x"), PR_EIO);
	pr_err_clear(NULL);
}

static void the_first_error_wins(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	pr_fail(&err, PR_EAUTH, "first");
	assert_int_equal(pr_fail(&err, PR_ELIMIT, "second"), PR_ELIMIT);
	assert_int_equal(pr_fail_errno(&err, ENOENT, "third"), PR_ENOTFOUND);
	assert_int_equal(pr_fail_nomem(&err), PR_ENOMEM);
	assert_int_equal(err.code, PR_EAUTH);
	assert_int_equal(err.sys, 0);
	assert_string_equal(err.msg, "first");
}

static void errno_becomes_code_and_text(void **state)
{
	static const struct {
		int errnum;
		enum pr_code code;
		const char *msg;
	} rows[] = {
		{ENOENT, PR_ENOTFOUND, "cannot open 'f': No such file or directory"},
		{ENOMEM, PR_ENOMEM, "cannot open 'f': Cannot allocate memory"},
		{EACCES, PR_EIO, "cannot open 'f': Permission denied"},
		{EROFS, PR_EIO, "cannot open 'f': Read-only file system"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(
			pr_fail_errno(&err, rows[i].errnum, "cannot open '%s'", "f"), rows[i].code);
		assert_int_equal(err.code, rows[i].code);
		assert_int_equal(err.sys, rows[i].errnum);
		assert_string_equal(err.msg, rows[i].msg);
	}
}

static void running_out_of_memory_has_a_text(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_fail_nomem(&err), PR_ENOMEM);
	assert_string_equal(err.msg, "out of memory");
}

static void context_goes_before_the_message(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	pr_fail_errno(&err, EACCES, "cannot read");
	assert_int_equal(pr_wrap(&err, "plan '%s'", "p"), PR_EIO);
	assert_string_equal(err.msg, "plan 'p': cannot read: Permission denied");
	assert_int_equal(err.sys, EACCES);
}

static void wrapping_nothing_is_no_success(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_wrap(&err, "context"), PR_EIO);
	assert_int_equal(err.code, PR_OK);
	assert_string_equal(err.msg, "");
}

/* Whether the text fills the array but for what an unbroken sequence may need, and ends in the
 * mark. */
static void assert_cut(const struct pr_err *err)
{
	size_t len = strlen(err->msg);

	assert_in_range(len, sizeof err->msg - 4, sizeof err->msg - 1);
	assert_string_equal(err->msg + len - 3, "\xe2\x80\xa6");
}

static void a_long_text_is_cut_with_a_mark(void **state)
{
	char text[1000];
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	pr_fail(&err, PR_EINVAL, "%s", text);
	assert_cut(&err);
	pr_wrap(&err, "context");
	assert_cut(&err);
	assert_memory_equal(err.msg, "context: xxx", 12);
}

static void what_just_fits_is_not_cut(void **state)
{
	char text[sizeof((struct pr_err *)0)->msg];
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	pr_fail(&err, PR_EINVAL, "%s", text);
	assert_string_equal(err.msg, text);
}

static void no_sequence_is_cut_in_two(void **state)
{
	(void)state;
	for (int shift = 0; shift < 3; shift++) {
		char text[1000] = "";
		struct pr_err err = PR_ERR_INIT;
		size_t end;

		for (size_t i = 0; i + 4 < sizeof text; i += 3)
			memcpy(text + i, "\xe2\x82\xac", 4);
		pr_fail(&err, PR_EINVAL, "%.*s%s", shift, "xx", text);
		end = strlen(err.msg);
		assert_string_equal(err.msg + end - 3, "\xe2\x80\xa6");
		assert_int_equal((end - (size_t)shift) % 3, 0);
	}
}

static void line_ends_become_spaces(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	pr_fail(&err, PR_EINVAL, "path '%s'", "a\nb\r\n");
	assert_string_equal(err.msg, "path 'a b  '");
	pr_wrap(&err, "%s", "x\ny");
	assert_string_equal(err.msg, "x y: path 'a b  '");
}

static void a_cleared_error_takes_a_new_one(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	pr_fail_errno(&err, EACCES, "first");
	pr_err_clear(&err);
	assert_int_equal(err.code, PR_OK);
	assert_int_equal(err.sys, 0);
	assert_string_equal(err.msg, "");
	pr_fail(&err, PR_ENET, "second");
	assert_string_equal(err.msg, "second");
}

static void every_code_has_its_own_name(void **state)
{
	static const char *const names[] = {"ok", "out of memory", "invalid", "not found",
		"not authorized", "network", "timeout", "protocol", "input/output", "usage",
		"canceled", "limit", "exists already"};

	(void)state;
	for (int i = 0; i < (int)PR_LEN(names); i++)
		assert_string_equal(pr_code_name((enum pr_code) - i), names[i]);
	assert_int_equal(PR_EEXIST, 1 - (int)PR_LEN(names));
	assert_string_equal(pr_code_name((enum pr_code)(PR_EEXIST - 1)), "unknown");
	assert_string_equal(pr_code_name((enum pr_code)1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_fills_the_error_and_returns_the_code),
		cmocka_unit_test(every_call_works_without_an_error_to_fill),
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(errno_becomes_code_and_text),
		cmocka_unit_test(running_out_of_memory_has_a_text),
		cmocka_unit_test(context_goes_before_the_message),
		cmocka_unit_test(wrapping_nothing_is_no_success),
		cmocka_unit_test(a_long_text_is_cut_with_a_mark),
		cmocka_unit_test(what_just_fits_is_not_cut),
		cmocka_unit_test(no_sequence_is_cut_in_two),
		cmocka_unit_test(line_ends_become_spaces),
		cmocka_unit_test(a_cleared_error_takes_a_new_one),
		cmocka_unit_test(every_code_has_its_own_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
