#include "codec/jsonpath_private.h"

#include "codec/json.h"

#include <string.h>

static int parse_path(struct pr_jp_parser *p, struct pr_jp_path *path);
static int parse_and(struct pr_jp_parser *p, struct pr_jp_expr **ret_expr);

/* A node of the tree, NULL when there are too many or memory is out (the error is set). */
static void *new_node(struct pr_jp_parser *p, size_t size)
{
	void *node = NULL;

	if (++p->parts > PR_JP_PARTS_MAX)
		pr_fail(p->err, PR_ELIMIT, "the path has more than %d parts", PR_JP_PARTS_MAX);
	else
		node = pr_jsonpath_alloc(p->tree, size);
	if (!node)
		pr_fail_nomem(p->err);
	return node;
}

static int no_node(const struct pr_jp_parser *p)
{
	return p->parts > PR_JP_PARTS_MAX ? PR_ELIMIT : PR_ENOMEM;
}

/* An index or an end of a slice: an integer, saturated. */
static int take_integer(struct pr_jp_parser *p, json_int_t *ret_value)
{
	json_int_t value = 0;
	bool negative = p->token.text[0] == '-';

	for (size_t i = negative; i < p->token.n; i++) {
		char c = p->token.text[i];

		if (c < '0' || c > '9')
			return pr_jp_expected(p, "an integer");
		value = value * 10 + (c - '0');
		if (value > PR_JSONPATH_INT_MAX)
			value = PR_JSONPATH_INT_MAX;
	}
	*ret_value = negative ? -value : value;
	return pr_jp_advance(p);
}

static int parse_operand(struct pr_jp_parser *p, struct pr_jp_operand *operand)
{
	json_t *value = NULL;
	int status;

	if (pr_jp_is_sign(p, "$") || pr_jp_is_sign(p, "@")) {
		operand->path = new_node(p, sizeof(*operand->path));
		return operand->path ? parse_path(p, operand->path) : no_node(p);
	}
	status = pr_jp_parse_value(p, &value);
	if (!status)
		status = pr_json_append(p->tree->literals, value, p->err);
	if (!status)
		operand->literal = value;
	return status;
}

static const struct {
	enum pr_jsonpath_token_kind kind;
	const char *text;
	enum pr_jp_operator op;
} operators[] = {
	{PR_JP_SIGN, "=", PR_JP_EQ},
	{PR_JP_SIGN, "!=", PR_JP_NE},
	{PR_JP_SIGN, "<", PR_JP_LT},
	{PR_JP_SIGN, "<=", PR_JP_LE},
	{PR_JP_SIGN, ">", PR_JP_GT},
	{PR_JP_SIGN, ">=", PR_JP_GE},
	{PR_JP_KEYWORD, "contains", PR_JP_CONTAINS},
};

static int parse_comparison(struct pr_jp_parser *p, struct pr_jp_expr *expr)
{
	int status = parse_operand(p, &expr->left);

	expr->op = PR_JP_EXISTS;
	for (size_t i = 0; !status && i < PR_LEN(operators); i++) {
		if (pr_jp_is_token(p, operators[i].kind, operators[i].text)) {
			expr->op = operators[i].op;
			break;
		}
	}
	if (!status && expr->op != PR_JP_EXISTS)
		status = pr_jp_advance(p);
	if (!status && expr->op != PR_JP_EXISTS)
		status = parse_operand(p, &expr->right);
	return status;
}

/* `not` binds to the next comparison. */
static int parse_not(struct pr_jp_parser *p, struct pr_jp_expr **ret_expr)
{
	struct pr_jp_expr *expr;
	int status;

	if (pr_jp_is_sign(p, "(")) {
		status = pr_jp_advance(p);
		if (!status)
			status = parse_and(p, ret_expr);
		return status ? status : pr_jp_expect_sign(p, ")", "')'");
	}
	expr = new_node(p, sizeof(*expr));
	if (!expr)
		return no_node(p);
	if (pr_jp_is_token(p, PR_JP_KEYWORD, "not")) {
		expr->op = PR_JP_NOT;
		status = pr_jp_advance(p);
		if (!status)
			status = pr_jp_enter(p);
		if (!status)
			status = parse_not(p, &expr->a);
		p->depth--;
	} else {
		status = parse_comparison(p, expr);
	}
	*ret_expr = expr;
	return status;
}

