#include "activity/http.h"

#include "activity/http_exchange.h"
#include "activity/refusal.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

struct http {
	struct pr_activity_call call;
	struct pr_http_exchange exchange;
	struct pr_http_client *client; /* one a call: no cookies or connections are shared */
	struct pr_http_call *http_call;
	int64_t retries_left;
	bool has_tolerance;
	pr_activity_fn *fn;
	void *arg;
};

static void http_validate(
	const json_t *activity, const struct pr_place *place, struct pr_findings *findings)
{
	const json_t *provider = json_object_get(activity, "provider");
	const json_t *headers = json_object_get(provider, "headers");

	if (!pr_value_truthy(json_object_get(provider, "url")))
		pr_findings_add(
			findings, PR_FINDING_ERROR, place, "a HTTP activity must have a URL");
	if (pr_value_truthy(headers) && !json_is_object(headers))
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"a HTTP activities expect headers as a mapping");
}

static void end(const struct http *http, enum pr_outcome_kind kind, const char *message)
{
	struct pr_outcome outcome = {.kind = kind, .message = message};

	http->fn(http->arg, &outcome);
}

static void succeed(const struct http *http, const struct pr_http_response *response)
{
	json_auto_t *output = NULL;
	struct pr_err err = PR_ERR_INIT;
	struct pr_outcome outcome = {.kind = PR_OUTCOME_SUCCEEDED};

	if (pr_http_exchange_output(response, &output, &err)) {
		end(http, PR_OUTCOME_CRASHED, err.msg);
		return;
	}
	if (response->status > 399 && !http->has_tolerance)
		pr_warn("This HTTP call returned a response with a HTTP status code above 400. "
			"This may "
			"indicate some error and not what you expected. Please have a look at the "
			"logs.");
	outcome.output = output;
	http->fn(http->arg, &outcome);
}

static bool is_connection_failure(enum pr_http_failure failure)
{
	return failure == PR_HTTP_CONNECT || failure == PR_HTTP_TLS ||
	       failure == PR_HTTP_CONNECT_TIMEOUT;
}

/* What was sent may be sent again only where that cannot act twice; as urllib3's list has it. */
static bool is_idempotent(const char *method)
{
	static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};

	return pr_text_index(method, methods, PR_LEN(methods)) >= 0;
}

static bool may_retry(const struct http *http, const struct pr_http_response *response)
{
	if (http->retries_left <= 0)
		return false;
	if (is_connection_failure(response->failure) && !response->sent)
		return true;
	return (is_connection_failure(response->failure) ||
		       response->failure == PR_HTTP_READ_TIMEOUT) &&
	       is_idempotent(http->exchange.method);
}

static void fail(const struct http *http, const struct pr_http_response *response)
{
	PR_AUTO(free) char *message = NULL;
	bool timed_out = response->failure == PR_HTTP_READ_TIMEOUT;
	bool exhausted =
		timed_out && http->exchange.retries > 0 && is_idempotent(http->exchange.method);

	if (timed_out && !exhausted) {
		end(http, PR_OUTCOME_FAILED, "activity took too long to complete");
		return;
	}
	if (response->failure == PR_HTTP_TOO_LARGE) {
		end(http, PR_OUTCOME_FAILED, response->detail);
		return;
	}
	if (!exhausted && !is_connection_failure(response->failure)) {
		end(http, PR_OUTCOME_CRASHED, response->detail);
		return;
	}
	message = pr_text_format("failed to connect to %s: %s",
		pr_json_str(http->exchange.values, "url"),
		exhausted ? "Read timed out." : response->detail);
	end(http, PR_OUTCOME_FAILED, message ? message : "failed to connect");
}

static int send_request(struct http *http, struct pr_err *err);

static void on_response(void *arg, const struct pr_http_response *response)
{
	struct http *http = arg;

	if (response->failure == PR_HTTP_NONE) {
		succeed(http, response);
	} else if (may_retry(http, response)) {
		http->retries_left--;
		if (send_request(http, NULL))
			end(http, PR_OUTCOME_CRASHED, "out of memory");
	} else {
		fail(http, response);
	}
}

static int send_request(struct http *http, struct pr_err *err)
{
	pr_http_call_free(pr_steal(http->http_call));
	return pr_http_start(
		http->client, &http->exchange.request, on_response, http, &http->http_call, err);
}

static void http_release(struct pr_activity_call *call)
{
	struct http *http = pr_container_of(call, struct http, call);

	pr_http_call_free(http->http_call);
	pr_http_client_free(http->client);
	pr_http_exchange_release(&http->exchange);
	free(http);
}

static int begin(const struct pr_activity_env *env, struct http *http, const json_t *provider,
	struct pr_err *err)
{
	int rc = pr_http_exchange_build(provider, &env->scope, &http->exchange, err);

	if (!rc && env->traceparent && *env->traceparent)
		rc = pr_http_exchange_trace(&http->exchange, env->traceparent, err);
	if (rc)
		return rc;
	if (!http->exchange.policy.ca_file)
		http->exchange.policy.ca_file = env->ca_file;
	http->exchange.request.body_max = env->limits->body_bytes;
	http->retries_left = http->exchange.retries;
	rc = pr_http_client_new(env->loop, &http->exchange.policy, &http->client, err);
	return rc ? rc : send_request(http, err);
}

static int http_start(const struct pr_activity_env *env, const json_t *activity, pr_activity_fn *fn,
	void *arg, struct pr_activity_call **ret_call, struct pr_err *err)
{
	struct http *http = calloc(1, sizeof *http);
	struct pr_err problem = PR_ERR_INIT;
	int rc;

	if (!http)
		return pr_fail_nomem(err);
	http->call.provider = &pr_provider_http;
	http->fn = fn;
	http->arg = arg;
	http->has_tolerance = json_object_get(activity, "tolerance") != NULL;
	rc = begin(env, http, json_object_get(activity, "provider"), &problem);
	if (rc) {
		http_release(&http->call);
		if (rc == PR_ENOMEM)
			return pr_fail_nomem(err);
		return pr_refusal_start(env, problem.msg, fn, arg, ret_call, err);
	}
	*ret_call = &http->call;
	return 0;
}

const struct pr_provider pr_provider_http = {
	.type = "http", .validate = http_validate, .start = http_start, .release = http_release};
