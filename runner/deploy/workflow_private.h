#ifndef PR_DEPLOY_WORKFLOW_PRIVATE_H
#define PR_DEPLOY_WORKFLOW_PRIVATE_H

/* What workflow.c and workflow_trigger.c share: the places of a text and its changes. */

#include "codec/yaml_tree.h"
#include "deploy/edit.h"
#include "deploy/workflow.h"

struct pr_workflow {
	const char *text;
	size_t n;
	const char *name;
	bool crlf;
	struct pr_limits limits;
	struct pr_yaml_tree *tree;
	const struct pr_yaml_node *root;
	struct pr_edits edits;
};

/* A key with its value. */
struct pr_workflow_member {
	const struct pr_yaml_node *key; /* NULL: there is none */
	const struct pr_yaml_node *value;
};

/* The member of a mapping; PR_EINVAL where an alias stands for the value. */
int pr_workflow_member(struct pr_workflow *workflow, const struct pr_yaml_node *mapping,
	const char *name, struct pr_workflow_member *ret_member, struct pr_err *err);

/* Whether nothing stands behind the colon. */
bool pr_workflow_is_empty(const struct pr_yaml_node *value);

/* Fails with the line of `node` and what is wrong there. */
int pr_workflow_refuse(const struct pr_workflow *workflow, const struct pr_yaml_node *node,
	const char *what, struct pr_err *err);

/* Replaces bytes by `text`, which has "\n" for the line ends of the workflow. */
int pr_workflow_edit(struct pr_workflow *workflow, size_t at, size_t removed, const char *text,
	struct pr_err *err);

/* Puts lines before the line of a key or dash that stands first on it, indented like it. */
int pr_workflow_insert_before(struct pr_workflow *workflow, size_t at, size_t column,
	const char *text, struct pr_err *err);

/* Puts `text` at the end of the line on which `at` is. */
int pr_workflow_append(
	struct pr_workflow *workflow, size_t at, const char *text, struct pr_err *err);

/* Puts `text` on lines of its own behind the last member or item of a block collection. */
int pr_workflow_add(struct pr_workflow *workflow, const struct pr_yaml_node *block, size_t column,
	const char *text, struct pr_err *err);

/* Replaces a value, or puts it where there is none. */
int pr_workflow_replace(struct pr_workflow *workflow, const struct pr_yaml_node *value,
	const char *text, struct pr_err *err);

/* Where the last byte of a node is, blanks and line ends not counted. */
size_t pr_workflow_end(const struct pr_workflow *workflow, const struct pr_yaml_node *node);

/* Behind the '{' or '[' of a flow collection. */
size_t pr_workflow_inside(const struct pr_workflow *workflow, const struct pr_yaml_node *node);

#endif
