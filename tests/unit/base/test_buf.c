#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Under AddressSanitizer an impossible request must return NULL, as it does without. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void an_empty_buffer_reads_as_an_empty_string(void **state)
{
	struct pr_buf buf = PR_BUF_INIT(8);

	(void)state;
	assert_string_equal(pr_buf_str(&buf), "");
	assert_null(buf.ptr);
	pr_buf_release(&buf);
	pr_buf_release(NULL);
}

static void additions_follow_each_other(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(100);

	(void)state;
	assert_int_equal(pr_buf_adds(&buf, "one"), 0);
	assert_int_equal(pr_buf_addc(&buf, ' '), 0);
	assert_int_equal(pr_buf_add(&buf, "two!", 3), 0);
	assert_int_equal(pr_buf_add(&buf, NULL, 0), 0);
	assert_int_equal(pr_buf_addf(&buf, " %s %d", "three", 4), 0);
	assert_string_equal(pr_buf_str(&buf), "one two three 4");
	assert_int_equal(buf.len, 15);
	assert_int_equal(pr_buf_check(&buf, "it", NULL), 0);
}

static void nul_bytes_are_kept(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(100);

	(void)state;
	assert_int_equal(pr_buf_add(&buf, "a\0b", 3), 0);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.ptr, "a\0b", 4);
}

static void many_small_additions_grow_in_few_steps(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t steps = 0;

	(void)state;
	for (size_t i = 0; i < 100000; i++) {
		size_t before = buf.cap;

		assert_int_equal(pr_buf_addc(&buf, (char)('a' + i % 26)), 0);
		steps += buf.cap != before;
	}
	assert_int_equal(buf.len, 100000);
	assert_int_equal(buf.ptr[99999], 'a' + 99999 % 26);
	assert_int_equal(buf.ptr[100000], 0);
	assert_true(steps < 20);
}

static void the_limit_is_exact_and_sticky(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(5);

	(void)state;
	assert_int_equal(pr_buf_adds(&buf, "12345"), 0);
	assert_int_equal(pr_buf_add(&buf, NULL, 0), 0);
	assert_int_equal(pr_buf_addc(&buf, '6'), PR_ELIMIT);
	pr_buf_truncate(&buf, 0);
	assert_int_equal(pr_buf_adds(&buf, ""), PR_ELIMIT);
	assert_int_equal(pr_buf_addf(&buf, "x"), PR_ELIMIT);
	assert_int_equal(buf.len, 0);
	pr_buf_clear(&buf);
	assert_int_equal(pr_buf_addf(&buf, "%s", "12345"), 0);
	assert_int_equal(pr_buf_addf(&buf, "%s", "6"), PR_ELIMIT);
	assert_string_equal(pr_buf_str(&buf), "12345");
}

static void sizes_that_would_wrap_are_over_the_limit(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(SIZE_MAX - 1);
	PR_AUTO(buf) struct pr_buf boundless = PR_BUF_INIT(SIZE_MAX);

	(void)state;
	assert_int_equal(pr_buf_adds(&buf, "x"), 0);
	assert_int_equal(pr_buf_add(&buf, "", SIZE_MAX), PR_ELIMIT);
	pr_buf_clear(&buf);
	assert_int_equal(pr_buf_adds(&buf, "x"), 0);
	assert_int_equal(pr_buf_add(&buf, "", SIZE_MAX - 1), PR_ELIMIT);
	assert_int_equal(pr_buf_adds(&boundless, "x"), PR_ELIMIT);
}

static void running_out_of_memory_is_reported_and_keeps_the_contents(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(SIZE_MAX - 1);
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_buf_adds(&buf, "kept"), 0);
	assert_int_equal(pr_buf_add(&buf, "", SIZE_MAX - 16), PR_ENOMEM);
	assert_int_equal(pr_buf_adds(&buf, "x"), PR_ENOMEM);
	assert_string_equal(pr_buf_str(&buf), "kept");
	assert_int_equal(pr_buf_check(&buf, "it", &err), PR_ENOMEM);
	assert_string_equal(err.msg, "out of memory");
	assert_null(pr_buf_take(&buf));
}

static void the_check_names_what_is_too_large(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(5);
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	pr_buf_adds(&buf, "123456");
	assert_int_equal(pr_buf_check(&buf, "the document", &err), PR_ELIMIT);
	assert_string_equal(err.msg, "the document is larger than 5 bytes");
	assert_int_equal(pr_buf_check(&buf, "the document", NULL), PR_ELIMIT);
}