/* One level of `and` or `or`, which both take the rest as their right side. */
static int parse_chain(struct pr_jp_parser *p, enum pr_jp_operator op, struct pr_jp_expr **ret_expr)
{
	const char *word = op == PR_JP_AND ? "and" : "or";
	struct pr_jp_expr *first = NULL;
	struct pr_jp_expr *expr;
	int status = op == PR_JP_AND ? parse_chain(p, PR_JP_OR, &first) : parse_not(p, &first);

	*ret_expr = first;
	if (status || !pr_jp_is_token(p, PR_JP_KEYWORD, word))
		return status;
	status = pr_jp_advance(p);
	if (!status)
		status = pr_jp_enter(p);
	expr = status ? NULL : new_node(p, sizeof(*expr));
	if (!expr)
		return status ? status : no_node(p);
	expr->op = op;
	expr->a = first;
	status = parse_chain(p, op, &expr->b);
	p->depth--;
	*ret_expr = expr;
	return status;
}

/* `or` binds tighter than `and`. */
static int parse_and(struct pr_jp_parser *p, struct pr_jp_expr **ret_expr)
{
	int status = pr_jp_enter(p);

	if (!status)
		status = parse_chain(p, PR_JP_AND, ret_expr);
	p->depth--;
	return status;
}

static int parse_arguments(struct pr_jp_parser *p, struct pr_jp_selector *selector)
{
	struct pr_jp_operand **tail = &selector->args;
	int status = pr_jp_advance(p);

	while (!status && !pr_jp_is_sign(p, ")")) {
		if (selector->args_count)
			status = pr_jp_expect_sign(p, ",", "',' or ')'");
		if (status)
			break;
		*tail = new_node(p, sizeof(**tail));
		if (!*tail)
			return no_node(p);
		status = parse_operand(p, *tail);
		tail = &(*tail)->next;
		selector->args_count++;
	}
	return status ? status : pr_jp_advance(p);
}

/* What follows the name of a function. */
static int parse_call(struct pr_jp_parser *p, const struct pr_jsonpath_token *name,
	struct pr_jp_selector *selector)
{
	selector->kind = PR_JP_CALL;
	selector->call = pr_jsonpath_function(name->text, name->n);
	if (!selector->call)
		return pr_fail(p->err, PR_EINVAL, "column %zu: there is no function '%.*s'",
			pr_jsonpath_column(p->text, name->at), name->n < 40 ? (int)name->n : 40,
			name->text);
	return parse_arguments(p, selector);
}

static int parse_slice_rest(struct pr_jp_parser *p, struct pr_jp_selector *selector)
{
	int status = pr_jp_advance(p);

	selector->kind = PR_JP_SLICE;
	selector->step = 1;
	if (!status && p->token.kind == PR_JP_NUMBER) {
		selector->has_stop = true;
		status = take_integer(p, &selector->stop);
	}
	if (status || !pr_jp_is_sign(p, ":"))
		return status;
	status = pr_jp_advance(p);
	if (!status && p->token.kind == PR_JP_NUMBER)
		status = take_integer(p, &selector->step);
	return status;
}

static int parse_filter(struct pr_jp_parser *p, struct pr_jp_selector *selector)
{
	int status = pr_jp_advance(p);

	selector->kind = PR_JP_FILTER;
	if (!status)
		status = pr_jp_expect_sign(p, "(", "'('");
	if (!status)
		status = parse_and(p, &selector->filter);
	return status ? status : pr_jp_expect_sign(p, ")", "')'");
}

static int parse_named_call(struct pr_jp_parser *p, struct pr_jp_selector *selector)
{
	struct pr_jsonpath_token name = p->token;
	int status = pr_jp_advance(p);

	if (status)
		return status;
	return pr_jp_is_sign(p, "(") ? parse_call(p, &name, selector) : pr_jp_expected(p, "'('");
}

static int parse_lookup(struct pr_jp_parser *p, struct pr_jp_selector *selector)
{
	selector->kind = PR_JP_LOOKUP;
	selector->lookup = new_node(p, sizeof(*selector->lookup));
	return selector->lookup ? parse_path(p, selector->lookup) : no_node(p);
}

