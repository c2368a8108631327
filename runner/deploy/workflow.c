#include "deploy/workflow.h"

#include "base/text.h"
#include "codec/yaml_write.h"
#include "deploy/workflow_private.h"

#include <stdlib.h>
#include <string.h>

int pr_workflow_refuse(const struct pr_workflow *workflow, const struct pr_yaml_node *node,
	const char *what, struct pr_err *err)
{
	return pr_fail(err, PR_EINVAL, "'%s', line %zu: %s", workflow->name, node->line, what);
}

bool pr_workflow_is_empty(const struct pr_yaml_node *value)
{
	return value->shape == PR_YAML_SCALAR && value->start == value->end;
}

int pr_workflow_member(struct pr_workflow *workflow, const struct pr_yaml_node *mapping,
	const char *name, struct pr_workflow_member *ret_member, struct pr_err *err)
{
	struct pr_workflow_member member = {.key = NULL};

	member.value = pr_yaml_tree_member(workflow->tree, mapping, name, &member.key);
	if (!member.value)
		member.key = NULL;
	else if (member.value->start < member.key->end)
		return pr_workflow_refuse(workflow, member.key,
			"an alias cannot be changed here: write the value itself", err);
	*ret_member = member;
	return 0;
}

int pr_workflow_edit(struct pr_workflow *workflow, size_t at, size_t removed, const char *text,
	struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf lines = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (; workflow->crlf && *text; text++) {
		if (*text == '\n')
			pr_buf_addc(&lines, '\r');
		pr_buf_addc(&lines, *text);
	}
	pr_buf_adds(&lines, text);
	if (pr_buf_check(&lines, "the workflow", err))
		return lines.status;
	return pr_edits_add(&workflow->edits, at, removed, pr_buf_str(&lines), err);
}

int pr_workflow_insert_before(struct pr_workflow *workflow, size_t at, size_t column,
	const char *text, struct pr_err *err)
{
	PR_AUTO(free) char *line = pr_text_format("%s\n%*s", text, (int)column, "");

	return line ? pr_workflow_edit(workflow, at, 0, line, err) : pr_fail_nomem(err);
}

int pr_workflow_append(
	struct pr_workflow *workflow, size_t at, const char *text, struct pr_err *err)
{
	const char *line_end = memchr(workflow->text + at, '\n', workflow->n - at);

	at = line_end ? (size_t)(line_end - workflow->text) : workflow->n;
	if (line_end && workflow->crlf && at && workflow->text[at - 1] == '\r')
		at--;
	return pr_workflow_edit(workflow, at, 0, text, err);
}

/* Without the line ends that block scalars and block collections reach over. */
static size_t trimmed(const struct pr_workflow *workflow, size_t start, size_t end)
{
	while (end > start && strchr(" \t\r\n", workflow->text[end - 1]))
		end--;
	return end;
}

size_t pr_workflow_end(const struct pr_workflow *workflow, const struct pr_yaml_node *node)
{
	while (node->shape != PR_YAML_SCALAR && !node->flow && node->count) {
		const struct pr_yaml_node *key;
		const struct pr_yaml_node *last =
			pr_yaml_tree_child(workflow->tree, node, node->count - 1, &key);

		if (last->start < (key ? key->end : node->start)) /* an alias */
			break;
		node = last;
	}
	return trimmed(workflow, node->start, node->end);
}

int pr_workflow_add(struct pr_workflow *workflow, const struct pr_yaml_node *block, size_t column,
	const char *text, struct pr_err *err)
{
	PR_AUTO(free) char *lines = pr_text_format("\n%*s%s", (int)column, "", text);

	if (!lines)
		return pr_fail_nomem(err);
	return pr_workflow_append(workflow, pr_workflow_end(workflow, block), lines, err);
}

size_t pr_workflow_inside(const struct pr_workflow *workflow, const struct pr_yaml_node *node)
{
	size_t at = node->start; /* behind an anchor or a tag, which have no brackets */

	return at + strcspn(workflow->text + at, "[{") + 1;
}

