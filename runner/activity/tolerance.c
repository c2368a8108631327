#include "activity/tolerance.h"

#include "activity/decimal.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/jsonpath.h"
#include "codec/pyvalue.h"
#include "codec/regex.h"

/* The output and the tolerance that is applied to it. */
struct check {
	const json_t *tolerance;
	json_t *output;
	const struct pr_scope *scope;
	struct pr_err *err;
};

/* PR_AUTO(regex) */
static inline void pr_auto_regex(struct pr_regex **regex)
{
	pr_regex_free(*regex);
}

/* PR_AUTO(jsonpath) */
static inline void pr_auto_jsonpath(struct pr_jsonpath **path)
{
	pr_jsonpath_free(*path);
}

/* What the tolerance's `target` selects of the output; without one, or where there is none, all. */
static int find_target(const struct check *c, json_t **ret_value)
{
	const json_t *target = json_object_get(c->tolerance, "target");
	json_t *value;

	*ret_value = c->output;
	if (!pr_value_truthy(target))
		return 0;
	if (!json_is_object(c->output))
		return pr_fail(c->err, PR_EINVAL,
			"the tolerance has a target, but the probe returned no object, it is of "
			"kind %s",
			pr_json_kind(c->output));
	if (json_is_array(target) || json_is_object(target))
		return pr_fail(c->err, PR_EINVAL, "the target of a tolerance cannot be of kind %s",
			pr_json_kind(target));
	value = json_is_string(target) ? json_object_get(c->output, json_string_value(target))
				       : NULL;
	if (value)
		*ret_value = value;
	return 0;
}

/* A substituted member that must be text then. Caller owns. */
static int get_text(const struct check *c, const char *member, json_t **ret_text)
{
	json_auto_t *text = NULL;
	int status = pr_substitute(json_object_get(c->tolerance, member), c->scope, &text, c->err);

	if (status)
		return status;
	if (!json_is_string(text))
		return pr_fail(c->err, PR_EINVAL,
			"the %s of a tolerance must be text, it is of kind %s", member,
			pr_json_kind(text));
	pr_debug("Applied %s is: %s", member, json_string_value(text));
	*ret_text = pr_steal(text);
	return 0;
}

static int apply_regex(const struct check *c, bool *ret_met)
{
	json_auto_t *pattern = NULL;
	PR_AUTO(regex) struct pr_regex *regex = NULL;
	json_t *subject;
	int status = get_text(c, "pattern", &pattern);

	if (status)
		return status;
	if (pr_regex_new(json_string_value(pattern), json_string_length(pattern), &regex, c->err))
		return pr_wrap(c->err, "the tolerance's pattern '%s'", json_string_value(pattern));
	status = find_target(c, &subject);
	if (status)
		return status;
	if (!json_is_string(subject))
		return pr_fail(c->err, PR_EINVAL,
			"a regex tolerance needs text, but the probe's value is of kind %s",
			pr_json_kind(subject));
	if (pr_regex_search(regex, json_string_value(subject), json_string_length(subject), ret_met,
		    c->err))
		return pr_wrap(c->err, "the tolerance's pattern '%s'", json_string_value(pattern));
	return 0;
}

/* Outputs may be deeper than documents. */
#define OUTPUT_DEPTH_MAX 2000

/* The value of text that is JSON. PR_EINVAL when it is none. */
static int parse_text(const json_t *text, json_t **ret_value, struct pr_err *err)
{
	const struct pr_limits defaults = PR_LIMITS_DEFAULT;
	struct pr_limits limits = defaults;

	limits.depth = OUTPUT_DEPTH_MAX;
	return pr_json_parse_wide(json_string_value(text), json_string_length(text),
		"the probe's value", &limits, ret_value, err);
}

/* The value that a path is applied to: text that is JSON is what it says. Caller owns. */
static int decode(const struct check *c, json_t *value, json_t **ret_value)
{
	struct pr_err err = PR_ERR_INIT;
	int status = json_is_string(value) ? parse_text(value, ret_value, &err) : PR_EINVAL;

	if (status == PR_EINVAL) {
		*ret_value = json_incref(value);
		return 0;
	}
	return status ? pr_fail(c->err, (enum pr_code)status, "%s", err.msg) : 0;
}

