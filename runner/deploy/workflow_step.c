#include "base/text.h"
#include "codec/yaml_write.h"
#include "deploy/github.h"
#include "deploy/workflow_private.h"

#include <string.h>
#include <strings.h>

/* Adds "name: value". */
static void add_input(const struct pr_workflow_input *input, bool quoted, struct pr_buf *out)
{
	pr_buf_addf(out, "%s: ", input->name);
	pr_yaml_write_text(input->value, strlen(input->value), quoted, out);
}

/* Lines for all inputs, each on a line of its own behind what is there. */
static void add_lines(const struct pr_workflow_input *inputs, size_t column, struct pr_buf *out)
{
	for (; inputs->name; inputs++) {
		pr_buf_addf(out, "\n%*s", (int)column, "");
		add_input(inputs, false, out);
	}
}

static int add_to_block(struct pr_workflow *workflow, const struct pr_yaml_node *with,
	const struct pr_workflow_input *input, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const struct pr_yaml_node *first;

	pr_yaml_tree_child(workflow->tree, with, 0, &first);
	add_input(input, false, &text);
	return pr_workflow_add(workflow, with, first->column, pr_buf_str(&text), err);
}

static int add_to_flow(struct pr_workflow *workflow, const struct pr_yaml_node *with, bool more,
	const struct pr_workflow_input *input, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	add_input(input, true, &text);
	pr_buf_adds(&text, more || with->count ? ", " : "");
	return pr_workflow_edit(
		workflow, pr_workflow_inside(workflow, with), 0, pr_buf_str(&text), err);
}

static int replace_input(struct pr_workflow *workflow, const struct pr_yaml_node *with,
	const struct pr_yaml_node *value, const struct pr_workflow_input *input, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (input->keep && !pr_workflow_is_empty(value))
		return 0;
	pr_yaml_write_text(input->value, strlen(input->value), with->flow, &text);
	return pr_workflow_replace(workflow, value, pr_buf_str(&text), err);
}

/* Key of the `index`th input of a step where it is `input`, else NULL: GitHub takes any case. */
static const struct pr_yaml_node *key_of(const struct pr_workflow *workflow,
	const struct pr_yaml_node *with, size_t index, const struct pr_workflow_input *input)
{
	const struct pr_yaml_node *key;

	pr_yaml_tree_child(workflow->tree, with, index, &key);
	if (pr_text_eq_nocase(key->text, input->name) ||
		(input->alias && pr_text_eq_nocase(key->text, input->alias)))
		return key;
	return NULL;
}

static bool has_input(const struct pr_workflow *workflow, const struct pr_yaml_node *with,
	const struct pr_workflow_input *input)
{
	for (size_t i = 0; i < with->count; i++)
		if (key_of(workflow, with, i, input))
			return true;
	return false;
}

/* Replaces the input under each name that the step has for it. */
static int change_input(struct pr_workflow *workflow, const struct pr_yaml_node *with,
	const struct pr_workflow_input *input, struct pr_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < with->count; i++) {
		const struct pr_yaml_node *key = key_of(workflow, with, i, input);
		struct pr_workflow_member member;

		if (!key)
			continue;
		rc = pr_workflow_member(workflow, with, key->text, &member, err);
		if (!rc)
			rc = replace_input(workflow, with, member.value, input, err);
	}
	return rc;
}

/* What is there is changed first, so that what is added stands behind it. */
static int change_with(struct pr_workflow *workflow, const struct pr_yaml_node *with,
	const struct pr_workflow_input *inputs, struct pr_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && inputs[i].name; i++)
		rc = change_input(workflow, with, &inputs[i], err);
	for (size_t i = 0; !rc && inputs[i].name; i++) {
		if (has_input(workflow, with, &inputs[i]))
			continue;
		rc = with->flow ? add_to_flow(workflow, with, inputs[i + 1].name, &inputs[i], err)
				: add_to_block(workflow, with, &inputs[i], err);
	}
	return rc;
}