static void bytes_leave_at_the_front(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(100);

	(void)state;
	pr_buf_consume(&buf, 3);
	assert_string_equal(pr_buf_str(&buf), "");
	pr_buf_adds(&buf, "abcdef");
	pr_buf_consume(&buf, 0);
	pr_buf_consume(&buf, 2);
	assert_string_equal(pr_buf_str(&buf), "cdef");
	assert_int_equal(buf.len, 4);
	pr_buf_consume(&buf, 100);
	assert_string_equal(pr_buf_str(&buf), "");
	assert_int_equal(buf.len, 0);
}

static void bytes_leave_at_the_end(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(100);

	(void)state;
	pr_buf_truncate(&buf, 0);
	pr_buf_adds(&buf, "abcdef");
	pr_buf_truncate(&buf, 7);
	pr_buf_truncate(&buf, 6);
	assert_string_equal(pr_buf_str(&buf), "abcdef");
	pr_buf_truncate(&buf, 2);
	assert_string_equal(pr_buf_str(&buf), "ab");
	assert_int_equal(buf.len, 2);
}

static void clearing_keeps_the_memory(void **state)
{
	PR_AUTO(buf) struct pr_buf buf = PR_BUF_INIT(100);
	const char *ptr;

	(void)state;
	pr_buf_adds(&buf, "abc");
	ptr = buf.ptr;
	pr_buf_clear(&buf);
	assert_string_equal(pr_buf_str(&buf), "");
	assert_ptr_equal(buf.ptr, ptr);
}

static void taking_gives_the_contents_away(void **state)
{
	struct pr_buf buf = PR_BUF_INIT(100);
	char *taken;

	(void)state;
	pr_buf_adds(&buf, "abc");
	taken = pr_buf_take(&buf);
	assert_string_equal(taken, "abc");
	free(taken);
	assert_null(buf.ptr);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.max, 100);
	taken = pr_buf_take(&buf);
	assert_string_equal(taken, "");
	free(taken);
}

static void a_failed_buffer_gives_nothing_and_is_usable_again(void **state)
{
	struct pr_buf buf = PR_BUF_INIT(3);

	(void)state;
	pr_buf_adds(&buf, "ab");
	pr_buf_adds(&buf, "cd");
	assert_null(pr_buf_take(&buf));
	assert_int_equal(pr_buf_adds(&buf, "abc"), 0);
	pr_buf_release(&buf);
	assert_int_equal(buf.max, 3);
	pr_buf_init(&buf, 4);
	assert_int_equal(pr_buf_adds(&buf, "abcd"), 0);
	pr_buf_release(&buf);
}

static void borrowed_memory_is_all_that_there_is(void **state)
{
	char storage[5] = "xxxx";
	struct pr_buf buf;

	(void)state;
	pr_buf_borrow(&buf, storage, sizeof(storage));
	assert_string_equal(pr_buf_str(&buf), "");
	assert_int_equal(pr_buf_addf(&buf, "%s", "abcd"), 0);
	assert_ptr_equal(pr_buf_str(&buf), storage);
	assert_int_equal(pr_buf_addc(&buf, 'e'), PR_ELIMIT);
	assert_string_equal(storage, "abcd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_reads_as_an_empty_string),
		cmocka_unit_test(additions_follow_each_other),
		cmocka_unit_test(nul_bytes_are_kept),
		cmocka_unit_test(many_small_additions_grow_in_few_steps),
		cmocka_unit_test(the_limit_is_exact_and_sticky),
		cmocka_unit_test(sizes_that_would_wrap_are_over_the_limit),
		cmocka_unit_test(running_out_of_memory_is_reported_and_keeps_the_contents),
		cmocka_unit_test(the_check_names_what_is_too_large),
		cmocka_unit_test(bytes_leave_at_the_front),
		cmocka_unit_test(bytes_leave_at_the_end),
		cmocka_unit_test(clearing_keeps_the_memory),
		cmocka_unit_test(taking_gives_the_contents_away),
		cmocka_unit_test(a_failed_buffer_gives_nothing_and_is_usable_again),
		cmocka_unit_test(borrowed_memory_is_all_that_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
