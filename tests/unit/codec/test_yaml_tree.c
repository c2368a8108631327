#include "codec/yaml_tree.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

static struct pr_yaml_tree *parse(const char *text)
{
	struct pr_yaml_tree *tree = NULL;
	struct pr_err err = PR_ERR_INIT;

	if (pr_yaml_tree_new(text, strlen(text), "t.yaml", &limits, &tree, &err))
		fail_msg("%s", err.msg);
	return tree;
}

static void assert_place(const char *text, const struct pr_yaml_node *node, const char *expected)
{
	assert_non_null(node);
	assert_int_equal(node->end - node->start, strlen(expected));
	assert_memory_equal(text + node->start, expected, strlen(expected));
}

/* Characters of several bytes stand before, as does the mark of the encoding. */
static void nodes_know_their_bytes(void **state)
{
	const char *text =
		"\xef\xbb\xbf# \xe2\x82\xac\r\n\xc3\xa9: '\xf0\x9f\x98\x80' # \xc3\xa9\r\n"
		"b:\r\n  - [x, y]\r\n  - {k: \"v\"}\r\n";
	struct pr_yaml_tree *tree = parse(text);
	const struct pr_yaml_node *root = pr_yaml_tree_root(tree);
	const struct pr_yaml_node *key;
	const struct pr_yaml_node *list;
	const struct pr_yaml_node *map;

	(void)state;
	assert_place(text, pr_yaml_tree_child(tree, root, 0, &key), "'\xf0\x9f\x98\x80'");
	assert_place(text, key, "\xc3\xa9");
	assert_int_equal(key->line, 2);
	list = pr_yaml_tree_member(tree, root, "b", NULL);
	assert_int_equal(list->column, 2);
	assert_int_equal(list->count, 2);
	assert_false(list->flow);
	assert_place(text, pr_yaml_tree_child(tree, list, 0, &key), "[x, y]");
	assert_null(key);
	map = pr_yaml_tree_child(tree, list, 1, NULL);
	assert_place(text, map, "{k: \"v\"}");
	assert_true(map->flow);
	assert_string_equal(pr_yaml_tree_member(tree, map, "k", &key)->text, "v");
	assert_null(pr_yaml_tree_child(tree, list, 2, NULL));
	assert_null(pr_yaml_tree_member(tree, map, "none", NULL));
	assert_null(pr_yaml_tree_member(tree, list, "k", NULL));
	pr_yaml_tree_free(tree);
}

static void an_absent_value_is_behind_its_colon(void **state)
{
	const char *text = "a:\nb: |\n  text\n";
	struct pr_yaml_tree *tree = parse(text);
	const struct pr_yaml_node *root = pr_yaml_tree_root(tree);
	const struct pr_yaml_node *absent = pr_yaml_tree_member(tree, root, "a", NULL);

	(void)state;
	assert_int_equal(absent->start, 2);
	assert_int_equal(absent->end, 2);
	assert_true(pr_yaml_tree_member(tree, root, "b", NULL)->block);
	pr_yaml_tree_free(tree);
}

static void an_alias_is_the_node_it_stands_for(void **state)
{
	struct pr_yaml_tree *tree = parse("a: &x [1]\nb: *x\n");
	const struct pr_yaml_node *root = pr_yaml_tree_root(tree);
	const struct pr_yaml_node *key;

	(void)state;
	assert_ptr_equal(pr_yaml_tree_member(tree, root, "a", NULL),
		pr_yaml_tree_member(tree, root, "b", &key));
	assert_true(pr_yaml_tree_member(tree, root, "b", NULL)->start < key->start);
	pr_yaml_tree_free(tree);
}

static void an_empty_document_has_no_root(void **state)
{
	struct pr_yaml_tree *tree = parse("# nothing\n");

	(void)state;
	assert_null(pr_yaml_tree_root(tree));
	pr_yaml_tree_free(tree);
}

static void what_is_not_one_document_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{"a: [1\n", "'t.yaml' is not YAML: did not find expected ',' or ']' at line 2, "
			    "column 1"},
		{"a: 1\n---\nb: 2\n", "'t.yaml' holds several documents: one is allowed"},
		{"a: 1\n---\n[\n", "'t.yaml' is not YAML: did not find expected node content at "
				   "line 4, column 1"},
		{"a: *x\n", "'t.yaml' is not YAML: found undefined alias at line 1, column 4"},
		{"a: \xff\n",
			"'t.yaml' is not YAML: invalid leading UTF-8 octet at line 1, column 1"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;
		struct pr_yaml_tree *tree = NULL;

		assert_int_equal(pr_yaml_tree_new(rows[i].text, strlen(rows[i].text), "t.yaml",
					 &limits, &tree, &err),
			PR_EINVAL);
		assert_null(tree);
		assert_string_equal(err.msg, rows[i].message);
	}
}

static void a_text_beyond_the_limit_is_refused(void **state)
{
	struct pr_limits small = limits;
	struct pr_yaml_tree *tree = NULL;

	(void)state;
	small.document_bytes = 3;
	assert_int_equal(pr_yaml_tree_new("a: 1", 4, "t.yaml", &small, &tree, NULL), PR_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_know_their_bytes),
		cmocka_unit_test(an_absent_value_is_behind_its_colon),
		cmocka_unit_test(an_alias_is_the_node_it_stands_for),
		cmocka_unit_test(an_empty_document_has_no_root),
		cmocka_unit_test(what_is_not_one_document_is_refused),
		cmocka_unit_test(a_text_beyond_the_limit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