static int set_with(struct pr_workflow *workflow, const struct pr_yaml_node *step,
	const struct pr_workflow_member *uses, const struct pr_workflow_input *inputs,
	struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf lines = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_workflow_member with;
	int rc = pr_workflow_member(workflow, step, "with", &with, err);

	if (rc)
		return rc;
	if (with.key && with.value->shape == PR_YAML_MAPPING)
		return change_with(workflow, with.value, inputs, err);
	if (with.key && !pr_workflow_is_empty(with.value))
		return pr_workflow_refuse(
			workflow, with.value, "the inputs of a step are a mapping", err);
	if (!with.key)
		pr_buf_addf(&lines, "\n%*swith:", (int)uses->key->column, "");
	add_lines(inputs, uses->key->column + 2, &lines);
	return pr_workflow_append(workflow,
		with.key ? with.value->start : pr_workflow_end(workflow, uses->value),
		pr_buf_str(&lines), err);
}

/* Whether `uses` is the action, whatever its version and folder. */
static bool is_action(const char *uses, const char *action)
{
	size_t n = strlen(action);

	return strncasecmp(uses, action, n) == 0 && (!uses[n] || uses[n] == '@' || uses[n] == '/');
}

/* GitHub knows an action by its owner, a folder or an image: all of them have a slash. */
static int check_uses(
	struct pr_workflow *workflow, const struct pr_yaml_node *uses, struct pr_err *err)
{
	char what[200];

	if (strchr(uses->text, '/') || pr_workflow_is_empty(uses))
		return 0;
	pr_text_print(what, sizeof(what),
		"the action '%.60s' has no owner: write OWNER/REPO@REF, as in " PR_GITHUB_ACTION,
		uses->text);
	return pr_workflow_refuse(workflow, uses, what, err);
}

/* What one pass over the steps does. */
struct pass {
	const char *action;
	const char *uses;
	const struct pr_workflow_input *inputs;
	size_t steps;
};

static int change_step(struct pr_workflow *workflow, const struct pr_yaml_node *step,
	struct pass *pass, struct pr_err *err)
{
	struct pr_workflow_member uses;
	int rc = pr_workflow_member(workflow, step, "uses", &uses, err);

	if (rc || !uses.key || uses.value->shape != PR_YAML_SCALAR)
		return rc;
	rc = check_uses(workflow, uses.value, err);
	if (rc || !is_action(uses.value->text, pass->action))
		return rc;
	if (step->flow)
		return pr_workflow_refuse(workflow, step,
			"the step is written with { }: write it in lines, so that it can be "
			"changed",
			err);
	pass->steps++;
	if (pass->uses)
		rc = pr_workflow_replace(workflow, uses.value, pass->uses, err);
	return rc ? rc : set_with(workflow, step, &uses, pass->inputs, err);
}

static int change_job(struct pr_workflow *workflow, const struct pr_yaml_node *job,
	struct pass *pass, struct pr_err *err)
{
	struct pr_workflow_member steps;
	int rc = pr_workflow_member(workflow, job, "steps", &steps, err);

	if (rc || !steps.key || steps.value->shape != PR_YAML_SEQUENCE)
		return rc;
	for (size_t i = 0; !rc && i < steps.value->count; i++) {
		const struct pr_yaml_node *step =
			pr_yaml_tree_child(workflow->tree, steps.value, i, NULL);

		if (step->start >=
			steps.value->start) /* else an alias: it is changed where it is */
			rc = change_step(workflow, step, pass, err);
	}
	return rc;
}

int pr_workflow_set_inputs(struct pr_workflow *workflow, const char *action, const char *uses,
	const struct pr_workflow_input *inputs, size_t *ret_steps, struct pr_err *err)
{
	struct pass pass = {.action = action, .uses = uses, .inputs = inputs};
	struct pr_workflow_member jobs;
	int rc = pr_workflow_member(workflow, workflow->root, "jobs", &jobs, err);

	for (size_t i = 0; !rc && i < jobs.value->count; i++) {
		const struct pr_yaml_node *job =
			pr_yaml_tree_child(workflow->tree, jobs.value, i, NULL);

		if (job->start >= jobs.value->start)
			rc = change_job(workflow, job, &pass, err);
	}
	if (!rc)
		*ret_steps = pass.steps;
	return rc;
}
