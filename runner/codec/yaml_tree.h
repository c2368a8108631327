#ifndef PR_CODEC_YAML_TREE_H
#define PR_CODEC_YAML_TREE_H

/*
 * A YAML document as nodes that know their place in the text, for those who change a text without
 * writing it anew. Nothing is resolved: every scalar is its text.
 */

#include "base/err.h"
#include "base/limits.h"

#include <stdbool.h>

enum pr_yaml_shape {
	PR_YAML_SCALAR,
	PR_YAML_SEQUENCE,
	PR_YAML_MAPPING,
};

struct pr_yaml_node {
	enum pr_yaml_shape shape;
	bool flow;        /* of collections: written with [] or {} */
	bool block;       /* of scalars: written with | or > */
	size_t start;     /* byte offsets in the text; of an anchored node, those of the anchor */
	size_t end;       /* of flow collections and scalars: behind their last byte */
	size_t column;    /* of the start, in characters from 0 */
	size_t line;      /* from 1 */
	const char *text; /* of scalars, with NUL behind; "" of others */
	size_t count;     /* items, or pairs */
};

struct pr_yaml_tree;

/*
 * Parses the one document of `n` bytes; `name` begins the message, which has line and column:
 * PR_EINVAL for syntax and several documents, PR_ELIMIT for size. Caller frees.
 */
int pr_yaml_tree_new(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	struct pr_yaml_tree **ret_tree, struct pr_err *err);

/* NULL is allowed. */
void pr_yaml_tree_free(struct pr_yaml_tree *tree);

/* Node of the whole document, NULL when it is empty. Borrowed from the tree, as all nodes are. */
const struct pr_yaml_node *pr_yaml_tree_root(const struct pr_yaml_tree *tree);

/*
 * The `index`th item of a sequence or value of a mapping, whose key is written to `ret_key` (NULL
 * for sequences) unless that is NULL. NULL behind the last. An alias is the node that it stands
 * for: it starts before its key, or elsewhere.
 */
const struct pr_yaml_node *pr_yaml_tree_child(const struct pr_yaml_tree *tree,
	const struct pr_yaml_node *node, size_t index, const struct pr_yaml_node **ret_key);

/* The value of a mapping's key, with its key as above; NULL when there is none. */
const struct pr_yaml_node *pr_yaml_tree_member(const struct pr_yaml_tree *tree,
	const struct pr_yaml_node *node, const char *name, const struct pr_yaml_node **ret_key);

#endif
