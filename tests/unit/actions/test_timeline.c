#include "actions/timeline.h"

#include "base/compiler.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The cells as letters, '#' full and '.' empty; without the code span's ticks. */
static void read_bar(const char *text, char ret_cells[64])
{
	size_t n = strlen(text);
	size_t count = 0;

	if (!n) {
		ret_cells[0] = '\0';
		return;
	}
	assert_int_equal(n, 2 + 3 * PR_ACTIONS_CELLS);
	assert_true(text[0] == '`' && text[n - 1] == '`');
	for (size_t i = 1; i < n - 1; i += 3)
		ret_cells[count++] = strncmp(text + i, "\u2588", 3) == 0   ? '#'
				     : strncmp(text + i, "\u2591", 3) == 0 ? '.'
									   : '?';
	ret_cells[count] = '\0';
}

static void show(
	const struct pr_actions_span *span, int64_t start_us, double duration, char ret_cells[64])
{
	const struct pr_actions_activity activity = {.start_us = start_us, .duration = duration};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	assert_int_equal(pr_actions_bar(span, &activity, &out), 0);
	read_bar(pr_buf_str(&out), ret_cells);
}

static void bars_show_offset_and_length(void **state)
{
	static const struct {
		int64_t start_us;
		double duration;
		const char *cells;
	} rows[] = {
		{1000000, 20.0, "####################"},
		{1000000, 10.0, "##########.........."},
		{11000000, 10.0, "..........##########"},
		{1000000, 1.0, "#..................."},
		{1000000, 1.001, "##.................."},
		{1000000, 0.0, "#..................."},
		{2000000, 0.0, ".#.................."},
		{1999999, 0.0, "#..................."},
		{20500000, 0.25, "...................#"},
		{21000000, 0.0, "...................#"},
		{21000000, 5.0, "...................#"},  /* beyond the end */
		{500000, 1.0, "#..................."},    /* a clock that was set back */
		{11000000, -1.0, "..........##########"}, /* no end: to that of the run */
		{21000000, -1.0, "...................#"},
		{1000000, 1e308, "####################"},
		{INT64_MAX, 1.0, "...................#"},
		{-1, 3.0, ""},
	};
	const struct pr_actions_span span = {.known = true, .origin_us = 1000000, .seconds = 20};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		char cells[64];

		show(&span, rows[i].start_us, rows[i].duration, cells);
		assert_string_equal(cells, rows[i].cells);
	}
}

static void nothing_is_shown_of_a_time_that_is_not_known(void **state)
{
	const struct pr_actions_span span = {.seconds = 1};
	char cells[64];

	(void)state;
	show(&span, 5, 1.0, cells);
	assert_string_equal(cells, "");
}

#define AT(second) "2026-11-20T16:24:" second "+00:00"

static void the_span_is_that_of_run_and_activities(void **state)
{
	static const struct {
		const char *journal;
		bool known;
		double seconds;
	} rows[] = {
		{"{}", false, 1},
		{"{\"duration\": 3}", false, 3},
		{"{\"start\": \"" AT("10") "\", \"duration\": 5}", true, 5},
		{"{\"start\": \"" AT("10") "\"}", true, 1},
		{"{\"start\": \"" AT("10") "\", \"duration\": -5}", true, 1},
		{"{\"start\": \"soon\", \"duration\": 5}", false, 5},
		{"{\"start\": \"" AT("10") "\", \"duration\": 5, \"run\": [{\"start\": \"" AT(
			 "12") "\", \"duration\": 7.5}]}",
			true, 9.5},
		{"{\"start\": \"" AT("10") "\", \"run\": [{\"start\": \"" AT(
			 "12") "\"}, 1, "
			       "{\"duration\": 100}]}",
			true, 2},
		{"{\"run\": [{\"start\": \"" AT(
			 "14") "\", \"duration\": 1}], "
			       "\"rollbacks\": [{\"start\": \"" AT("12") "\", \"end\": \"" AT(
				       "13.5") "\"}]}",
			true, 3},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *journal = json_loads(rows[i].journal, 0, NULL);
		struct pr_actions_span span;

		assert_non_null(journal);
		pr_actions_span_read(journal, &span);
		assert_int_equal(span.known, rows[i].known);
		assert_true(span.seconds > rows[i].seconds - 1e-9 &&
			    span.seconds < rows[i].seconds + 1e-9);
	}
}

/* Whatever the times are, a bar has all its cells, and one stretch of full ones. */
static void every_bar_is_whole(void **state)
{
	static const double numbers[] = {-1e300, -1, 0, 1e-9, 0.05, 1, 3.3, 20, 21, 1e6, 1e300};

	(void)state;
	for (size_t i = 0; i < PR_LEN(numbers); i++)
		for (size_t j = 0; j < PR_LEN(numbers); j++)
			for (int64_t start = 0; start < 30; start++) {
				const struct pr_actions_span span = {
					.known = true, .seconds = numbers[i] > 0 ? numbers[i] : 1};
				char cells[64];
				const char *first;

				show(&span, start * 777777, numbers[j], cells);
				first = strchr(cells, '#');
				assert_non_null(first);
				first += strspn(first, "#");
				assert_int_equal(strspn(first, "."), strlen(first));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_show_offset_and_length),
		cmocka_unit_test(nothing_is_shown_of_a_time_that_is_not_known),
		cmocka_unit_test(the_span_is_that_of_run_and_activities),
		cmocka_unit_test(every_bar_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
