#include "base/shown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define GONE "\xef\xbf\xbd"
#define LITERAL(text) text, sizeof(text) - 1

static const struct {
	enum pr_shown how;
	const char *text;
	size_t n;
	const char *line;
	const char *block; /* NULL: as on one line */
} cases[] = {
	{PR_SHOWN_PLAIN, LITERAL("a <b> & \"c\" 'd'"), "a <b> & \"c\" 'd'", NULL},
	{PR_SHOWN_MARKUP, LITERAL("a <b> & \"c\" 'd'"),
		"a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;", NULL},
	{PR_SHOWN_MARKDOWN, LITERAL("<b> & \"c\" 'd'"), "&lt;b&gt; &amp; \"c\" 'd'", NULL},
	{PR_SHOWN_MARKDOWN, LITERAL("|*_`[x](y)#!~:$\\@me"),
		"\\|\\*\\_\\`\\[x\\]\\(y\\)\\#\\!\\~\\:\\$\\\\&#64;me", NULL},
	{PR_SHOWN_MARKDOWN, LITERAL("www.x.org wWw.y now. z.w"), "www\\.x.org wWw\\.y now\\. z.w",
		NULL},
	{PR_SHOWN_PLAIN, LITERAL("a\tb\nc\rd"), "a b c d", "a\tb\ncd"},
	{PR_SHOWN_MARKUP, LITERAL("a\tb\nc\rd"), "a b c d", "a\tb\nc&#13;d"},
	{PR_SHOWN_MARKDOWN, LITERAL("a\n# b"), "a \\# b", "a\n\\# b"},
	{PR_SHOWN_PLAIN, LITERAL("\x1b[31m\0\x7f\b\f"), GONE "[31m" GONE GONE GONE GONE, NULL},
	{PR_SHOWN_PLAIN,
		LITERAL("\xc2\x9b"
			"31m\xc2\xa0"),
		GONE "31m\xc2\xa0", NULL},
	{PR_SHOWN_MARKUP, LITERAL("\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\xf4\x8f\xbf\xbf"),
		GONE GONE GONE GONE, NULL},
	{PR_SHOWN_MARKUP, LITERAL("\xed\xa0\x80"), GONE GONE GONE, NULL},
	{PR_SHOWN_MARKUP, LITERAL("caf\xc3\xa9 \xf0\x9f\x98\x80 \xff\xc3"),
		"caf\xc3\xa9 \xf0\x9f\x98\x80 " GONE GONE, NULL},
	{PR_SHOWN_PLAIN, LITERAL("safe\xe2\x80\xaegpj.exe\xe2\x81\xa6"), "safe" GONE "gpj.exe" GONE,
		NULL},
	{PR_SHOWN_MARKUP,
		LITERAL("a\xe2\x80\xa8"
			"b"),
		"a b", NULL},
	{PR_SHOWN_MARKUP, "", 0, "", NULL},
};

static void texts_cannot_leave_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(1000);
		PR_AUTO(buf) struct pr_buf block = PR_BUF_INIT(1000);

		assert_int_equal(
			0, pr_shown_line(cases[i].how, cases[i].text, cases[i].n, 1000, &line));
		assert_string_equal(pr_buf_str(&line), cases[i].line);
		assert_int_equal(
			0, pr_shown_block(cases[i].how, cases[i].text, cases[i].n, 1000, &block));
		assert_string_equal(
			pr_buf_str(&block), cases[i].block ? cases[i].block : cases[i].line);
	}
}

static void long_texts_are_cut_between_characters(void **state)
{
	static const struct {
		size_t max;
		const char *shown;
	} cuts[] = {
		{6, "\xe2\x82\xac\xe2\x82\xac"},
		{5, "\xe2\x82\xac\xe2\x80\xa6"},
		{4, "\xe2\x82\xac\xe2\x80\xa6"},
		{3, "\xe2\x82\xac\xe2\x80\xa6"},
		{2, "\xe2\x80\xa6"},
		{0, "\xe2\x80\xa6"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cuts); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(100);

		assert_int_equal(0, pr_shown_line(PR_SHOWN_PLAIN, "\xe2\x82\xac\xe2\x82\xac", 6,
					    cuts[i].max, &out));
		assert_string_equal(pr_buf_str(&out), cuts[i].shown);
	}
}

static void a_full_buffer_is_told(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(3);

	(void)state;
	assert_int_equal(PR_ELIMIT, pr_shown_line(PR_SHOWN_MARKUP, "<<", 2, 9, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_cannot_leave_their_place),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(a_full_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
