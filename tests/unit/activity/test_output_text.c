#include "activity/output_text.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t n;
	const char *text; /* in UTF-8 */
	size_t text_n;
} cases[] = {
	{BYTES(""), BYTES("")},
	{BYTES("plain"), BYTES("plain")},
	{BYTES("a\0b"), BYTES("a\0b")},
	{BYTES("p\xC3\xB6"), BYTES("p\xC3\xB6")},
	{BYTES("\xEF\xBB\xBFx"), BYTES("x")},
	{BYTES("\xEF\xBB\xBF"), BYTES("")},
	{BYTES("p\xF6"), BYTES("p\xC3\xB6")},
	{BYTES("\x80\xff"), BYTES("\xC2\x80\xC3\xBF")},
	{BYTES("\xED\xA0\x80"), BYTES("\xC3\xAD\xC2\xA0\xC2\x80")},
	{BYTES("\xff\xfeh\0i\0"), BYTES("hi")},
	{BYTES("\xfe\xff\0h\0i"), BYTES("hi")},
	{BYTES("\xff\xfe"), BYTES("")},
	{BYTES("\xff\xfe\x3d\xd8\x00\xde"), BYTES("\xF0\x9F\x98\x80")},
	{BYTES("\xff\xfeh\0i"), BYTES("h")},
	{BYTES("\xff\xfe\x3d\xd8h\0"), BYTES("\xEF\xBF\xBDh")},
	{BYTES("\xff\xfe\x00\xde"), BYTES("\xEF\xBF\xBD")},
};

static void bytes_become_text_without_guessing(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf bytes = PR_BUF_INIT(64);
		json_auto_t *text = NULL;

		assert_int_equal(pr_buf_add(&bytes, cases[i].bytes, cases[i].n), 0);
		text = pr_output_text(&bytes);
		if (!text || json_string_length(text) != cases[i].text_n ||
			memcmp(json_string_value(text), cases[i].text, cases[i].text_n) != 0)
			fail_msg("row %zu gives '%s'", i, text ? json_string_value(text) : "none");
	}
}

static void every_byte_is_a_character_of_latin1(void **state)
{
	PR_AUTO(buf) struct pr_buf bytes = PR_BUF_INIT(512);
	json_auto_t *text = NULL;

	(void)state;
	for (int c = 0; c < 256; c++)
		pr_buf_addc(&bytes, (char)c);
	text = pr_output_latin1(&bytes);
	assert_non_null(text);
	assert_int_equal(json_string_length(text), 128 + 2 * 128);
	assert_memory_equal(json_string_value(text) + 126, "\x7E\x7F\xC2\x80\xC2\x81", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_text_without_guessing),
		cmocka_unit_test(every_byte_is_a_character_of_latin1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