/* One of the alternatives within brackets. */
static int parse_subscript(struct pr_jp_parser *p, struct pr_jp_selector *selector)
{
	int status;

	if (p->token.kind == PR_JP_STRING) {
		selector->kind = PR_JP_KEY;
		return pr_jp_take_key(p, &selector->key);
	}
	if (p->token.kind == PR_JP_NUMBER) {
		selector->kind = PR_JP_INDEX;
		status = take_integer(p, &selector->index);
		return status || !pr_jp_is_sign(p, ":") ? status : parse_slice_rest(p, selector);
	}
	if (pr_jp_is_sign(p, ":"))
		return parse_slice_rest(p, selector);
	if (pr_jp_is_sign(p, "*")) {
		selector->kind = PR_JP_ALL;
		return pr_jp_advance(p);
	}
	if (pr_jp_is_sign(p, "?"))
		return parse_filter(p, selector);
	if (pr_jp_is_sign(p, "$") || pr_jp_is_sign(p, "@"))
		return parse_lookup(p, selector);
	if (p->token.kind == PR_JP_NAME)
		return parse_named_call(p, selector);
	return pr_jp_expected(p, "a name in double quotes, an index, '*', '?(' or a path");
}

static int parse_brackets(struct pr_jp_parser *p, struct pr_jp_step *step)
{
	struct pr_jp_selector **tail = &step->selectors;
	int status;

	do {
		status = pr_jp_advance(p);
		*tail = status ? NULL : new_node(p, sizeof(**tail));
		if (!*tail)
			return status ? status : no_node(p);
		status = parse_subscript(p, *tail);
		tail = &(*tail)->next;
	} while (!status && pr_jp_is_sign(p, ","));
	return status ? status : pr_jp_expect_sign(p, "]", "',' or ']'");
}

/* What follows a dot. */
static int parse_bare(struct pr_jp_parser *p, struct pr_jp_step *step)
{
	struct pr_jsonpath_token name = p->token;
	struct pr_jp_selector *selector = new_node(p, sizeof(*selector));
	int status;

	if (!selector)
		return no_node(p);
	step->selectors = selector;
	if (pr_jp_is_sign(p, "*")) {
		selector->kind = PR_JP_ALL;
		return pr_jp_advance(p);
	}
	if (name.kind != PR_JP_NAME)
		return pr_jp_expected(p, "a name (others as [\"…\"]) or '*'");
	selector->kind = PR_JP_KEY;
	status = pr_jp_take_key(p, &selector->key);
	return status || !pr_jp_is_sign(p, "(") ? status : parse_call(p, &name, selector);
}

static int parse_step(struct pr_jp_parser *p, struct pr_jp_step *step)
{
	int status;

	if (pr_jp_is_sign(p, "["))
		return parse_brackets(p, step);
	step->descend = pr_jp_is_sign(p, "..");
	status = pr_jp_advance(p);
	if (status)
		return status;
	return step->descend && pr_jp_is_sign(p, "[") ? parse_brackets(p, step)
						      : parse_bare(p, step);
}

/* "$" or "@", which is the present token, and its steps. */
static int parse_path(struct pr_jp_parser *p, struct pr_jp_path *path)
{
	struct pr_jp_step **tail = &path->steps;
	int status = pr_jp_enter(p);

	path->current = pr_jp_is_sign(p, "@");
	if (!status)
		status = pr_jp_advance(p);
	while (!status &&
		(pr_jp_is_sign(p, ".") || pr_jp_is_sign(p, "..") || pr_jp_is_sign(p, "["))) {
		*tail = new_node(p, sizeof(**tail));
		if (!*tail)
			return no_node(p);
		status = parse_step(p, *tail);
		tail = &(*tail)->next;
	}
	p->depth--;
	return status;
}

int pr_jsonpath_parse(const char *text, struct pr_jsonpath *path, struct pr_err *err)
{
	struct pr_jp_parser p = {.text = text, .tree = path, .err = err};
	int status = pr_jp_advance(&p);

	if (status)
		return status;
	if (!pr_jp_is_sign(&p, "$"))
		return pr_jp_expected(&p, "'$'");
	status = parse_path(&p, &path->root);
	if (!status && p.token.kind != PR_JP_END)
		return pr_jp_expected(&p, "'.', '..' or '['");
	return status;
}
