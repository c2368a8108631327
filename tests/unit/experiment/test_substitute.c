#include "experiment/substitute.h"

#include "base/compiler.h"
#include "codec/pyvalue.h"

#include "../table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ROWS 84

/* Equal as Python sees it and of the same kinds, which 1 == 1.0 == True hides. */
static bool same(const json_t *a, const json_t *b)
{
	PR_AUTO(buf) struct pr_buf x = PR_BUF_INIT(1 << 16);
	PR_AUTO(buf) struct pr_buf y = PR_BUF_INIT(1 << 16);

	return !pr_value_repr(a, &x) && !pr_value_repr(b, &y) && pr_value_equal(a, b) &&
	       strcmp(pr_buf_str(&x), pr_buf_str(&y)) == 0;
}

static int check_row(const json_t *row, void *arg)
{
	const json_t *document =
		json_object_get(arg, json_string_value(json_object_get(row, "env")));
	const struct pr_scope scope = {.configuration = json_object_get(document, "configuration"),
		.secrets = json_object_get(document, "secrets")};
	json_auto_t *value = NULL;

	return scope.configuration && scope.secrets &&
	       pr_substitute(json_object_get(row, "input"), &scope, &value, NULL) == 0 &&
	       same(value, json_object_get(row, "expect"));
}

static void recorded_texts_give_the_recorded_values(void **state)
{
	json_auto_t *documents = json_load_file(TABLE_FOLDER "documents.json", 0, NULL);

	(void)state;
	assert_non_null(documents);
	assert_int_equal(table_check("substitute", check_row, documents), ROWS);
}

static void names_are_those_of_the_configuration_before_those_of_the_secrets(void **state)
{
	json_auto_t *configuration = json_pack("{s:s, s:n}", "a", "conf", "null");
	json_auto_t *secrets = json_pack("{s:{s:s, s:s}, s:{s:s}, s:s}", "s1", "a", "secret", "b",
		"first", "s2", "b", "second", "scalar", "text");
	const struct pr_scope scope = {configuration, secrets};

	(void)state;
	assert_string_equal(json_string_value(pr_scope_lookup(&scope, "a")), "conf");
	assert_string_equal(json_string_value(pr_scope_lookup(&scope, "b")), "first");
	assert_true(json_is_null(pr_scope_lookup(&scope, "null")));
	assert_null(pr_scope_lookup(&scope, "s1"));
	assert_null(pr_scope_lookup(&scope, "unknown"));
	assert_null(pr_scope_lookup(&(struct pr_scope){NULL, NULL}, "a"));
}

static void nothing_is_substituted_in_arguments_without_a_scope(void **state)
{
	json_auto_t *arguments = json_pack("[s, s]", "$$", "${a}");
	json_auto_t *empty = json_object();
	json_auto_t *full = json_pack("{s:s}", "a", "b");
	const struct pr_scope nobody = {empty, NULL};
	const struct pr_scope somebody = {full, empty};
	json_auto_t *kept = NULL;
	json_auto_t *changed = NULL;

	(void)state;
	assert_true(pr_scope_is_empty(&nobody));
	assert_false(pr_scope_is_empty(&somebody));
	assert_int_equal(pr_substitute_arguments(arguments, &nobody, &kept, NULL), 0);
	assert_ptr_equal(kept, arguments);
	assert_int_equal(pr_substitute_arguments(arguments, &somebody, &changed, NULL), 0);
	assert_string_equal(json_string_value(json_array_get(changed, 0)), "$");
	assert_string_equal(json_string_value(json_array_get(changed, 1)), "b");
}

static void an_unknown_name_is_refused_where_a_secret_has_no_scope(void **state)
{
	static const char *const texts[] = {
		"\"${x}\"", "\"$x\"", "\"a ${x} b\"", "[[\"${x}\"]]", "{\"k\": \"$x\"}"};
	json_auto_t *configuration = json_pack("{s:s}", "known", "k");
	json_auto_t *secrets = json_pack("{s:s}", "flat", "hush");
	const struct pr_scope scope = {configuration, secrets};
	json_auto_t *known = json_string("${known}");
	json_auto_t *value = NULL;

	(void)state;
	assert_int_equal(pr_substitute(known, &scope, &value, NULL), 0);
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		json_auto_t *text = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		json_t *none = NULL;

		assert_int_equal(pr_substitute(text, &scope, &none, NULL), PR_EINVAL);
		assert_null(none);
	}
}

static void no_value_gives_null_and_the_source_stays_as_it_is(void **state)
{
	json_auto_t *source = json_pack("{s:[s]}", "k", "${a}");
	json_auto_t *before = json_deep_copy(source);
	json_auto_t *full = json_pack("{s:s}", "a", "b");
	const struct pr_scope scope = {full, NULL};
	json_auto_t *none = NULL;
	json_auto_t *value = NULL;

	(void)state;
	assert_int_equal(pr_substitute(NULL, &scope, &none, NULL), 0);
	assert_true(json_is_null(none));
	assert_int_equal(pr_substitute(source, &scope, &value, NULL), 0);
	assert_true(json_equal(source, before));
	assert_false(json_equal(value, before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_texts_give_the_recorded_values),
		cmocka_unit_test(names_are_those_of_the_configuration_before_those_of_the_secrets),
		cmocka_unit_test(nothing_is_substituted_in_arguments_without_a_scope),
		cmocka_unit_test(an_unknown_name_is_refused_where_a_secret_has_no_scope),
		cmocka_unit_test(no_value_gives_null_and_the_source_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