static int match_path(const struct check *c, json_t **ret_values)
{
	json_auto_t *text = NULL;
	json_auto_t *value = NULL;
	PR_AUTO(jsonpath) struct pr_jsonpath *path = NULL;
	json_t *target;
	int status = get_text(c, "path", &text);

	if (status)
		return status;
	if (pr_jsonpath_new(json_string_value(text), &path, c->err))
		return pr_wrap(c->err, "the tolerance's path '%s'", json_string_value(text));
	status = find_target(c, &target);
	if (!status)
		status = decode(c, target, &value);
	if (status)
		return status;
	if (pr_jsonpath_match(path, value, ret_values, c->err))
		return pr_wrap(c->err, "the tolerance's path '%s'", json_string_value(text));
	return 0;
}

static bool equals_count(size_t count, const json_t *expected)
{
	json_auto_t *number = json_integer((json_int_t)count);

	return number && pr_value_equal(number, expected);
}

static bool is_expected(const json_t *values, const json_t *expected)
{
	if (json_is_array(expected))
		return pr_value_equal(values, expected);
	return json_array_size(values) == 1 && pr_value_equal(json_array_get(values, 0), expected);
}

static void tell_mismatch(const json_t *values, const json_t *expected)
{
	PR_AUTO(buf) struct pr_buf found = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf wanted = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!pr_log_enabled(PR_LOG_DEBUG))
		return;
	pr_value_str(values, &found);
	if (!pr_value_truthy(expected)) {
		pr_debug("jsonpath found '%s'", pr_buf_str(&found));
		return;
	}
	pr_value_str(expected, &wanted);
	pr_debug("jsonpath found '%s' but expected '%s'", pr_buf_str(&found), pr_buf_str(&wanted));
}

static int apply_jsonpath(const struct check *c, bool *ret_met)
{
	const json_t *count = json_object_get(c->tolerance, "count");
	const json_t *expect = json_object_get(c->tolerance, "expect");
	json_auto_t *values = NULL;
	json_auto_t *expected = NULL;
	int status = match_path(c, &values);

	if (!status && expect)
		status = pr_substitute(expect, c->scope, &expected, c->err);
	if (status)
		return status;
	if (expect)
		*ret_met = is_expected(values, expected);
	else if (count && !json_is_null(count))
		*ret_met = equals_count(json_array_size(values), count);
	else
		*ret_met = json_array_size(values) > 0;
	if (!*ret_met)
		tell_mismatch(values, expected);
	return 0;
}

/* Decimal(value) of Python; `what` names it in messages. */
static int to_decimal(
	const json_t *value, const char *what, struct pr_decimal *ret_decimal, struct pr_err *err)
{
	if (json_is_boolean(value))
		return pr_decimal_from_integer(json_is_true(value), ret_decimal, err);
	if (json_is_integer(value))
		return pr_decimal_from_integer(json_integer_value(value), ret_decimal, err);
	if (json_is_real(value))
		return pr_decimal_from_double(json_real_value(value), ret_decimal, err);
	if (json_is_string(value))
		return pr_decimal_parse(
			json_string_value(value), json_string_length(value), ret_decimal, err);
	return pr_fail(err, PR_EINVAL, "a range tolerance needs a number, but %s is of kind %s",
		what, pr_json_kind(value));
}

/* Whether the bound number `index` of the range is on its side of the value. */
static int check_bound(
	const struct check *c, size_t index, const struct pr_decimal *value, bool *ret_met)
{
	const json_t *range = json_object_get(c->tolerance, "range");
	PR_AUTO(decimal) struct pr_decimal bound = PR_DECIMAL_INIT;
	int order;
	int status;

	if (json_array_size(range) <= index)
		return pr_fail(c->err, PR_EINVAL, "the range of a tolerance must be two numbers");
	status = to_decimal(json_array_get(range, index), "a bound", &bound, c->err);
	if (status)
		return pr_wrap(c->err, "the range of a tolerance");
	if (bound.kind == PR_DECIMAL_NAN || value->kind == PR_DECIMAL_NAN)
		return pr_fail(c->err, PR_EINVAL, "a range tolerance cannot compare NaN");
	order = pr_decimal_compare(&bound, value);
	*ret_met = index == 0 ? order <= 0 : order >= 0;
	return 0;
}

static int apply_range(const struct check *c, bool *ret_met)
{
	PR_AUTO(decimal) struct pr_decimal number = PR_DECIMAL_INIT;
	json_t *value;
	int status = find_target(c, &value);

	if (status)
		return status;
	if (json_is_string(value))
		status = to_decimal(value, "", &number, NULL);
	if (status == PR_EINVAL) {
		pr_debug("range check expects a number value");
		*ret_met = false;
		return 0;
	}
	if (!json_is_string(value))
		status = to_decimal(value, "the probe's value", &number, c->err);
	if (!status)
		status = check_bound(c, 0, &number, ret_met);
	if (!status && *ret_met)
		status = check_bound(c, 1, &number, ret_met);
	return status;
}

