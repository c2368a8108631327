#include "codec/jsonpath.h"

#include "base/compiler.h"

#include "../table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The matches as an array, NULL when compiling or matching failed. */
static json_t *match(const char *text, json_t *root, struct pr_err *err)
{
	struct pr_jsonpath *path = NULL;
	json_t *matches = NULL;

	if (!pr_jsonpath_new(text, &path, err))
		pr_jsonpath_match(path, root, &matches, err);
	pr_jsonpath_free(path);
	return matches;
}

static int check_row(const json_t *row, void *arg)
{
	const json_t *expect = json_object_get(row, "expect");
	json_t *root = json_object_get(arg, json_string_value(json_object_get(row, "doc")));
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *matches = match(json_string_value(json_object_get(row, "path")), root, &err);

	if (table_is_refusal(expect))
		return !matches && err.code == PR_EINVAL && err.msg[0];
	return matches && json_equal(matches, json_object_get(expect, "values"));
}

static void test_recorded_paths_give_the_recorded_matches(void **state)
{
	json_auto_t *documents = json_load_file(TABLE_FOLDER "documents.json", 0, NULL);

	(void)state;
	assert_non_null(documents);
	assert_true(table_check("jsonpath", check_row, documents) >= 190);
}

static const char DOCUMENT[] =
	"{\"items\": [3, 1, 2], \"n\": 5, \"s\": \"string\", \"idx\": 1, \"t\": true,"
	" \"uni\": \"h\\u00e9\\u00e9\\ud834\\udd1ex\", \"o\": {\"k\": \"v\", \"null\": 0, "
	"\"a\\\\\\\"b\": 2},"
	" \"l\": [[1, [2]], {\"k\": [3]}]}";

