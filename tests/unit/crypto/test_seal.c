#include "crypto/seal.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PLACE "environments/1"
#define OVERHEAD (1 + PR_SEAL_MARK_BYTES + 12 + 16)

static const unsigned char key[PR_SEAL_KEY_BYTES] = "0123456789abcdef0123456789abcde";
static const unsigned char other_key[PR_SEAL_KEY_BYTES] = "0123456789abcdef0123456789abcdX";

static struct pr_seal *seal_of(const unsigned char *bytes)
{
	struct pr_seal *seal = NULL;

	assert_int_equal(pr_seal_new(bytes, &seal, NULL), 0);
	return seal;
}

static void what_was_sealed_opens_at_its_place(void **state)
{
	static char large[1 << 20];
	static const struct {
		const char *bytes;
		size_t n;
	} cases[] = {{"", 0}, {"x", 1}, {"a\0b", 3}, {large, sizeof(large)}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf sealed = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		struct pr_seal *one = seal_of(key);
		struct pr_seal *same = seal_of(key);

		assert_int_equal(
			pr_seal_close(one, PLACE, cases[i].bytes, cases[i].n, &sealed, NULL), 0);
		assert_int_equal(sealed.len, cases[i].n + OVERHEAD);
		pr_seal_free(one);
		assert_int_equal(pr_seal_open(same, PLACE, sealed.ptr, sealed.len, &text, NULL), 0);
		assert_int_equal(text.len, cases[i].n);
		assert_memory_equal(pr_buf_str(&text), cases[i].bytes, text.len);
		pr_seal_free(same);
	}
	pr_seal_free(NULL);
}

static void what_is_sealed_twice_differs_and_shows_nothing(void **state)
{
	static const char secret[] = "the secret of this test";
	PR_AUTO(buf) struct pr_buf first = PR_BUF_INIT(1000);
	PR_AUTO(buf) struct pr_buf second = PR_BUF_INIT(1000);
	struct pr_seal *seal = seal_of(key);

	(void)state;
	assert_int_equal(pr_seal_close(seal, PLACE, secret, sizeof(secret), &first, NULL), 0);
	assert_int_equal(pr_seal_close(seal, PLACE, secret, sizeof(secret), &second, NULL), 0);
	assert_int_equal(first.len, second.len);
	assert_memory_not_equal(first.ptr, second.ptr, first.len);
	assert_memory_not_equal(first.ptr + 17, second.ptr + 17, sizeof(secret));
	assert_null(memmem(first.ptr, first.len, secret, 6));
	assert_null(memmem(first.ptr, first.len, key, 6));
	pr_seal_free(seal);
}

static void refuse(const struct pr_seal *seal, const char *place, const struct pr_buf *sealed,
	const char *words)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(1000);
	struct pr_err err = PR_ERR_INIT;

	assert_int_equal(
		pr_seal_open(seal, place, sealed->ptr, sealed->len, &text, &err), PR_EAUTH);
	assert_int_equal(text.len, 0);
	assert_non_null(strstr(err.msg, words));
	assert_non_null(strstr(err.msg, place));
}

static void another_key_and_another_place_do_not_open_it(void **state)
{
	PR_AUTO(buf) struct pr_buf sealed = PR_BUF_INIT(1000);
	struct pr_seal *seal = seal_of(key);
	struct pr_seal *other = seal_of(other_key);

	(void)state;
	assert_memory_not_equal(pr_seal_mark(seal), pr_seal_mark(other), PR_SEAL_MARK_BYTES);
	assert_int_equal(pr_seal_close(seal, PLACE, "secret", 6, &sealed, NULL), 0);
	refuse(other, PLACE, &sealed, "another key");
	refuse(seal, "environments/2", &sealed, "moved");
	refuse(seal, "environments/", &sealed, "moved");
	/* A mark that is forged is no key. */
	memcpy(sealed.ptr + 1, pr_seal_mark(other), PR_SEAL_MARK_BYTES);
	refuse(other, PLACE, &sealed, "changed");
	pr_seal_free(other);
	pr_seal_free(seal);
}

static void a_change_of_any_bit_and_any_length_is_noticed(void **state)
{
	PR_AUTO(buf) struct pr_buf sealed = PR_BUF_INIT(1000);
	struct pr_seal *seal = seal_of(key);

	(void)state;
	assert_int_equal(pr_seal_close(seal, PLACE, "secret", 6, &sealed, NULL), 0);
	for (size_t bit = 0; bit < 8 * sealed.len; bit++) {
		sealed.ptr[bit / 8] = (char)(sealed.ptr[bit / 8] ^ (1 << bit % 8));
		refuse(seal, PLACE, &sealed, "the secret of");
		sealed.ptr[bit / 8] = (char)(sealed.ptr[bit / 8] ^ (1 << bit % 8));
	}
	pr_buf_addc(&sealed, 'x');
	refuse(seal, PLACE, &sealed, "changed");
	while (sealed.len > 1) {
		pr_buf_truncate(&sealed, sealed.len - (sealed.len == 6 + OVERHEAD + 1 ? 2 : 1));
		refuse(seal, PLACE, &sealed, "the secret of");
	}
	pr_seal_free(seal);
}

static void a_buffer_that_is_full_is_an_error(void **state)
{
	PR_AUTO(buf) struct pr_buf small = PR_BUF_INIT(10);
	PR_AUTO(buf) struct pr_buf sealed = PR_BUF_INIT(1000);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(3);
	struct pr_seal *seal = seal_of(key);

	(void)state;
	assert_int_equal(pr_seal_close(seal, PLACE, "secret", 6, &small, NULL), PR_ELIMIT);
	assert_int_equal(pr_seal_close(seal, PLACE, "secret", 6, &sealed, NULL), 0);
	assert_int_equal(pr_seal_open(seal, PLACE, sealed.ptr, sealed.len, &text, NULL), PR_ELIMIT);
	pr_seal_free(seal);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_opens_at_its_place),
		cmocka_unit_test(what_is_sealed_twice_differs_and_shows_nothing),
		cmocka_unit_test(another_key_and_another_place_do_not_open_it),
		cmocka_unit_test(a_change_of_any_bit_and_any_length_is_noticed),
		cmocka_unit_test(a_buffer_that_is_full_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