static const struct {
	const char *type;
	int (*apply)(const struct check *c, bool *ret_met);
} types[] = {
	{"regex", apply_regex},
	{"jsonpath", apply_jsonpath},
	{"range", apply_range},
};

static int apply_object(const struct check *c, bool *ret_met)
{
	const char *type = pr_json_str(c->tolerance, "type");

	for (size_t i = 0; i < PR_LEN(types); i++) {
		if (pr_text_eq(type, types[i].type))
			return types[i].apply(c, ret_met);
	}
	if (pr_tolerance_is_probe(c->tolerance))
		return pr_fail(
			c->err, PR_EINVAL, "a tolerance of type probe has to be run, not compared");
	*ret_met = false;
	return 0;
}

/* The `status` of a process or of an HTTP answer, NULL when the output has none. */
static json_t *status_of(json_t *output)
{
	return json_object_get(output, "status");
}

static int check_order(const struct check *c, size_t index, int *ret_order)
{
	const json_t *bound = json_array_get(c->tolerance, index);

	if (pr_value_compare(bound, c->output, ret_order))
		return 0;
	return pr_fail(c->err, PR_EINVAL,
		"the tolerance's bound of kind %s cannot be compared with the probe's value of "
		"kind %s",
		pr_json_kind(bound), pr_json_kind(c->output));
}

static int apply_bounds(const struct check *c, bool *ret_met)
{
	int order;
	int status = check_order(c, 0, &order);

	*ret_met = !status && order <= 0;
	if (!*ret_met)
		return status;
	status = check_order(c, 1, &order);
	*ret_met = !status && order >= 0;
	return status;
}

static int apply_list(const struct check *c, bool *ret_met)
{
	const json_t *value = status_of(c->output);

	if (!value && json_array_size(c->tolerance) == 2)
		return apply_bounds(c, ret_met);
	if (!value)
		value = c->output;
	*ret_met = false;
	for (size_t i = 0; !*ret_met && i < json_array_size(c->tolerance); i++)
		*ret_met = pr_value_equal(json_array_get(c->tolerance, i), value);
	return 0;
}

int pr_tolerance_resolve(
	json_t *tolerance, const struct pr_scope *scope, json_t **ret_tolerance, struct pr_err *err)
{
	if (json_is_string(tolerance))
		return pr_substitute(tolerance, scope, ret_tolerance, err);
	*ret_tolerance = json_incref(tolerance);
	return 0;
}

int pr_tolerance_apply(const json_t *tolerance, json_t *output, const struct pr_scope *scope,
	bool *ret_met, struct pr_err *err)
{
	const struct check c = {
		.tolerance = tolerance, .output = output, .scope = scope, .err = err};
	const json_t *status = status_of(output);
	bool met = false;
	int result = 0;

	if (json_is_object(tolerance))
		result = apply_object(&c, &met);
	else if (json_is_array(tolerance))
		result = apply_list(&c, &met);
	else if (json_is_integer(tolerance))
		met = pr_value_equal(status ? status : output, tolerance);
	else if (json_is_boolean(tolerance) || json_is_string(tolerance))
		met = pr_value_equal(output, tolerance);
	if (!result)
		*ret_met = met;
	return result;
}

int pr_tolerance_evaluate(json_t *tolerance, json_t *output, const struct pr_scope *scope,
	bool *ret_met, struct pr_err *err)
{
	json_auto_t *resolved = NULL;
	int status = pr_tolerance_resolve(tolerance, scope, &resolved, err);

	return status ? status : pr_tolerance_apply(resolved, output, scope, ret_met, err);
}

bool pr_tolerance_is_probe(const json_t *tolerance)
{
	return pr_text_eq(pr_json_str(tolerance, "type"), "probe");
}

int pr_tolerance_inject(json_t *tolerance, json_t *output, struct pr_err *err)
{
	json_t *provider = json_object_get(tolerance, "provider");
	json_t *arguments = json_object_get(provider, "arguments");

	if (!json_is_object(arguments))
		return pr_fail(err, PR_EINVAL,
			"a tolerance of type probe needs provider.arguments as a mapping, "
			"which takes the probe's value");
	return pr_json_set(arguments, "value", json_incref(output), err);
}

bool pr_tolerance_probe_met(const json_t *output)
{
	return pr_value_truthy(output);
}
