#include "base/text.h"
#include "codec/yaml_write.h"
#include "deploy/workflow_private.h"

#include <string.h>

#define BY_HAND "workflow_dispatch"

/* What is to start the workflow. */
struct trigger {
	const char *name;
	const char *cron; /* NULL: it is started by hand */
	const char *zone;
};

static void add_indent(size_t column, struct pr_buf *out)
{
	pr_buf_addf(out, "%*s", (int)column, "");
}

/* The list of times, its dash in `column`, where the first line already is. */
static void add_times(const struct trigger *trigger, size_t column, struct pr_buf *out)
{
	pr_buf_adds(out, "- cron: ");
	pr_yaml_write_text(trigger->cron, strlen(trigger->cron), true, out);
	if (!trigger->zone)
		return;
	pr_buf_addc(out, '\n');
	add_indent(column + 2, out);
	pr_buf_adds(out, "timezone: ");
	pr_yaml_write_text(trigger->zone, strlen(trigger->zone), false, out);
}

static void add_flow_times(const struct trigger *trigger, struct pr_buf *out)
{
	pr_buf_adds(out, "[{cron: ");
	pr_yaml_write_text(trigger->cron, strlen(trigger->cron), true, out);
	if (trigger->zone) {
		pr_buf_adds(out, ", timezone: ");
		pr_yaml_write_text(trigger->zone, strlen(trigger->zone), true, out);
	}
	pr_buf_adds(out, "}]");
}

/* The trigger as a member in `column`. */
static void add_block(const struct trigger *trigger, size_t column, struct pr_buf *out)
{
	pr_buf_addf(out, "%s:", trigger->name);
	if (!trigger->cron)
		return;
	pr_buf_addc(out, '\n');
	add_indent(column + 2, out);
	add_times(trigger, column + 2, out);
}

/* As a block on lines of its own: all that stood there by name, then the trigger. */
static void add_lines(struct pr_workflow *workflow, const struct pr_yaml_node *old,
	const struct trigger *trigger, size_t column, struct pr_buf *out)
{
	for (size_t i = 0; old && i < old->count; i++) {
		pr_buf_addc(out, '\n');
		add_indent(column, out);
		pr_buf_addf(out, "%s:", pr_yaml_tree_child(workflow->tree, old, i, NULL)->text);
	}
	pr_buf_addc(out, '\n');
	add_indent(column, out);
	add_block(trigger, column, out);
}

/* Puts lines in the place of a value that stands behind its colon, and of the blanks before it. */
static int replace_by_lines(struct pr_workflow *workflow, const struct pr_yaml_node *value,
	const char *lines, struct pr_err *err)
{
	size_t at = value->start;

	while (at && strchr(" \t", workflow->text[at - 1]))
		at--;
	return pr_workflow_edit(workflow, at, pr_workflow_end(workflow, value) - at, lines, err);
}

static int from_nothing(struct pr_workflow *workflow, const struct pr_workflow_member *on,
	const struct trigger *trigger, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf lines = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t column = workflow->root->column;
	const struct pr_yaml_node *name;

	if (on->key) {
		add_lines(workflow, NULL, trigger, column + 2, &lines);
		return pr_workflow_append(workflow, on->value->start, pr_buf_str(&lines), err);
	}
	name = pr_yaml_tree_member(workflow->tree, workflow->root, "name", NULL);
	if (name) {
		pr_buf_addc(&lines, '\n');
		add_indent(column, &lines);
	}
	pr_buf_adds(&lines, "on:");
	add_lines(workflow, NULL, trigger, column + 2, &lines);
	if (name)
		return pr_workflow_append(
			workflow, pr_workflow_end(workflow, name), pr_buf_str(&lines), err);
	return pr_workflow_insert_before(
		workflow, workflow->root->start, column, pr_buf_str(&lines), err);
}

/* "on: push" */
static int from_word(struct pr_workflow *workflow, const struct pr_yaml_node *value,
	const struct trigger *trigger, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf lines = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t column = workflow->root->column + 2;
	bool none = pr_text_eq(value->text, "null") || pr_text_eq(value->text, "~") ||
		    pr_text_eq(value->text, trigger->name) || !*value->text;

	if (pr_text_eq(value->text, BY_HAND) && !trigger->cron)
		return 0;
	if (!none) {
		pr_buf_addc(&lines, '\n');
		add_indent(column, &lines);
		pr_buf_addf(&lines, "%s:", value->text);
	}
	add_lines(workflow, NULL, trigger, column, &lines);
	return replace_by_lines(workflow, value, pr_buf_str(&lines), err);
}

