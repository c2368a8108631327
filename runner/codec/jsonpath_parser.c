#include "codec/jsonpath_private.h"

#include "base/text.h"
#include "codec/json.h"

#include <math.h>
#include <string.h>

/* Nesting of a path, and of what it is made of: both bound the stack and the work. */
#define DEPTH_MAX 64
#define PARTS_MAX 2000

struct parser {
	const char *text;
	size_t at; /* behind `token` */
	struct pr_jsonpath_token token;
	struct pr_jsonpath *tree;
	size_t depth;
	size_t parts;
	struct pr_err *err;
};

static int parse_path(struct parser *p, struct pr_jp_path *path);
static int parse_value(struct parser *p, json_t **ret_value);
static int parse_and(struct parser *p, struct pr_jp_expr **ret_expr);

static int advance(struct parser *p)
{
	return pr_jsonpath_lex(p->text, &p->at, &p->token, p->err);
}

static bool is_token(const struct parser *p, enum pr_jsonpath_token_kind kind, const char *text)
{
	return p->token.kind == kind && strlen(text) == p->token.n &&
	       !memcmp(text, p->token.text, p->token.n);
}

static bool is_sign(const struct parser *p, const char *sign)
{
	return is_token(p, PR_JP_SIGN, sign);
}

static int expected(struct parser *p, const char *what)
{
	size_t column = pr_jsonpath_column(p->text, p->token.at);

	if (p->token.kind == PR_JP_END)
		return pr_fail(
			p->err, PR_EINVAL, "column %zu: expected %s, found the end", column, what);
	return pr_fail(p->err, PR_EINVAL, "column %zu: expected %s, found '%.*s'", column, what,
		p->token.n < 40 ? (int)p->token.n : 40, p->token.text);
}

static int expect_sign(struct parser *p, const char *sign, const char *what)
{
	return is_sign(p, sign) ? advance(p) : expected(p, what);
}

/* A node of the tree, NULL when there are too many or memory is out (the error is set). */
static void *new_node(struct parser *p, size_t size)
{
	void *node = NULL;

	if (++p->parts > PARTS_MAX)
		pr_fail(p->err, PR_ELIMIT, "the path has more than %d parts", PARTS_MAX);
	else
		node = pr_jsonpath_alloc(p->tree, size);
	if (!node)
		pr_fail_nomem(p->err);
	return node;
}

static int no_node(const struct parser *p)
{
	return p->parts > PARTS_MAX ? PR_ELIMIT : PR_ENOMEM;
}

static int enter(struct parser *p)
{
	if (++p->depth > DEPTH_MAX)
		return pr_fail(
			p->err, PR_ELIMIT, "the path is nested more than %d times", DEPTH_MAX);
	return 0;
}

/* The token's text as a key that lives in the tree. */
static int take_key(struct parser *p, const char **ret_key)
{
	char *key = pr_jsonpath_alloc(p->tree, p->token.n + 1);

	if (!key)
		return pr_fail_nomem(p->err);
	memcpy(key, p->token.text, p->token.n);
	*ret_key = key;
	return advance(p);
}

/* An index or an end of a slice: an integer, saturated. */
static int take_integer(struct parser *p, json_int_t *ret_value)
{
	json_int_t value = 0;
	bool negative = p->token.text[0] == '-';

	for (size_t i = negative; i < p->token.n; i++) {
		char c = p->token.text[i];

		if (c < '0' || c > '9')
			return expected(p, "an integer");
		value = value * 10 + (c - '0');
		if (value > PR_JSONPATH_INT_MAX)
			value = PR_JSONPATH_INT_MAX;
	}
	*ret_value = negative ? -value : value;
	return advance(p);
}

