#include "crypto/digest.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* The vectors of FIPS 180-4 and RFC 1321. */
static void digests_are_those_of_the_standards(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *sha256;
		const char *md5;
	} cases[] = {
		{"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			"d41d8cd98f00b204e9800998ecf8427e"},
		{NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			"d41d8cd98f00b204e9800998ecf8427e"},
		{"abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
			"900150983cd24fb0d6963f7d28e17f72"},
		{"\0", 1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
			"93b885adfe0da089cdf634904fd59f71"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		char sha256[PR_SHA256_SIZE];
		char md5[PR_MD5_SIZE];

		assert_int_equal(pr_sha256_hex(cases[i].bytes, cases[i].n, sha256, NULL), 0);
		assert_string_equal(sha256, cases[i].sha256);
		assert_int_equal(pr_md5_hex(cases[i].bytes, cases[i].n, md5, NULL), 0);
		assert_string_equal(md5, cases[i].md5);
	}
}

static void bytes_are_the_same_only_where_all_are(void **state)
{
	(void)state;
	assert_true(pr_same_bytes("a\0b", "a\0b", 3));
	assert_false(pr_same_bytes("a\0b", "a\0c", 3));
	assert_false(pr_same_bytes("xbc", "abc", 3));
	assert_true(pr_same_bytes("xbc", "xbd", 2));
	assert_true(pr_same_bytes(NULL, NULL, 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standards),
		cmocka_unit_test(bytes_are_the_same_only_where_all_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