int pr_workflow_replace(struct pr_workflow *workflow, const struct pr_yaml_node *value,
	const char *text, struct pr_err *err)
{
	PR_AUTO(free) char *spaced = pr_text_format(" %s", text);

	if (!spaced)
		return pr_fail_nomem(err);
	if (pr_workflow_is_empty(value))
		return pr_workflow_edit(workflow, value->start, 0, spaced, err);
	return pr_workflow_edit(
		workflow, value->start, pr_workflow_end(workflow, value) - value->start, text, err);
}

static int check_root(struct pr_workflow *workflow, struct pr_err *err)
{
	const struct pr_yaml_node *root = pr_yaml_tree_root(workflow->tree);
	const struct pr_yaml_node *jobs;

	if (!root || root->shape != PR_YAML_MAPPING)
		return pr_fail(
			err, PR_EINVAL, "'%s' is not a workflow: it is no mapping", workflow->name);
	if (root->flow)
		return pr_fail(err, PR_EINVAL,
			"'%s' is written with { }: write it in lines, so that it can be changed",
			workflow->name);
	jobs = pr_yaml_tree_member(workflow->tree, root, "jobs", NULL);
	if (!jobs || jobs->shape != PR_YAML_MAPPING)
		return pr_fail(
			err, PR_EINVAL, "'%s' is not a workflow: it has no jobs", workflow->name);
	workflow->root = root;
	return 0;
}

int pr_workflow_new(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	struct pr_workflow **ret_workflow, struct pr_err *err)
{
	struct pr_workflow *workflow = calloc(1, sizeof(*workflow));
	int rc;

	if (!workflow)
		return pr_fail_nomem(err);
	workflow->text = text;
	workflow->n = n;
	workflow->name = name;
	workflow->limits = *limits;
	workflow->crlf = memmem(text, n, "\r\n", 2) != NULL;
	rc = pr_yaml_tree_new(text, n, name, limits, &workflow->tree, err);
	if (!rc)
		rc = check_root(workflow, err);
	if (rc)
		pr_workflow_free(workflow);
	else
		*ret_workflow = workflow;
	return rc;
}

void pr_workflow_free(struct pr_workflow *workflow)
{
	if (!workflow)
		return;
	pr_yaml_tree_free(workflow->tree);
	pr_edits_release(&workflow->edits);
	free(workflow);
}

int pr_workflow_set_name(struct pr_workflow *workflow, const char *name, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_workflow_member member = {.key = NULL};
	int rc = pr_workflow_member(workflow, workflow->root, "name", &member, err);

	if (rc)
		return rc;
	pr_buf_adds(&text, member.key ? "" : "name: ");
	pr_yaml_write_text(name, strlen(name), false, &text);
	if (member.key)
		return pr_workflow_replace(workflow, member.value, pr_buf_str(&text), err);
	return pr_workflow_insert_before(
		workflow, workflow->root->start, workflow->root->column, pr_buf_str(&text), err);
}

int pr_workflow_refuse_form(const char *name, struct pr_err *err)
{
	return pr_fail(err, PR_EINVAL,
		"'%s' is written in a way that cannot be changed: simplify its name, on and with",
		name);
}

/* The changes went by the places of the old text: that the new one can be read is made sure of. */
int pr_workflow_write(struct pr_workflow *workflow, struct pr_buf *out, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_yaml_tree *again = NULL;
	int rc;

	pr_edits_apply(&workflow->edits, workflow->text, workflow->n, &text);
	rc = pr_buf_check(&text, "the workflow", err);
	if (!rc && pr_yaml_tree_new(pr_buf_str(&text), text.len, workflow->name, &workflow->limits,
			   &again, NULL))
		rc = pr_workflow_refuse_form(workflow->name, err);
	pr_yaml_tree_free(again);
	if (rc)
		return rc;
	pr_buf_add(out, pr_buf_str(&text), text.len);
	return pr_buf_check(out, "the workflow", err);
}
