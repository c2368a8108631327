#include "base/compiler.h"
#include "codec/pyvalue.h"
#include "experiment/variables.h"

#include "../table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Rows whose value JSON cannot hold: non-finite numbers are refused, bytes stay text. */
struct unheld {
	int floats;
	int bytes;
};

static bool same(const json_t *a, const json_t *b)
{
	return json_equal(a, b) && json_typeof(a) == json_typeof(b);
}

static int check_row(const json_t *row, void *arg)
{
	const json_t *expect = json_object_get(json_object_get(row, "expect"), "value");
	const json_t *input = json_object_get(row, "input");
	const char *type = json_string_value(json_object_get(row, "type"));
	struct unheld *unheld = arg;
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *value = NULL;
	int rc = pr_convert(input, type, &value, &err);

	if (json_object_get(expect, "$float")) {
		unheld->floats++;
		return rc == PR_EINVAL && !value;
	}
	if (json_object_get(expect, "$bytes")) {
		unheld->bytes++;
		return rc == 0 && same(value, input);
	}
	if (!expect)
		return rc == PR_EINVAL && !value && err.msg[0];
	return rc == 0 && same(value, expect);
}

static void recorded_values_convert_as_recorded(void **state)
{
	struct unheld unheld = {0};

	(void)state;
	assert_int_equal(table_check("convert", check_row, &unheld), 60);
	assert_int_equal(unheld.floats, 3);
	assert_int_equal(unheld.bytes, 1);
}

static void numerals_are_those_of_python_in_64_bits(void **state)
{
	static const struct {
		const char *type;
		const char *text;
		bool good;
	} cases[] = {
		{"int", "9223372036854775807", true},
		{"int", "-9223372036854775808", true},
		{"int", "9223372036854775808", false},
		{"int", "\t5\n", true},
		{"int", "- 5", false},
		{"int", "5 6", false},
		{"int", "_5", false},
		{"int", "5_", false},
		{"int", "\xD9\xA3", true},
		{"int", "\xFF", false},
		{"int", " ", false},
		{"float", "1_0e1_0", true},
		{"float", "1e", false},
		{"float", "0x1p3", false},
		{"float", "infinity", false},
		{"float", "5.", true},
		{"float", "1,5", false},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *input = json_stringn_nocheck(cases[i].text, strlen(cases[i].text));
		json_auto_t *value = NULL;

		if ((pr_convert(input, cases[i].type, &value, NULL) == 0) != cases[i].good)
			fail_msg("%s '%s'", cases[i].type, cases[i].text);
	}
}

static void numbers_beyond_64_bits_and_lists_are_no_integers(void **state)
{
	json_auto_t *inputs = json_pack("[f, f, [i], {}, n]", 1e19, -1e300, 1);
	json_auto_t *value = NULL;
	json_t *input;
	size_t i;

	(void)state;
	json_array_foreach (inputs, i, input)
		assert_int_equal(pr_convert(input, "int", &value, NULL), PR_EINVAL);
	assert_null(value);
}

static void a_value_is_copied_not_shared(void **state)
{
	json_auto_t *input = json_pack("{s:[i]}", "a", 1);
	json_auto_t *value = NULL;

	(void)state;
	assert_int_equal(pr_convert(input, NULL, &value, NULL), 0);
	json_array_clear(json_object_get(value, "a"));
	assert_int_equal(json_array_size(json_object_get(input, "a")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_values_convert_as_recorded),
		cmocka_unit_test(numerals_are_those_of_python_in_64_bits),
		cmocka_unit_test(numbers_beyond_64_bits_and_lists_are_no_integers),
		cmocka_unit_test(a_value_is_copied_not_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
