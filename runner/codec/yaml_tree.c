#include "codec/yaml_tree.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct pr_yaml_tree {
	yaml_document_t document;
	size_t *offsets;            /* of its characters; only while it is made */
	struct pr_yaml_node *nodes; /* in the order of the document's */
	size_t count;
};

static size_t node_count(const yaml_document_t *document)
{
	return (size_t)(document->nodes.top - document->nodes.start);
}

/* libyaml counts characters: the byte at which each behind `start` begins, with one more for the
 * end. */
static size_t *byte_offsets(const char *text, size_t start, size_t n)
{
	size_t *offsets = calloc(n + 1, sizeof(*offsets));
	size_t count = 0;
	size_t at = start;

	while (offsets && at < n) {
		uint32_t point;
		size_t used = pr_text_decode(text + at, n - at, &point);

		offsets[count++] = at;
		at += used ? used : 1;
	}
	while (offsets && count <= n)
		offsets[count++] = n;
	return offsets;
}

static struct pr_yaml_node node_of(const yaml_node_t *from, const size_t *offsets)
{
	struct pr_yaml_node node = {.start = offsets[from->start_mark.index],
		.end = offsets[from->end_mark.index],
		.column = from->start_mark.column,
		.line = from->start_mark.line + 1,
		.text = ""};

	if (from->type == YAML_SCALAR_NODE) {
		node.shape = PR_YAML_SCALAR;
		node.block = from->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
			     from->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
		node.text = (const char *)from->data.scalar.value;
	} else if (from->type == YAML_SEQUENCE_NODE) {
		node.shape = PR_YAML_SEQUENCE;
		node.flow = from->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE;
		node.count =
			(size_t)(from->data.sequence.items.top - from->data.sequence.items.start);
	} else {
		node.shape = PR_YAML_MAPPING;
		node.flow = from->data.mapping.style == YAML_FLOW_MAPPING_STYLE;
		node.count =
			(size_t)(from->data.mapping.pairs.top - from->data.mapping.pairs.start);
	}
	return node;
}

static int fill(struct pr_yaml_tree *tree, const char *text, size_t n, struct pr_err *err)
{
	tree->offsets = byte_offsets(text, pr_text_mark_length(text, n), n);
	tree->count = node_count(&tree->document);
	tree->nodes = calloc(tree->count + 1, sizeof(*tree->nodes));
	if (!tree->offsets || !tree->nodes)
		return pr_fail_nomem(err);
	for (size_t i = 0; i < tree->count; i++)
		tree->nodes[i] = node_of(&tree->document.nodes.start[i], tree->offsets);
	free(tree->offsets);
	tree->offsets = NULL;
	return 0;
}

static int bad_syntax(const yaml_parser_t *parser, const char *name, struct pr_err *err)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return pr_fail_nomem(err);
	return pr_fail(err, PR_EINVAL, "'%s' is not YAML: %s at line %zu, column %zu", name,
		parser->problem ? parser->problem : "it is malformed",
		parser->problem_mark.line + 1, parser->problem_mark.column + 1);
}

/* Whether nothing but the end follows. */
static int check_end(yaml_parser_t *parser, const char *name, struct pr_err *err)
{
	yaml_document_t next;
	bool more;

	if (!yaml_parser_load(parser, &next))
		return bad_syntax(parser, name, err);
	more = yaml_document_get_root_node(&next) != NULL;
	yaml_document_delete(&next);
	return more ? pr_fail(err, PR_EINVAL, "'%s' holds several documents: one is allowed", name)
		    : 0;
}

static int load(
	struct pr_yaml_tree *tree, yaml_parser_t *parser, const char *name, struct pr_err *err)
{
	if (!yaml_parser_load(parser, &tree->document))
		return bad_syntax(parser, name, err);
	if (!yaml_document_get_root_node(&tree->document))
		return 0;
	return check_end(parser, name, err);
}

int pr_yaml_tree_new(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	struct pr_yaml_tree **ret_tree, struct pr_err *err)
{
	size_t mark = pr_text_mark_length(text, n); /* libyaml would count it as a column */
	struct pr_yaml_tree *tree;
	yaml_parser_t parser;
	int rc;

	if (n > limits->document_bytes)
		return pr_fail(err, PR_ELIMIT, "'%s' is larger than %zu bytes", name,
			limits->document_bytes);
	tree = calloc(1, sizeof(*tree));
	if (!tree || !yaml_parser_initialize(&parser)) {
		free(tree);
		return pr_fail_nomem(err);
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text + mark, n - mark);
	rc = load(tree, &parser, name, err);
	yaml_parser_delete(&parser);
	if (!rc)
		rc = fill(tree, text, n, err);
	if (rc)
		pr_yaml_tree_free(tree);
	else
		*ret_tree = tree;
	return rc;
}

void pr_yaml_tree_free(struct pr_yaml_tree *tree)
{
	if (!tree)
		return;
	yaml_document_delete(&tree->document);
	free(tree->nodes);
	free(tree->offsets);
	free(tree);
}

const struct pr_yaml_node *pr_yaml_tree_root(const struct pr_yaml_tree *tree)
{
	return tree->count ? &tree->nodes[0] : NULL;
}

/* Numbers of nodes begin at 1. */
static const struct pr_yaml_node *node_at(const struct pr_yaml_tree *tree, int number)
{
	return &tree->nodes[number - 1];
}

const struct pr_yaml_node *pr_yaml_tree_child(const struct pr_yaml_tree *tree,
	const struct pr_yaml_node *node, size_t index, const struct pr_yaml_node **ret_key)
{
	const yaml_node_t *from = &tree->document.nodes.start[node - tree->nodes];
	const yaml_node_pair_t *pair;

	if (ret_key)
		*ret_key = NULL;
	if (index >= node->count)
		return NULL;
	if (node->shape == PR_YAML_SEQUENCE)
		return node_at(tree, from->data.sequence.items.start[index]);
	pair = &from->data.mapping.pairs.start[index];
	if (ret_key)
		*ret_key = node_at(tree, pair->key);
	return node_at(tree, pair->value);
}

const struct pr_yaml_node *pr_yaml_tree_member(const struct pr_yaml_tree *tree,
	const struct pr_yaml_node *node, const char *name, const struct pr_yaml_node **ret_key)
{
	for (size_t i = 0; node->shape == PR_YAML_MAPPING && i < node->count; i++) {
		const struct pr_yaml_node *key;
		const struct pr_yaml_node *value = pr_yaml_tree_child(tree, node, i, &key);

		if (ret_key)
			*ret_key = key;
		if (key->shape == PR_YAML_SCALAR && pr_text_eq(key->text, name))
			return value;
	}
	return NULL;
}
