#include "activity/native_modules.h"
#include "activity/native_values.h"
#include "base/buf.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "net/dns.h"

struct resolve {
	struct pr_dns_call *dns;
};

static void raise_no_answer(struct pr_native_call *call)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_buf_addf(&text, "no DNS answer for type '%s' on domain '%s' from nameservers ",
		json_string_value(pr_native_get(call, "resolve_type")),
		json_string_value(pr_native_get(call, "domain")));
	pr_value_repr(pr_native_get(call, "nameservers"), &text);
	pr_native_raise(call, pr_buf_str(&text));
}

static void on_result(void *arg, const struct pr_dns_result *result)
{
	struct pr_native_call *call = arg;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *domain = json_string_value(pr_native_get(call, "domain"));

	if (result->failure == PR_DNS_OK) {
		pr_native_return(call, json_incref(result->texts));
		return;
	}
	if (result->failure == PR_DNS_NODATA) {
		raise_no_answer(call);
		return;
	}
	if (result->failure == PR_DNS_NXDOMAIN)
		pr_buf_addf(&text, "The DNS query name does not exist: %s", domain);
	else
		pr_buf_addf(
			&text, "no name server could answer for '%s': %s", domain, result->detail);
	pr_native_raise(call, pr_buf_str(&text));
}

static int resolve_start(struct pr_native_call *call, struct pr_err *err)
{
	struct resolve *resolve = call->state;
	const struct pr_dns_request request = {
		.domain = json_string_value(pr_native_get(call, "domain")),
		.type = json_string_value(pr_native_get(call, "resolve_type")),
		.servers = pr_native_get(call, "nameservers"),
		.fn = on_result,
		.arg = call,
	};

	return pr_dns_start(call->env.loop, &request, &resolve->dns, err);
}

static void resolve_release(struct pr_native_call *call)
{
	struct resolve *resolve = call->state;

	pr_dns_call_free(resolve->dns);
}

static size_t count_of(const json_t *list, const json_t *value)
{
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		count += pr_value_equal(json_array_get(list, i), value);
	return count;
}

/* sorted(a) == sorted(b): every element as often in both. */
static bool same_elements(const json_t *a, const json_t *b)
{
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (count_of(a, json_array_get(a, i)) != count_of(b, json_array_get(a, i)))
			return false;
	return true;
}

static int read_value(
	const struct pr_native_call *call, const json_t **ret_value, struct pr_err *err)
{
	const json_t *value = pr_native_get(call, "value");

	if (pr_value_truthy(value) && !json_is_array(value))
		return pr_fail(err, PR_EINVAL,
			"TypeError: the value must be a list, it is of kind %s",
			pr_json_kind(value));
	*ret_value = value;
	return 0;
}

static int judge_equal(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	const json_t *value = NULL;
	int rc = read_value(call, &value, err);

	*ret_output = json_boolean(same_elements(pr_native_get(call, "expect"), value));
	return rc;
}

static int judge_superset(
	const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	const json_t *value = NULL;
	int rc = read_value(call, &value, err);

	*ret_output = json_boolean(pr_native_contains(value, pr_native_get(call, "expect")));
	return rc;
}

static const struct pr_native_parameter resolve_parameters[] = {
	{"domain", PR_NATIVE_TEXT, NULL},
	{"nameservers", PR_NATIVE_LIST, "[\"8.8.8.8\"]"},
	{"resolve_type", PR_NATIVE_TEXT, "\"A\""},
};

static const struct pr_native_parameter tolerance_parameters[] = {
	{"expect", PR_NATIVE_LIST, NULL},
	{"value", PR_NATIVE_ANY, "null"},
};

static const struct pr_native_function probes[] = {
	{.name = "resolve_name",
		.parameters = resolve_parameters,
		.parameter_count = PR_LEN(resolve_parameters),
		.start = resolve_start,
		.release = resolve_release,
		.state_size = sizeof(struct resolve)},
};

static const struct pr_native_function tolerances[] = {
	{.name = "dns_response_must_be_equal",
		.parameters = tolerance_parameters,
		.parameter_count = PR_LEN(tolerance_parameters),
		.judge = judge_equal},
	{.name = "dns_response_is_superset",
		.parameters = tolerance_parameters,
		.parameter_count = PR_LEN(tolerance_parameters),
		.judge = judge_superset},
};

const struct pr_native_module pr_native_dns_probes = {.name = "chaosreliably.activities.dns.probes",
	.functions = probes,
	.function_count = PR_LEN(probes)};

const struct pr_native_module pr_native_dns_tolerances = {
	.name = "chaosreliably.activities.dns.tolerances",
	.functions = tolerances,
	.function_count = PR_LEN(tolerances)};
