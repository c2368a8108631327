#include "codec/yaml_anchor.h"

#include "base/hash.h"
#include "base/text.h"

#include <string.h>

/* Without a value while its node is being read. */
struct pr_yaml_anchor {
	char *name;
	struct pr_yaml_node node;
	UT_hash_handle hh;
};

void pr_yaml_node_count(struct pr_yaml_node *parent, const struct pr_yaml_node *child)
{
	parent->nodes += child->nodes;
	if (parent->height < child->height + 1)
		parent->height = child->height + 1;
}

static struct pr_yaml_anchor *find(const struct pr_yaml_anchors *anchors, const char *name)
{
	struct pr_yaml_anchor *anchor = NULL;

	HASH_FIND_STR(anchors->first, name, anchor);
	return anchor;
}

int pr_yaml_anchors_add(struct pr_yaml_anchors *anchors, const char *name,
	struct pr_yaml_anchor **ret_anchor, struct pr_err *err)
{
	struct pr_yaml_anchor *anchor;

	if (find(anchors, name))
		return pr_fail(err, PR_EINVAL, "found duplicate anchor '%s'", name);
	anchor = calloc(1, sizeof(*anchor));
	if (!anchor)
		return pr_fail_nomem(err);
	anchor->name = pr_text_dup(name);
	if (anchor->name)
		HASH_ADD_KEYPTR(hh, anchors->first, anchor->name, strlen(name), anchor);
	if (!anchor->name || find(anchors, name) != anchor) {
		free(anchor->name);
		free(anchor);
		return pr_fail_nomem(err);
	}
	*ret_anchor = anchor;
	return 0;
}

void pr_yaml_anchor_set(struct pr_yaml_anchor *anchor, const struct pr_yaml_node *node)
{
	if (!anchor)
		return;
	anchor->node = *node;
	json_incref(node->value);
}

int pr_yaml_anchors_get(const struct pr_yaml_anchors *anchors, const char *name,
	struct pr_yaml_node *ret_node, struct pr_err *err)
{
	const struct pr_yaml_anchor *anchor = find(anchors, name);

	if (!anchor)
		return pr_fail(err, PR_EINVAL, "found undefined alias '%s'", name);
	if (!anchor->node.value)
		return pr_fail(
			err, PR_EINVAL, "the alias '%s' stands inside of what it refers to", name);
	*ret_node = anchor->node;
	json_incref(ret_node->value);
	return 0;
}

void pr_yaml_anchors_release(struct pr_yaml_anchors *anchors)
{
	struct pr_yaml_anchor *anchor = anchors->first;

	HASH_CLEAR(hh, anchors->first);
	while (anchor) {
		struct pr_yaml_anchor *next = anchor->hh.next;

		json_decref(anchor->node.value);
		free(anchor->name);
		free(anchor);
		anchor = next;
	}
}