static int number_value(struct parser *p, json_t **ret_value)
{
	PR_AUTO(free) char *text = strndup(p->token.text, p->token.n);
	bool real = memchr(p->token.text, '.', p->token.n) ||
		    memchr(p->token.text, 'e', p->token.n) ||
		    memchr(p->token.text, 'E', p->token.n);
	int64_t integer;
	double fraction;

	if (!text)
		return pr_fail_nomem(p->err);
	if (!real && !pr_text_int64(text, &integer, NULL)) {
		*ret_value = json_integer(integer);
		return 0;
	}
	if (pr_text_double(text, &fraction, NULL) || !isfinite(fraction))
		return expected(p, "a number that a double can hold");
	*ret_value = json_real(fraction);
	return 0;
}

static int parse_array(struct parser *p, json_t **ret_value)
{
	json_auto_t *array = json_array();
	int status = advance(p);

	while (!status && !is_sign(p, "]")) {
		json_t *item = NULL;

		if (json_array_size(array))
			status = expect_sign(p, ",", "',' or ']'");
		if (!status)
			status = parse_value(p, &item);
		if (!status)
			status = pr_json_append(array, item, p->err);
	}
	if (!status)
		status = advance(p);
	if (status)
		return status;
	*ret_value = pr_steal(array);
	return 0;
}

static int parse_member(struct parser *p, json_t *object)
{
	const char *key = NULL;
	json_t *value = NULL;
	int status;

	if (p->token.kind != PR_JP_STRING)
		return expected(p, "a member's name in double quotes");
	status = take_key(p, &key);
	if (!status)
		status = expect_sign(p, ":", "':'");
	if (!status)
		status = parse_value(p, &value);
	return status ? status : pr_json_set(object, key, value, p->err);
}

static int parse_object(struct parser *p, json_t **ret_value)
{
	json_auto_t *object = json_object();
	int status = advance(p);

	while (!status && !is_sign(p, "}")) {
		if (json_object_size(object))
			status = expect_sign(p, ",", "',' or '}'");
		if (!status)
			status = parse_member(p, object);
	}
	if (!status)
		status = advance(p);
	if (status)
		return status;
	*ret_value = pr_steal(object);
	return 0;
}

static int parse_scalar(struct parser *p, json_t **ret_value)
{
	json_t *value = NULL;
	int status = 0;

	if (p->token.kind == PR_JP_STRING)
		value = json_stringn(p->token.text, p->token.n);
	else if (p->token.kind == PR_JP_NUMBER)
		status = number_value(p, &value);
	else if (is_token(p, PR_JP_KEYWORD, "true") || is_token(p, PR_JP_KEYWORD, "false"))
		value = json_boolean(p->token.n == 4);
	else if (is_token(p, PR_JP_KEYWORD, "null"))
		value = json_null();
	else
		return expected(p, "a value or a path");
	if (!status && !value)
		status = pr_fail(p->err, PR_EINVAL, "column %zu: the text is not UTF-8",
			pr_jsonpath_column(p->text, p->token.at));
	if (!status)
		status = advance(p);
	if (status) {
		json_decref(value);
		return status;
	}
	*ret_value = value;
	return 0;
}

/* A JSON value. */
static int parse_value(struct parser *p, json_t **ret_value)
{
	int status = enter(p);

	if (status)
		return status;
	if (is_sign(p, "["))
		status = parse_array(p, ret_value);
	else if (is_sign(p, "{"))
		status = parse_object(p, ret_value);
	else
		status = parse_scalar(p, ret_value);
	p->depth--;
	return status;
}

