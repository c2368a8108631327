#ifndef PR_CODEC_YAML_ANCHOR_H
#define PR_CODEC_YAML_ANCHOR_H

/*
 * The names that a YAML document gives to its nodes, and what an alias of each costs, so that a few
 * lines cannot stand for millions of values (docs/design.md, decision 17). For yaml.c.
 */

#include "base/err.h"

#include <jansson.h>

/* A value with its size: nodes as if every alias in it were written out, and levels of nesting. */
struct pr_yaml_node {
	json_t *value;
	size_t nodes;
	size_t height;
};

struct pr_yaml_anchor;

/* All names of a document; NULL is an empty table. */
struct pr_yaml_anchors {
	struct pr_yaml_anchor *first;
};

/* Counts a child into the size of its parent. */
void pr_yaml_node_count(struct pr_yaml_node *parent, const struct pr_yaml_node *child);

/*
 * Adds a name whose node is still being read. A name can be given once: PR_EINVAL. The anchor stays
 * the table's.
 */
int pr_yaml_anchors_add(struct pr_yaml_anchors *anchors, const char *name,
	struct pr_yaml_anchor **ret_anchor, struct pr_err *err);

/* The name now stands for `node`, whose value is shared. NULL as anchor: nothing to do. */
void pr_yaml_anchor_set(struct pr_yaml_anchor *anchor, const struct pr_yaml_node *node);

/*
 * What a name stands for, its value shared: the caller owns a reference. PR_EINVAL for unknown
 * names and for an alias inside of the node that it refers to.
 */
int pr_yaml_anchors_get(const struct pr_yaml_anchors *anchors, const char *name,
	struct pr_yaml_node *ret_node, struct pr_err *err);

/* Frees all names; values that others hold stay. */
void pr_yaml_anchors_release(struct pr_yaml_anchors *anchors);

#endif
