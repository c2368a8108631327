#include "base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CANONICAL "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
#define PLAIN "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

static void every_form_becomes_the_canonical_one(void **state)
{
	static const char *const forms[] = {CANONICAL, PLAIN, "{" CANONICAL "}", "{" PLAIN "}",
		"urn:uuid:" CANONICAL, "{urn:uuid:" CANONICAL "}", "urn:uuid:{" PLAIN "}",
		"uuid:" CANONICAL, "0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9",
		"0a1b2c3d-4e5f60718293-a4b5-c6d7e8f9", "-" PLAIN "-", "{{" PLAIN "}}"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(forms); i++) {
		char text[PR_UUID_SIZE];

		assert_int_equal(pr_uuid_parse(forms[i], text, NULL), 0);
		assert_string_equal(text, CANONICAL);
	}
}

static void anything_else_is_refused_and_nothing_written(void **state)
{
	static const char *const texts[] = {"", "-", "{}", "urn:uuid:", "plan", PLAIN "0",
		"0a1b2c3d4e5f60718293a4b5c6d7e8f", "0a1b2c3d4e5f60718293a4b5c6d7e8fg", " " PLAIN,
		PLAIN " ", PLAIN "\n", "0x1b2c3d4e5f60718293a4b5c6d7e8f9", "URN:UUID:" PLAIN,
		"0a1b2c3d{4e5f60718293a4b5c6d7e8f9", "urn:oid:" PLAIN, PLAIN "}x",
		"../../../../../../../../../../..", "0a1b2c3d4e5f6071/293a4b5c6d7e8f9"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		struct pr_err err = PR_ERR_INIT;
		char text[PR_UUID_SIZE] = "before";

		assert_int_equal(pr_uuid_parse(texts[i], text, &err), PR_EINVAL);
		assert_string_equal(text, "before");
		assert_non_null(strstr(err.msg, "is not a valid UUID"));
	}
	assert_int_equal(pr_uuid_parse(NULL, (char[PR_UUID_SIZE]){0}, NULL), PR_EINVAL);
}

static void random_ones_are_of_version_four_and_differ(void **state)
{
	char former[PR_UUID_SIZE] = "";

	(void)state;
	for (int i = 0; i < 200; i++) {
		char text[PR_UUID_SIZE];
		char again[PR_UUID_SIZE];

		assert_int_equal(pr_uuid_random(text, NULL), 0);
		assert_int_equal(strlen(text), PR_UUID_SIZE - 1);
		assert_int_equal(text[14], '4');
		assert_non_null(strchr("89ab", text[19]));
		assert_int_equal(pr_uuid_parse(text, again, NULL), 0);
		assert_string_equal(text, again);
		assert_string_not_equal(text, former);
		memcpy(former, text, sizeof former);
	}
}

/* More than getrandom gives at once, and each part of it filled. */
static void any_number_of_random_bytes_is_filled(void **state)
{
	enum { PART = 1 << 16, PARTS = 20 };
	static const unsigned char zeros[32];
	static unsigned char bytes[PART * PARTS + 1];

	(void)state;
	assert_int_equal(pr_random_bytes(bytes, 0, NULL), 0);
	assert_memory_equal(bytes, zeros, sizeof zeros);
	assert_int_equal(pr_random_bytes(bytes, sizeof bytes - 1, NULL), 0);
	for (int i = 1; i <= PARTS; i++)
		assert_memory_not_equal(bytes + i * PART - sizeof zeros, zeros, sizeof zeros);
	assert_int_equal(bytes[sizeof bytes - 1], 0);
}

static void random_digits_are_as_many_as_asked_for(void **state)
{
	static const size_t sizes[] = {0, 1, 16, PR_RANDOM_HEX_MAX};
	char texts[2][2 * PR_RANDOM_HEX_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (int j = 0; j < 2; j++) {
			memset(texts[j], '!', sizeof texts[j]);
			assert_int_equal(pr_random_hex(texts[j], sizes[i], NULL), 0);
			assert_int_equal(strspn(texts[j], "0123456789abcdef"), 2 * sizes[i]);
			assert_int_equal(texts[j][2 * sizes[i]], '\0');
			assert_int_equal(texts[j][2 * sizes[i] + 1], '!');
		}
		assert_true(sizes[i] < 16 || strcmp(texts[0], texts[1]) != 0);
	}
	assert_int_equal(pr_random_hex(texts[0], PR_RANDOM_HEX_MAX + 1, NULL), PR_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_becomes_the_canonical_one),
		cmocka_unit_test(anything_else_is_refused_and_nothing_written),
		cmocka_unit_test(random_ones_are_of_version_four_and_differ),
		cmocka_unit_test(any_number_of_random_bytes_is_filled),
		cmocka_unit_test(random_digits_are_as_many_as_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