static int parse_operand(struct parser *p, struct pr_jp_operand *operand)
{
	json_t *value = NULL;
	int status;

	if (is_sign(p, "$") || is_sign(p, "@")) {
		operand->path = new_node(p, sizeof(*operand->path));
		return operand->path ? parse_path(p, operand->path) : no_node(p);
	}
	status = parse_value(p, &value);
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

static int parse_comparison(struct parser *p, struct pr_jp_expr *expr)
{
	int status = parse_operand(p, &expr->left);

	expr->op = PR_JP_EXISTS;
	for (size_t i = 0; !status && i < PR_LEN(operators); i++) {
		if (is_token(p, operators[i].kind, operators[i].text)) {
			expr->op = operators[i].op;
			break;
		}
	}
	if (!status && expr->op != PR_JP_EXISTS)
		status = advance(p);
	if (!status && expr->op != PR_JP_EXISTS)
		status = parse_operand(p, &expr->right);
	return status;
}

/* `not` binds to the next comparison. */
static int parse_not(struct parser *p, struct pr_jp_expr **ret_expr)
{
	struct pr_jp_expr *expr;
	int status;

	if (is_sign(p, "(")) {
		status = advance(p);
		if (!status)
			status = parse_and(p, ret_expr);
		return status ? status : expect_sign(p, ")", "')'");
	}
	expr = new_node(p, sizeof(*expr));
	if (!expr)
		return no_node(p);
	if (is_token(p, PR_JP_KEYWORD, "not")) {
		expr->op = PR_JP_NOT;
		status = advance(p);
		if (!status)
			status = enter(p);
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
static int parse_chain(struct parser *p, enum pr_jp_operator op, struct pr_jp_expr **ret_expr)
{
	const char *word = op == PR_JP_AND ? "and" : "or";
	struct pr_jp_expr *first = NULL;
	struct pr_jp_expr *expr;
	int status = op == PR_JP_AND ? parse_chain(p, PR_JP_OR, &first) : parse_not(p, &first);

	*ret_expr = first;
	if (status || !is_token(p, PR_JP_KEYWORD, word))
		return status;
	status = advance(p);
	if (!status)
		status = enter(p);
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
static int parse_and(struct parser *p, struct pr_jp_expr **ret_expr)
{
	int status = enter(p);

	if (!status)
		status = parse_chain(p, PR_JP_AND, ret_expr);
	p->depth--;
	return status;
}

static int parse_arguments(struct parser *p, struct pr_jp_selector *selector)
{
	struct pr_jp_operand **tail = &selector->args;
	int status = advance(p);

	while (!status && !is_sign(p, ")")) {
		if (selector->args_count)
			status = expect_sign(p, ",", "',' or ')'");
		if (status)
			break;
		*tail = new_node(p, sizeof(**tail));
		if (!*tail)
			return no_node(p);
		status = parse_operand(p, *tail);
		tail = &(*tail)->next;
		selector->args_count++;
	}
	return status ? status : advance(p);
}

/* What follows the name of a function. */
static int parse_call(
	struct parser *p, const struct pr_jsonpath_token *name, struct pr_jp_selector *selector)
{
	selector->kind = PR_JP_CALL;
	selector->call = pr_jsonpath_function(name->text, name->n);
	if (!selector->call)
		return pr_fail(p->err, PR_EINVAL, "column %zu: there is no function '%.*s'",
			pr_jsonpath_column(p->text, name->at), name->n < 40 ? (int)name->n : 40,
			name->text);
	return parse_arguments(p, selector);
}

static int parse_slice_rest(struct parser *p, struct pr_jp_selector *selector)
{
	int status = advance(p);

	selector->kind = PR_JP_SLICE;
	selector->step = 1;
	if (!status && p->token.kind == PR_JP_NUMBER) {
		selector->has_stop = true;
		status = take_integer(p, &selector->stop);
	}
	if (status || !is_sign(p, ":"))
		return status;
	status = advance(p);
	if (!status && p->token.kind == PR_JP_NUMBER)
		status = take_integer(p, &selector->step);
	return status;
}

static int parse_filter(struct parser *p, struct pr_jp_selector *selector)
{
	int status = advance(p);

	selector->kind = PR_JP_FILTER;
	if (!status)
		status = expect_sign(p, "(", "'('");
	if (!status)
		status = parse_and(p, &selector->filter);
	return status ? status : expect_sign(p, ")", "')'");
}

static int parse_named_call(struct parser *p, struct pr_jp_selector *selector)
{
	struct pr_jsonpath_token name = p->token;
	int status = advance(p);

	if (status)
		return status;
	return is_sign(p, "(") ? parse_call(p, &name, selector) : expected(p, "'('");
}

static int parse_lookup(struct parser *p, struct pr_jp_selector *selector)
{
	selector->kind = PR_JP_LOOKUP;
	selector->lookup = new_node(p, sizeof(*selector->lookup));
	return selector->lookup ? parse_path(p, selector->lookup) : no_node(p);
}

/* One of the alternatives within brackets. */
static int parse_subscript(struct parser *p, struct pr_jp_selector *selector)
{
	int status;

	if (p->token.kind == PR_JP_STRING) {
		selector->kind = PR_JP_KEY;
		return take_key(p, &selector->key);
	}
	if (p->token.kind == PR_JP_NUMBER) {
		selector->kind = PR_JP_INDEX;
		status = take_integer(p, &selector->index);
		return status || !is_sign(p, ":") ? status : parse_slice_rest(p, selector);
	}
	if (is_sign(p, ":"))
		return parse_slice_rest(p, selector);
	if (is_sign(p, "*")) {
		selector->kind = PR_JP_ALL;
		return advance(p);
	}
	if (is_sign(p, "?"))
		return parse_filter(p, selector);
	if (is_sign(p, "$") || is_sign(p, "@"))
		return parse_lookup(p, selector);
	if (p->token.kind == PR_JP_NAME)
		return parse_named_call(p, selector);
	return expected(p, "a name in double quotes, an index, '*', '?(' or a path");
}

static int parse_brackets(struct parser *p, struct pr_jp_step *step)
{
	struct pr_jp_selector **tail = &step->selectors;
	int status;

	do {
		status = advance(p);
		*tail = status ? NULL : new_node(p, sizeof(**tail));
		if (!*tail)
			return status ? status : no_node(p);
		status = parse_subscript(p, *tail);
		tail = &(*tail)->next;
	} while (!status && is_sign(p, ","));
	return status ? status : expect_sign(p, "]", "',' or ']'");
}

/* What follows a dot. */
static int parse_bare(struct parser *p, struct pr_jp_step *step)
{
	struct pr_jsonpath_token name = p->token;
	struct pr_jp_selector *selector = new_node(p, sizeof(*selector));
	int status;

	if (!selector)
		return no_node(p);
	step->selectors = selector;
	if (is_sign(p, "*")) {
		selector->kind = PR_JP_ALL;
		return advance(p);
	}
	if (name.kind != PR_JP_NAME)
		return expected(p, "a name (others as [\"…\"]) or '*'");
	selector->kind = PR_JP_KEY;
	status = take_key(p, &selector->key);
	return status || !is_sign(p, "(") ? status : parse_call(p, &name, selector);
}

static int parse_step(struct parser *p, struct pr_jp_step *step)
{
	int status;

	if (is_sign(p, "["))
		return parse_brackets(p, step);
	step->descend = is_sign(p, "..");
	status = advance(p);
	if (status)
		return status;
	return step->descend && is_sign(p, "[") ? parse_brackets(p, step) : parse_bare(p, step);
}

/* "$" or "@", which is the present token, and its steps. */
static int parse_path(struct parser *p, struct pr_jp_path *path)
{
	struct pr_jp_step **tail = &path->steps;
	int status = enter(p);

	path->current = is_sign(p, "@");
	if (!status)
		status = advance(p);
	while (!status && (is_sign(p, ".") || is_sign(p, "..") || is_sign(p, "["))) {
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
	struct parser p = {.text = text, .tree = path, .err = err};
	int status = advance(&p);

	if (status)
		return status;
	if (!is_sign(&p, "$"))
		return expected(&p, "'$'");
	status = parse_path(&p, &path->root);
	if (!status && p.token.kind != PR_JP_END)
		return expected(&p, "'.', '..' or '['");
	return status;
}