/* `values` NULL: refused. */
static const struct {
	const char *path;
	const char *values;
} cases[] = {
	/* slices: ends are moved once, then indices count from the end again */
	{"$.items[2:-9:-1]", "[2, 1, 3, 2, 1, 3]"},
	{"$.items[9:0:-1]", "[2, 1]"},
	{"$.items[9:0:-2]", "[1]"},
	{"$.items[-9:-9:-1]", "[3, 2, 1, 3]"},
	{"$.items[-1:-1000000000000000000000:-1]", "[2, 1, 3, 2, 1, 3]"},
	{"$.items[0:99999999999999999999]", "[3, 1, 2]"},
	{"$.items[99999999999999999999:-99999999999999999999:-1]", "[2, 1, 3, 2, 1, 3]"},
	{"$.items[: :2]", "[3, 2]"},
	{"$.items[::9]", "[3]"},
	{"$.items[99999999999999999999]", "[]"},
	{"$.items[-0]", "[3]"},
	{"$.items[- 1]", NULL},
	{"$.items[1e0]", NULL},
	{"$.items[0:0:0]", NULL},
	{"$.n[::0]", "[]"},
	/* a path as subscript: integers and booleans are indices, texts are keys */
	{"$.items[$.items[*]]", "[1, 2]"},
	{"$.items[$.t]", "[1]"},
	{"$.items[@[@[1]]]", "[1]"},
	{"$.l[*][$.idx]", "[[2]]"},
	/* functions */
	{"$.uni.length()", "[5]"},
	{"$.uni.charAt(3)", "[\"\\ud834\\udd1e\"]"},
	{"$.uni.substring(3)", "[\"\\ud834\\udd1ex\"]"},
	{"$.s.charAt(-1)", "[\"g\"]"},
	{"$.s.charAt(-7)", "[]"},
	{"$.s.charAt(1.0)", "[]"},
	{"$.s.charAt()", "[]"},
	{"$.s.charAt(0,1)", "[]"},
	{"$.s.charAt($.items[*])", "[\"i\", \"t\", \"r\"]"},
	{"$.s.substring(-3,-1)", "[\"in\"]"},
	{"$.s.substring(-9,2)", "[\"st\"]"},
	{"$.s.substring(3,1)", "[\"\"]"},
	{"$.s.substring(1,2,3)", "[]"},
	{"$.s.substring($.items[0,1],$.items[0,1])", "[\"\", \"\", \"tr\", \"\"]"},
	{"$.s.substring($.idx,4)", "[\"tri\"]"},
	{"$.items.length(1)", "[]"},
	{"$.items.length(,)", NULL},
	{"$.items [ length ( ) ]", "[3]"},
	/* filters */
	{"$[?(@.n=5or@.nope)].n", "[5]"},
	{"$[?(not not @.n)].n", "[5]"},
	{"$[?(not @.n=5 or @.n=5)].n", "[5]"},
	{"$[?((@.n) = 5)].n", NULL},
	{"$[?(@.n=5=5)].n", NULL},
	{"$[?(\"a\"<\"b\")].n", "[]"},
	{"$[?(true>=1)].n", "[5]"},
	{"$[?(1E+2=100)].n", "[5]"},
	{"$[?([ 1 , [ ] ]=[1,[]])].n", "[5]"},
	{"$[?({\"a\":1,\"b\":[2]}={\"b\":[2],\"a\":1.0})].n", "[5]"},
	{"$[?([1,]=[1])].n", NULL},
	{"$[?([@.n]=[5])].n", NULL},
	{"$[?(\"\\u0041\"=\"A\")].n", "[]"},
	{"$[?(@.items contains true)].n", "[5]"},
	{"$[?(@.o contains 1)].n", "[]"},
	{"$[?(@.o contains [1])].n", NULL},
	{"$[?(@.s contains 1)].n", NULL},
	{"$[?(null contains 1)].n", NULL},
	{"$[?(true or @.n contains 1)].n", "[5]"},
	{"$[?(false and @.n contains 1)].n", "[]"},
	/* the matches on the right are used up by the first match on the left */
	{"$[?(@.idx=@.items[*])].n", "[5]"},
	{"$[?(@.items[*]=@.idx)].n", "[]"},
	{"$[?(@.items[*]=1)].n", "[5]"},
	/* words and strings */
	{"$.notx", "[]"},
	{"$.o[\"null\"]", "[0]"},
	{"$.o[\"a\\\"b\"]", "[2]"},
	{"$[\"\\q\"]", NULL},
	{"$[\"\\u12\"]", NULL},
	{"$[\"a\tb\"]", NULL},
	{"$[\"", NULL},
	{"$.s\n\r\t", "[\"string\"]"},
	{"$.s\f", NULL},
	{"$...k", NULL},
	{"$. .k", NULL},
	{"$.. k", "[\"v\", [3]]"},
	{"$.", NULL},
	{"", NULL},
	{"\xff", NULL},
	{"$[\"\xff\"]", "[]"},
	{"$[?(@=\"\xff\")]", NULL},
	{"$[?(1e999=1)]", NULL},
};

static void test_corners_of_the_dialect(void **state)
{
	json_auto_t *root = json_loads(DOCUMENT, 0, NULL);
	int failed = 0;

	(void)state;
	assert_non_null(root);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_err err = PR_ERR_INIT;
		json_auto_t *matches = match(cases[i].path, root, &err);
		json_auto_t *values = json_loads(cases[i].values ? cases[i].values : "", 0, NULL);

		if (cases[i].values ? json_equal(matches, values)
				    : !matches && err.code == PR_EINVAL)
			continue;
		print_error("%s: not %s (%s)\n", cases[i].path,
			cases[i].values ? cases[i].values : "refused", err.msg);
		failed++;
	}
	assert_int_equal(failed, 0);
}

static void test_messages_name_the_column_in_characters(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_null(match("$[\"\xc3\xa9\"]x", NULL, &err));
	assert_string_equal(err.msg, "column 7: expected '.', '..' or '[', found 'x'");
	pr_err_clear(&err);
	assert_null(match("$.a['b']", NULL, &err));
	assert_string_equal(err.msg, "column 5: strings take double quotes");
	pr_err_clear(&err);
	assert_null(match("$.nofn()", NULL, &err));
	assert_string_equal(err.msg, "column 3: there is no function 'nofn'");
	pr_err_clear(&err);
	assert_null(match("$.a[", NULL, &err));
	assert_non_null(strstr(err.msg, "found the end"));
}

