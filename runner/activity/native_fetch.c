#include "activity/native_fetch.h"

#define HTTPX_TIMEOUT_MS 5000

int pr_native_fetch_start(struct pr_native_fetch *fetch, const struct pr_activity_env *env,
	const struct pr_http_request *request, pr_http_fn *fn, void *arg, struct pr_err *err)
{
	const struct pr_http_policy policy = {
		.verify_tls = true, .ca_file = env->ca_file, .keep_alive = true};
	struct pr_http_request sent = *request;
	int rc = 0;

	sent.connect_ms = HTTPX_TIMEOUT_MS;
	sent.idle_ms = HTTPX_TIMEOUT_MS;
	sent.body_max = env->limits->body_bytes;
	sent.compressed = true;
	pr_http_call_free(pr_steal(fetch->call));
	if (!fetch->client)
		rc = pr_http_client_new(env->loop, &policy, &fetch->client, err);
	return rc ? rc : pr_http_start(fetch->client, &sent, fn, arg, &fetch->call, err);
}

void pr_native_fetch_release(struct pr_native_fetch *fetch)
{
	pr_http_call_free(pr_steal(fetch->call));
	pr_http_client_free(pr_steal(fetch->client));
}
