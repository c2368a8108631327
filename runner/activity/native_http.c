#include "activity/native_fetch.h"
#include "activity/native_modules.h"
#include "base/log.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#define US_PER_S 1e6

struct measure {
	struct pr_native_fetch fetch;
	int64_t start_us;
};

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct pr_native_call *call = arg;
	const struct measure *measure = call->state;
	int64_t taken_us = pr_loop_now_us(call->env.loop) - measure->start_us;

	if (response->failure != PR_HTTP_NONE)
		pr_native_raise(call, response->detail);
	else
		pr_native_return(call, json_real((double)taken_us / US_PER_S));
}

static int measure_start(struct pr_native_call *call, struct pr_err *err)
{
	struct measure *measure = call->state;
	const struct pr_http_request request = {
		.method = "GET", .url = json_string_value(pr_native_get(call, "url"))};

	measure->start_us = pr_loop_now_us(call->env.loop);
	return pr_native_fetch_start(&measure->fetch, &call->env, &request, on_answer, call, err);
}

static void measure_release(struct pr_native_call *call)
{
	struct measure *measure = call->state;

	pr_native_fetch_release(&measure->fetch);
}

static int judge_latency(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	const json_t *value = pr_native_get(call, "value");
	const json_t *latency = pr_native_get(call, "latency");
	int order;

	pr_debug("Verify that response time is under: %g", pr_native_number(call, "latency"));
	if (!pr_value_compare(value, latency, &order))
		return pr_fail(err, PR_EINVAL,
			"TypeError: a response time of kind %s cannot be compared with a latency "
			"of kind %s",
			pr_json_kind(value), pr_json_kind(latency));
	*ret_output = json_boolean(order <= 0);
	return 0;
}

static const struct pr_native_parameter measure_parameters[] = {
	{"url", PR_NATIVE_TEXT, NULL},
};

static const struct pr_native_parameter latency_parameters[] = {
	{"latency", PR_NATIVE_NUMBER, NULL},
	{"value", PR_NATIVE_ANY, "0.0"},
};

static const struct pr_native_function probes[] = {
	{.name = "measure_response_time",
		.parameters = measure_parameters,
		.parameter_count = PR_LEN(measure_parameters),
		.start = measure_start,
		.release = measure_release,
		.state_size = sizeof(struct measure)},
};

static const struct pr_native_function tolerances[] = {
	{.name = "response_time_must_be_under",
		.parameters = latency_parameters,
		.parameter_count = PR_LEN(latency_parameters),
		.judge = judge_latency},
};

const struct pr_native_module pr_native_http_probes = {
	.name = "chaosreliably.activities.http.probes",
	.functions = probes,
	.function_count = PR_LEN(probes)};

const struct pr_native_module pr_native_http_tolerances = {
	.name = "chaosreliably.activities.http.tolerances",
	.functions = tolerances,
	.function_count = PR_LEN(tolerances)};
