#include "activity/native_fetch.h"
#include "activity/native_modules.h"
#include "base/log.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

/* In all: an endpoint whose answer never comes to its end must not hold up a run for ever. */
#define TOTAL_MS 10000

/* Why the endpoint objects: what its documentation calls `reason` and its users call `error`. */
static void tell_refusal(const json_t *answer)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const json_t *why = json_object_get(answer, "error");

	if (!why)
		why = json_object_get(answer, "reason");
	if (why)
		pr_value_str(why, &text);
	pr_critical("Safeguard endpoint returned with an error: %s",
		why ? pr_buf_str(&text) : "it gave no reason");
}

static void judge_body(struct pr_native_call *call, const struct pr_http_response *response)
{
	json_auto_t *answer = NULL;
	struct pr_err err = PR_ERR_INIT;
	bool ok;

	if (pr_json_parse(response->body.ptr, response->body.len, "the answer of the safeguard",
		    call->env.limits, &answer, &err)) {
		pr_native_raise(call, err.msg);
		return;
	}
	if (!json_is_object(answer)) {
		pr_native_raise(call, "the answer of the safeguard is no JSON object");
		return;
	}
	ok = pr_value_truthy(json_object_get(answer, "ok"));
	if (!ok)
		tell_refusal(answer);
	pr_native_return(call, json_boolean(ok));
}

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct pr_native_call *call = arg;

	if (response->failure != PR_HTTP_NONE) {
		pr_native_raise(call, response->detail);
	} else if (response->status != 200) {
		pr_critical("Safeguard endpoint returned a non 200 response");
		pr_native_return(call, json_false());
	} else {
		judge_body(call, response);
	}
}

static int safeguard_start(struct pr_native_call *call, struct pr_err *err)
{
	const char *auth = pr_native_text(call, "auth");
	const struct pr_http_header header = {.name = "Authorization", .value = auth};
	const struct pr_http_request request = {.method = "GET",
		.url = json_string_value(pr_native_get(call, "url")),
		.headers = &header,
		.header_count = auth ? 1 : 0,
		.total_ms = TOTAL_MS};

	return pr_native_fetch_start(call->state, &call->env, &request, on_answer, call, err);
}

static void safeguard_release(struct pr_native_call *call)
{
	pr_native_fetch_release(call->state);
}

static const struct pr_native_parameter parameters[] = {
	{"url", PR_NATIVE_TEXT, NULL},
	{"auth", PR_NATIVE_TEXT | PR_NATIVE_NULL, "null"},
	{"configuration", PR_NATIVE_ANY, "null"},
	{"secrets", PR_NATIVE_ANY, "null"},
};

static const struct pr_native_function functions[] = {
	{.name = "call_endpoint",
		.parameters = parameters,
		.parameter_count = PR_LEN(parameters),
		.start = safeguard_start,
		.release = safeguard_release,
		.state_size = sizeof(struct pr_native_fetch)},
};

const struct pr_native_module pr_native_safeguard_probes = {
	.name = "chaosreliably.activities.safeguard.probes",
	.functions = functions,
	.function_count = PR_LEN(functions)};
