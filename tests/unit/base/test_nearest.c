#include "base/nearest.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN "abcdefghij"

static const char *nearest(const char *given, bool abbreviated)
{
	static const char *const words[] = {"url", "auth", "frequency", TEN TEN TEN TEN TEN};
	struct pr_nearest search = pr_nearest_to(given, strlen(given));

	search.abbreviated = abbreviated;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		pr_nearest_offer(&search, words[i]);
	return search.best ? search.best : "-";
}

static void the_nearest_word_is_found(void **state)
{
	static const struct {
		const char *given, *best;
	} cases[] = {
		{"ulr", "url"},
		{"urk", "url"},
		{"uri", "url"},
		{"ulx", "-"},
		{"ur", "-"},
		{"", "-"},
		{"frequncy", "frequency"},
		{"freqency2", "frequency"},
		{"fraqancx", "-"},
		{"athu", "-"},
		{"freq", "-"},
		{"auht", "auth"},
		{TEN TEN TEN TEN TEN "x", "-"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(nearest(cases[i].given, false), cases[i].best);
}

static void first_letters_are_near_where_asked_for(void **state)
{
	(void)state;
	assert_string_equal(nearest("fre", true), "frequency");
	assert_string_equal(nearest("fr", true), "-");
	assert_string_equal(nearest("fre", false), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_word_is_found),
		cmocka_unit_test(first_letters_are_near_where_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
