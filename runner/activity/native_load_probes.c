#include "activity/native_modules.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

/* What is compared: the field of the entry, and what was expected of it. */
typedef int compare_fn(const json_t *found, const json_t *expected, bool *ret_met);

static int is_equal(const json_t *found, const json_t *expected, bool *ret_met)
{
	*ret_met = pr_value_equal(found, expected);
	return 0;
}

static int is_less(const json_t *found, const json_t *expected, bool *ret_met)
{
	int order;

	if (!pr_value_compare(found, expected, &order))
		return PR_EINVAL;
	*ret_met = order < 0;
	return 0;
}

static int is_greater(const json_t *found, const json_t *expected, bool *ret_met)
{
	int order;

	if (!pr_value_compare(found, expected, &order))
		return PR_EINVAL;
	*ret_met = order > 0;
	return 0;
}

/* The entry of that name; the first one without a name. */
static const json_t *find_entry(const json_t *entries, const char *name)
{
	for (size_t i = 0; name && i < json_array_size(entries); i++)
		if (pr_text_eq(pr_json_str(json_array_get(entries, i), "name"), name))
			return json_array_get(entries, i);
	return name ? NULL : json_array_get(entries, 0);
}

static int read_results(const struct pr_native_call *call, json_t **ret_entries, struct pr_err *err)
{
	const char *path = json_string_value(pr_native_get(call, "result_filepath"));
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(call->env.limits->document_bytes);
	int rc = pr_file_read(path, &text, err);

	if (!rc)
		rc = pr_json_parse(
			pr_buf_str(&text), text.len, path, call->env.limits, ret_entries, err);
	if (!rc && !json_is_array(*ret_entries))
		return pr_fail(err, PR_EINVAL, "%s has no list of load test results", path);
	return rc;
}

/* int(expect), which upstream does where it takes the first entry. Caller owns. */
static json_t *expected_of(const struct pr_native_call *call)
{
	const json_t *expect = pr_native_get(call, "expect");
	int64_t number = 0;

	if (json_is_string(expect) && !pr_native_text(call, "result_item_name") &&
		pr_text_int64(json_string_value(expect), &number, NULL) == 0)
		return json_integer(number);
	return json_incref(pr_json_mutable(expect));
}

static int judge_entry(const struct pr_native_call *call, const json_t *entry, compare_fn *compare,
	bool *ret_met, struct pr_err *err)
{
	const char *field = json_string_value(pr_native_get(call, "field"));
	const json_t *found = json_object_get(entry, field);
	json_auto_t *expected = expected_of(call);

	if (!found)
		return pr_fail(
			err, PR_EINVAL, "the result of the load test has no field '%s'", field);
	if (compare(found, expected, ret_met))
		return pr_fail(err, PR_EINVAL,
			"the field '%s' of the load test's result is of kind %s and cannot be "
			"compared",
			field, pr_json_kind(found));
	return 0;
}

static int judge_field(const struct pr_native_call *call, compare_fn *compare, json_t **ret_output,
	struct pr_err *err)
{
	const char *name = pr_native_text(call, "result_item_name");
	json_auto_t *entries = NULL;
	const json_t *entry;
	bool met = false;
	int rc;

	if (!pr_file_exists(json_string_value(pr_native_get(call, "result_filepath")))) {
		*ret_output = json_incref(
			pr_json_mutable(pr_native_get(call, "pass_if_file_is_missing")));
		return 0;
	}
	rc = read_results(call, &entries, err);
	if (rc)
		return rc;
	entry = find_entry(entries, name);
	if (!entry && !name)
		return pr_fail(err, PR_EINVAL, "the load test has no result");
	if (entry)
		rc = judge_entry(call, entry, compare, &met, err);
	*ret_output = json_boolean(met);
	return rc;
}

static int judge_be(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	return judge_field(call, is_equal, ret_output, err);
}

static int judge_less(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	return judge_field(call, is_less, ret_output, err);
}

static int judge_greater(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	return judge_field(call, is_greater, ret_output, err);
}

/* Upstream looks the result up by the name of its variable and so never finds it. */
static int judge_percentile(
	const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	const json_t *result = json_object_get(
		call->env.load_results, json_string_value(pr_native_get(call, "test_name")));
	const json_t *found =
		json_object_get(json_object_get(result, "latencyPercentilesSuccessful"),
			json_string_value(pr_native_get(call, "percentile")));
	int order = 1;

	(void)err;
	*ret_output = json_boolean(
		pr_value_truthy(found) &&
		pr_value_compare(found, pr_native_get(call, "lower_than"), &order) && order <= 0);
	return 0;
}

static const struct pr_native_parameter field_parameters[] = {
	{"result_filepath", PR_NATIVE_TEXT, NULL},
	{"field", PR_NATIVE_TEXT, NULL},
	{"expect", PR_NATIVE_NUMBER | PR_NATIVE_TEXT, NULL},
	{"result_item_name", PR_NATIVE_TEXT | PR_NATIVE_NULL, "null"},
	{"pass_if_file_is_missing", PR_NATIVE_ANY, "true"},
};

static const struct pr_native_parameter percentile_parameters[] = {
	{"lower_than", PR_NATIVE_NUMBER, NULL},
	{"percentile", PR_NATIVE_TEXT, "\"p99\""},
	{"test_name", PR_NATIVE_TEXT, "\"load test\""},
};

static const struct pr_native_function probes[] = {
	{.name = "load_test_result_field_should_be",
		.parameters = field_parameters,
		.parameter_count = PR_LEN(field_parameters),
		.judge = judge_be},
	{.name = "load_test_result_field_should_be_less_than",
		.parameters = field_parameters,
		.parameter_count = PR_LEN(field_parameters),
		.judge = judge_less},
	{.name = "load_test_result_field_should_be_greater_than",
		.parameters = field_parameters,
		.parameter_count = PR_LEN(field_parameters),
		.judge = judge_greater},
	{.name = "verify_latency_percentile_from_load_test",
		.parameters = percentile_parameters,
		.parameter_count = PR_LEN(percentile_parameters),
		.judge = judge_percentile},
};

const struct pr_native_module pr_native_load_probes = {
	.name = "chaosreliably.activities.load.probes",
	.functions = probes,
	.function_count = PR_LEN(probes)};
