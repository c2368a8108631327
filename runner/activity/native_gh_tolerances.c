#include "activity/native_modules.h"
#include "activity/native_values.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#include <math.h>

/* float(argument) */
static int read_number(
	const struct pr_native_call *call, const char *name, double *ret_number, struct pr_err *err)
{
	const json_t *given = pr_native_get(call, name);

	if (pr_value_number(given, ret_number))
		return 0;
	if (json_is_string(given) &&
		pr_text_double(json_string_value(given), ret_number, NULL) == 0)
		return 0;
	return pr_fail(
		err, PR_EINVAL, "argument '%s' of %s must be a number", name, call->function->name);
}

/* Below zero, zero or above: how the value lies to the target. */
static int compare(const struct pr_native_call *call, int *ret_order, struct pr_err *err)
{
	double target = 0;
	double value = 0;
	int rc = read_number(call, "target", &target, err);

	if (rc)
		return rc;
	if (!pr_value_number(pr_native_get(call, "value"), &value))
		return pr_fail(err, PR_EINVAL,
			"TypeError: a ratio must be a number, it is of kind %s",
			pr_json_kind(pr_native_get(call, "value")));
	*ret_order = (value > target) - (value < target);
	return 0;
}

static int judge_under(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	int order = 0;
	int rc = compare(call, &order, err);

	*ret_output = json_boolean(order < 0);
	return rc;
}

static int judge_above(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	int order = 0;
	int rc = compare(call, &order, err);

	*ret_output = json_boolean(order > 0);
	return rc;
}

static int judge_under_or_equal(
	const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	int order = 0;
	int rc = compare(call, &order, err);

	*ret_output = json_boolean(order <= 0);
	return rc;
}

static int judge_above_or_equal(
	const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	int order = 0;
	int rc = compare(call, &order, err);

	*ret_output = json_boolean(order >= 0);
	return rc;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The quantile between the two numbers next to it. */
static int quantile(const json_t *list, double part, double *ret_quantile, struct pr_err *err)
{
	size_t n = json_array_size(list);
	PR_AUTO(free) double *numbers = calloc(n ? n : 1, sizeof *numbers);
	double at = part * (double)(n - 1);
	size_t low = (size_t)floor(at);

	if (!numbers)
		return pr_fail_nomem(err);
	for (size_t i = 0; i < n; i++)
		if (!pr_value_number(json_array_get(list, i), &numbers[i]))
			return pr_fail(
				err, PR_EINVAL, "TypeError: the value must be a list of numbers");
	qsort(numbers, n, sizeof *numbers, ascending);
	*ret_quantile = numbers[low];
	if (low + 1 < n)
		*ret_quantile += (numbers[low + 1] - numbers[low]) * (at - (double)low);
	return 0;
}

static int judge_percentile(
	const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	const json_t *value = pr_native_get(call, "value");
	double part = 0;
	double found = 0;
	int64_t seconds = 0;
	int rc = read_number(call, "percentile", &part, err);

	if (rc)
		return rc;
	if (!(part >= 0 && part <= 1))
		return pr_fail(err, PR_EINVAL,
			"`percentile` of the `percentile_under` tolerance must be between 0 and 1");
	*ret_output = json_true();
	if (!pr_value_truthy(value))
		return 0;
	if (!json_is_array(value))
		return pr_fail(err, PR_EINVAL, "TypeError: the value must be a list of numbers");
	rc = pr_native_duration(json_string_value(pr_native_get(call, "duration")), &seconds, err);
	if (!rc)
		rc = quantile(value, part, &found, err);
	*ret_output = json_boolean(found <= (double)seconds);
	return rc;
}

#define NUMBER (PR_NATIVE_NUMBER | PR_NATIVE_TEXT)

static const struct pr_native_parameter ratio_parameters[] = {
	{"target", NUMBER, NULL},
	{"value", PR_NATIVE_ANY, "0.0"},
};

static const struct pr_native_parameter percentile_parameters[] = {
	{"percentile", NUMBER, NULL},
	{"duration", PR_NATIVE_TEXT, "\"1d\""},
	{"value", PR_NATIVE_ANY, "null"},
};

#define RATIO(function_name, function)                       \
	{.name = (function_name),                            \
		.parameters = ratio_parameters,              \
		.parameter_count = PR_LEN(ratio_parameters), \
		.judge = (function)}

static const struct pr_native_function tolerances[] = {
	RATIO("ratio_under", judge_under),
	RATIO("ratio_above", judge_above),
	RATIO("ratio_under_or_equal", judge_under_or_equal),
	RATIO("ratio_above_or_equal", judge_above_or_equal),
	{.name = "percentile_under",
		.parameters = percentile_parameters,
		.parameter_count = PR_LEN(percentile_parameters),
		.judge = judge_percentile},
};

const struct pr_native_module pr_native_gh_tolerances = {
	.name = "chaosreliably.activities.gh.tolerances",
	.functions = tolerances,
	.function_count = PR_LEN(tolerances)};
