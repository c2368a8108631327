#include "codec/jsonpath_private.h"

#include "base/text.h"
#include "codec/json.h"

#include <math.h>
#include <string.h>

int pr_jp_advance(struct pr_jp_parser *p)
{
	return pr_jsonpath_lex(p->text, &p->at, &p->token, p->err);
}

bool pr_jp_is_token(
	const struct pr_jp_parser *p, enum pr_jsonpath_token_kind kind, const char *text)
{
	return p->token.kind == kind && strlen(text) == p->token.n &&
	       !memcmp(text, p->token.text, p->token.n);
}

bool pr_jp_is_sign(const struct pr_jp_parser *p, const char *sign)
{
	return pr_jp_is_token(p, PR_JP_SIGN, sign);
}

int pr_jp_expected(struct pr_jp_parser *p, const char *what)
{
	size_t column = pr_jsonpath_column(p->text, p->token.at);

	if (p->token.kind == PR_JP_END)
		return pr_fail(
			p->err, PR_EINVAL, "column %zu: expected %s, found the end", column, what);
	return pr_fail(p->err, PR_EINVAL, "column %zu: expected %s, found '%.*s'", column, what,
		p->token.n < 40 ? (int)p->token.n : 40, p->token.text);
}

int pr_jp_expect_sign(struct pr_jp_parser *p, const char *sign, const char *what)
{
	return pr_jp_is_sign(p, sign) ? pr_jp_advance(p) : pr_jp_expected(p, what);
}

int pr_jp_enter(struct pr_jp_parser *p)
{
	if (++p->depth > PR_JP_DEPTH_MAX)
		return pr_fail(p->err, PR_ELIMIT, "the path is nested more than %d times",
			PR_JP_DEPTH_MAX);
	return 0;
}

int pr_jp_take_key(struct pr_jp_parser *p, const char **ret_key)
{
	char *key = pr_jsonpath_alloc(p->tree, p->token.n + 1);

	if (!key)
		return pr_fail_nomem(p->err);
	memcpy(key, p->token.text, p->token.n);
	*ret_key = key;
	return pr_jp_advance(p);
}

static int number_value(struct pr_jp_parser *p, json_t **ret_value)
{
	PR_AUTO(free) char *text = pr_text_format("%.*s", (int)p->token.n, p->token.text);
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
		return pr_jp_expected(p, "a number that a double can hold");
	*ret_value = json_real(fraction);
	return 0;
}

static int parse_array(struct pr_jp_parser *p, json_t **ret_value)
{
	json_auto_t *array = json_array();
	int status = pr_jp_advance(p);

	while (!status && !pr_jp_is_sign(p, "]")) {
		json_t *item = NULL;

		if (json_array_size(array))
			status = pr_jp_expect_sign(p, ",", "',' or ']'");
		if (!status)
			status = pr_jp_parse_value(p, &item);
		if (!status)
			status = pr_json_append(array, item, p->err);
	}
	if (!status)
		status = pr_jp_advance(p);
	if (status)
		return status;
	*ret_value = pr_steal(array);
	return 0;
}

static int parse_member(struct pr_jp_parser *p, json_t *object)
{
	const char *key = NULL;
	json_t *value = NULL;
	int status;

	if (p->token.kind != PR_JP_STRING)
		return pr_jp_expected(p, "a member's name in double quotes");
	status = pr_jp_take_key(p, &key);
	if (!status)
		status = pr_jp_expect_sign(p, ":", "':'");
	if (!status)
		status = pr_jp_parse_value(p, &value);
	return status ? status : pr_json_set(object, key, value, p->err);
}

static int parse_object(struct pr_jp_parser *p, json_t **ret_value)
{
	json_auto_t *object = json_object();
	int status = pr_jp_advance(p);

	while (!status && !pr_jp_is_sign(p, "}")) {
		if (json_object_size(object))
			status = pr_jp_expect_sign(p, ",", "',' or '}'");
		if (!status)
			status = parse_member(p, object);
	}
	if (!status)
		status = pr_jp_advance(p);
	if (status)
		return status;
	*ret_value = pr_steal(object);
	return 0;
}

static int parse_scalar(struct pr_jp_parser *p, json_t **ret_value)
{
	json_t *value = NULL;
	int status = 0;

	if (p->token.kind == PR_JP_STRING)
		value = json_stringn(p->token.text, p->token.n);
	else if (p->token.kind == PR_JP_NUMBER)
		status = number_value(p, &value);
	else if (pr_jp_is_token(p, PR_JP_KEYWORD, "true") ||
		 pr_jp_is_token(p, PR_JP_KEYWORD, "false"))
		value = json_boolean(p->token.n == 4);
	else if (pr_jp_is_token(p, PR_JP_KEYWORD, "null"))
		value = json_null();
	else
		return pr_jp_expected(p, "a value or a path");
	if (!status && !value)
		status = pr_fail(p->err, PR_EINVAL, "column %zu: the text is not UTF-8",
			pr_jsonpath_column(p->text, p->token.at));
	if (!status)
		status = pr_jp_advance(p);
	if (status) {
		json_decref(value);
		return status;
	}
	*ret_value = value;
	return 0;
}

int pr_jp_parse_value(struct pr_jp_parser *p, json_t **ret_value)
{
	int status = pr_jp_enter(p);

	if (status)
		return status;
	if (pr_jp_is_sign(p, "["))
		status = parse_array(p, ret_value);
	else if (pr_jp_is_sign(p, "{"))
		status = parse_object(p, ret_value);
	else
		status = parse_scalar(p, ret_value);
	p->depth--;
	return status;
}