/* "- push" becomes "  push:", so that comments stay. */
static int from_dashes(struct pr_workflow *workflow, const struct pr_yaml_node *list,
	const struct trigger *trigger, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = 0;

	for (size_t i = 0; !rc && i < list->count; i++) {
		const struct pr_yaml_node *item = pr_yaml_tree_child(workflow->tree, list, i, NULL);
		size_t dash = item->start;

		while (dash && workflow->text[dash] != '-')
			dash--;
		rc = pr_workflow_edit(workflow, dash, item->start - dash, "  ", err);
		if (!rc)
			rc = pr_workflow_edit(
				workflow, pr_workflow_end(workflow, item), 0, ":", err);
	}
	add_block(trigger, list->column + 2, &text);
	return rc ? rc : pr_workflow_add(workflow, list, list->column + 2, pr_buf_str(&text), err);
}

static int check_words(struct pr_workflow *workflow, const struct pr_yaml_node *list,
	bool *ret_by_hand, struct pr_err *err)
{
	*ret_by_hand = false;
	for (size_t i = 0; i < list->count; i++) {
		const struct pr_yaml_node *item = pr_yaml_tree_child(workflow->tree, list, i, NULL);

		if (item->shape != PR_YAML_SCALAR || item->block || item->start < list->start ||
			!*item->text ||
			item->text[strspn(item->text, "abcdefghijklmnopqrstuvwxyz_")])
			return pr_workflow_refuse(
				workflow, item, "this is not the name of an event", err);
		if (pr_text_eq(item->text, BY_HAND))
			*ret_by_hand = true;
	}
	return 0;
}

static int from_list(struct pr_workflow *workflow, const struct pr_yaml_node *list,
	const struct trigger *trigger, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	bool by_hand;
	int rc = check_words(workflow, list, &by_hand, err);

	if (rc || (by_hand && !trigger->cron))
		return rc;
	if (trigger->cron) {
		if (!list->flow)
			return from_dashes(workflow, list, trigger, err);
		add_lines(workflow, list, trigger, workflow->root->column + 2, &text);
		return replace_by_lines(workflow, list, pr_buf_str(&text), err);
	}
	if (!list->flow)
		return pr_workflow_add(workflow, list, list->column, "- " BY_HAND, err);
	return pr_workflow_edit(workflow, pr_workflow_inside(workflow, list), 0,
		list->count ? BY_HAND ", " : BY_HAND, err);
}

/* The schedule that is there gives way. */
static int replace_schedule(struct pr_workflow *workflow, const struct pr_workflow_member *old,
	bool flow, const struct trigger *trigger, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const struct pr_yaml_node *value = old->value;

	if (value->shape == PR_YAML_SEQUENCE && !value->flow) {
		add_times(trigger, value->column, &text);
		return pr_workflow_replace(workflow, value, pr_buf_str(&text), err);
	}
	if (pr_workflow_is_empty(value) && !flow) {
		pr_buf_addc(&text, '\n');
		add_indent(old->key->column + 2, &text);
		add_times(trigger, old->key->column + 2, &text);
		return pr_workflow_append(workflow, value->start, pr_buf_str(&text), err);
	}
	add_flow_times(trigger, &text);
	return pr_workflow_replace(workflow, value, pr_buf_str(&text), err);
}

static int from_mapping(struct pr_workflow *workflow, const struct pr_yaml_node *events,
	const struct trigger *trigger, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_workflow_member old;
	const struct pr_yaml_node *first;
	int rc = pr_workflow_member(workflow, events, trigger->name, &old, err);

	if (rc || (old.key && !trigger->cron))
		return rc;
	if (old.key)
		return replace_schedule(workflow, &old, events->flow, trigger, err);
	pr_yaml_tree_child(workflow->tree, events, 0, &first);
	if (!events->flow) {
		add_block(trigger, first->column, &text);
		return pr_workflow_add(workflow, events, first->column, pr_buf_str(&text), err);
	}
	pr_buf_addf(&text, "%s: ", trigger->name);
	if (trigger->cron)
		add_flow_times(trigger, &text);
	else
		pr_buf_adds(&text, "{}");
	pr_buf_adds(&text, events->count ? ", " : "");
	return pr_workflow_edit(
		workflow, pr_workflow_inside(workflow, events), 0, pr_buf_str(&text), err);
}

int pr_workflow_set_trigger(
	struct pr_workflow *workflow, const char *cron, const char *time_zone, struct pr_err *err)
{
	/* without a zone it is UTC, which the checkers of workflows do not want to be named */
	const struct trigger trigger = {.name = cron ? "schedule" : BY_HAND,
		.cron = cron,
		.zone = pr_text_eq(time_zone, "UTC") ? NULL : time_zone};
	struct pr_workflow_member on;
	int rc = pr_workflow_member(workflow, workflow->root, "on", &on, err);

	if (rc)
		return rc;
	if (!on.key || pr_workflow_is_empty(on.value))
		return from_nothing(workflow, &on, &trigger, err);
	if (on.value->shape == PR_YAML_SCALAR)
		return from_word(workflow, on.value, &trigger, err);
	if (on.value->shape == PR_YAML_SEQUENCE)
		return from_list(workflow, on.value, &trigger, err);
	return from_mapping(workflow, on.value, &trigger, err);
}