static void test_matches_are_shared_with_the_document(void **state)
{
	json_auto_t *root = json_loads(DOCUMENT, 0, NULL);
	json_auto_t *matches = match("$.items", root, NULL);

	(void)state;
	assert_ptr_equal(json_array_get(matches, 0), json_object_get(root, "items"));
}

/* `count` times `part` between `begin` and `end`. */
static char *repeat(const char *begin, const char *part, size_t count, const char *end)
{
	size_t size = strlen(begin) + strlen(part) * count + strlen(end) + 1;
	char *text = malloc(size);
	size_t at = 0;

	assert_non_null(text);
	at += (size_t)snprintf(text, size, "%s", begin);
	for (size_t i = 0; i < count; i++)
		at += (size_t)snprintf(text + at, size - at, "%s", part);
	snprintf(text + at, size - at, "%s", end);
	return text;
}

static void test_work_and_nesting_are_bounded(void **state)
{
	PR_AUTO(free) char *deep = repeat("$", "[?(@", 1000, "");
	PR_AUTO(free) char *nots = repeat("$[?(", "not ", 100000, "@)]");
	PR_AUTO(free) char *chain = repeat("$[?(@", " and @", 100000, ")]");
	PR_AUTO(free) char *list = repeat("$[?(@=", "[", 100000, "1");
	PR_AUTO(free) char *steps = repeat("$", ".a", 100000, "");
	PR_AUTO(free) char *search = repeat("$", "..*", 12, "");
	PR_AUTO(free) char *nested = repeat("", "[1,", 100, "1");
	PR_AUTO(free) char *value = repeat(nested, "]", 100, "");
	const char *const paths[] = {deep, nots, chain, list, steps, search};
	json_auto_t *root = json_loads(value, 0, NULL);

	(void)state;
	assert_non_null(root);
	for (size_t i = 0; i < PR_LEN(paths); i++) {
		struct pr_err err = PR_ERR_INIT;

		assert_null(match(paths[i], root, &err));
		assert_int_equal(err.code, PR_ELIMIT);
	}
}

/* Pieces of paths in random order: nothing may crash, and what is refused has a message. */
static void test_random_texts_are_matched_or_refused(void **state)
{
	static const char *const parts[] = {"$", "@", ".", "..", "[", "]", "(", ")", "*", "?(", ",",
		":", "=", "!=", "<", ">=", "{", "}", "\"k\"", "\"", "1", "-2", "0", "1.5", "items",
		"n", "o", "length", "charAt(", "not ", " and ", " or ", "contains ", "null", "true",
		" ", "\\", "\xc3\xa9", "\xff", "\x01", "$.items", "[?(@", ")]"};
	json_auto_t *root = json_loads(DOCUMENT, 0, NULL);
	uint32_t seed = 20261120;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[200] = "$";
		struct pr_err err = PR_ERR_INIT;
		json_t *matches;
		size_t at = 1;

		for (uint32_t n = seed % 12; n > 0; n--) {
			seed = seed * 1664525 + 1013904223;
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s",
				parts[(seed >> 8) % PR_LEN(parts)]);
		}
		seed = seed * 1664525 + 1013904223;
		matches = match(text, root, &err);
		assert_true(matches ? err.code == PR_OK : err.code != PR_OK && err.msg[0]);
		json_decref(matches);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded_paths_give_the_recorded_matches),
		cmocka_unit_test(test_corners_of_the_dialect),
		cmocka_unit_test(test_messages_name_the_column_in_characters),
		cmocka_unit_test(test_matches_are_shared_with_the_document),
		cmocka_unit_test(test_work_and_nesting_are_bounded),
		cmocka_unit_test(test_random_texts_are_matched_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
