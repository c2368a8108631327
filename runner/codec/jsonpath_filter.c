#include "codec/jsonpath_private.h"

#include "codec/json.h"
#include "codec/pyvalue.h"

#include <string.h>

/* A comparison on its way over the matches of both sides. */
struct comparison {
	struct pr_jp_walk *walk;
	const struct pr_jp_expr *expr;
	json_t *current;
	json_t *left;
	bool used_up; /* the matches on the right */
};

static bool is_number(const json_t *value)
{
	return json_is_number(value) || json_is_boolean(value);
}

/* Only numbers have an order here; texts and lists have none. */
static bool in_order(enum pr_jp_operator op, const json_t *left, const json_t *right)
{
	int order;

	if (!is_number(left) || !is_number(right) || !pr_value_compare(left, right, &order))
		return false;
	return (op == PR_JP_LT && order < 0) || (op == PR_JP_LE && order <= 0) ||
	       (op == PR_JP_GT && order > 0) || (op == PR_JP_GE && order >= 0);
}

static bool array_contains(const json_t *array, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (pr_value_equal(json_array_get(array, i), value))
			return true;
	}
	return false;
}

static int contains(const json_t *left, const json_t *right, struct pr_err *err)
{
	if (json_is_array(left))
		return array_contains(left, right);
	if (json_is_string(left) && json_is_string(right))
		return memmem(json_string_value(left), json_string_length(left),
			       json_string_value(right), json_string_length(right)) != NULL;
	if (json_is_object(left) && json_is_string(right))
		return json_object_getn(
			       left, json_string_value(right), json_string_length(right)) != NULL;
	if (json_is_object(left) && !json_is_object(right) && !json_is_array(right))
		return 0;
	return pr_fail(err, PR_EINVAL, "'contains' cannot look for %s %s in %s %s",
		json_is_array(right) || json_is_object(right) || json_is_integer(right) ? "an"
											: "a",
		pr_json_kind(right), json_is_object(left) || json_is_integer(left) ? "an" : "a",
		pr_json_kind(left));
}

static int compare_pair(void *arg, json_t *right)
{
	const struct comparison *c = arg;

	switch (c->expr->op) {
	case PR_JP_EQ:
		return pr_value_equal(c->left, right);
	case PR_JP_NE:
		return !pr_value_equal(c->left, right);
	case PR_JP_CONTAINS:
		return contains(c->left, right, c->walk->err);
	case PR_JP_LT:
	case PR_JP_LE:
	case PR_JP_GT:
	case PR_JP_GE:
		return in_order(c->expr->op, c->left, right);
	case PR_JP_EXISTS:
	case PR_JP_NOT:
	case PR_JP_AND:
	case PR_JP_OR:
		break;
	}
	return 0;
}

/*
 * The matches of a path on the right are used up by the first match on the left, since upstream
 * iterates over them once: later matches on the left find nothing to be compared with.
 */
static int compare_left(void *arg, json_t *left)
{
	struct comparison *c = arg;
	const struct pr_jp_operand *right = &c->expr->right;

	c->left = left;
	if (right->literal)
		return compare_pair(c, right->literal);
	if (c->used_up)
		return 0;
	c->used_up = true;
	return pr_jsonpath_walk(c->walk, right->path, c->current, compare_pair, c);
}

static int seen(void *arg, json_t *value)
{
	(void)arg;
	(void)value;
	return 1;
}

static int holds_comparison(struct pr_jp_walk *walk, const struct pr_jp_expr *expr, json_t *current)
{
	const struct pr_jp_operand *left = &expr->left;
	struct comparison c = {.walk = walk, .expr = expr, .current = current};

	if (expr->op == PR_JP_EXISTS && left->literal)
		return pr_value_truthy(left->literal);
	if (expr->op == PR_JP_EXISTS)
		return pr_jsonpath_walk(walk, left->path, current, seen, NULL);
	if (left->literal)
		return compare_left(&c, left->literal);
	return pr_jsonpath_walk(walk, left->path, current, compare_left, &c);
}

int pr_jsonpath_holds(struct pr_jp_walk *walk, const struct pr_jp_expr *expr, json_t *current)
{
	bool ends_at; /* the result of the first part that decides */
	int status;

	if (expr->op != PR_JP_NOT && expr->op != PR_JP_AND && expr->op != PR_JP_OR)
		return holds_comparison(walk, expr, current);
	status = pr_jsonpath_holds(walk, expr->a, current);
	if (status < 0)
		return status;
	if (expr->op == PR_JP_NOT)
		return !status;
	ends_at = expr->op == PR_JP_OR;
	return (status != 0) == ends_at ? status : pr_jsonpath_holds(walk, expr->b, current);
}
