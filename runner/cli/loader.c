#include "cli/loader.h"

#include "base/env.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "experiment/source.h"
#include "net/http.h"
#include "net/url.h"

#define REDIRECTS_MAX 30
#define CONNECT_MS 30000

struct fetch {
	struct pr_loop *loop;
	const char *url;
	const struct pr_load_options *options;
	json_t *document;
	int rc;
	struct pr_err err;
};

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct fetch *fetch = arg;
	const char *body = pr_buf_str(&response->body);

	if (response->failure != PR_HTTP_NONE)
		fetch->rc = pr_fail(&fetch->err, PR_ENET, "cannot fetch '%s': %s", fetch->url,
			response->detail);
	else if (response->status != 200)
		fetch->rc = pr_fail(&fetch->err, PR_EINVAL,
			"Failed to fetch the experiment: %.300s (status %ld of '%s')", body,
			response->status, fetch->url);
	else
		fetch->rc = pr_source_parse_answer(fetch->url, response->content_type, body,
			response->body.len, fetch->options->limits, &fetch->document, &fetch->err);
	pr_loop_stop(fetch->loop);
}

/*
 * The entry of the settings' `auths` for the address; NULL when there is none. What upstream cannot
 * go through, or cannot take type and value of, is refused.
 */
static int find_auth(
	const json_t *settings, const char *netloc, const json_t **ret_auth, struct pr_err *err)
{
	const json_t *auths = json_object_get(settings, "auths");
	const json_t *auth = json_object_get(auths, netloc);
	const json_t *domain;
	bool misplaced = false;
	size_t i;

	json_array_foreach (auths, i, domain)
		misplaced = misplaced || pr_text_eq(json_string_value(domain), netloc);
	if (misplaced || (auths && !json_is_object(auths) && !json_is_array(auths) &&
				 !json_is_string(auths)))
		return pr_fail(err, PR_EINVAL,
			"'auths' in the settings must be a mapping by domain, not %s",
			pr_json_kind(auths));
	if (auth && (!json_object_get(auth, "type") || !json_object_get(auth, "value")))
		return pr_fail(err, PR_EINVAL,
			"'auths' in the settings must give a type and a value for '%s'", netloc);
	*ret_auth = auth;
	return 0;
}

static int settings_authorization(
	const char *url, const json_t *settings, char **ret_value, struct pr_err *err)
{
	PR_AUTO(free) char *netloc = pr_url_netloc(url);
	PR_AUTO(buf) struct pr_buf type = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf value = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const json_t *auth = NULL;
	int rc = find_auth(settings, netloc ? netloc : "", &auth, err);

	if (rc || !auth)
		return rc;
	pr_value_str(json_object_get(auth, "type"), &type);
	pr_value_str(json_object_get(auth, "value"), &value);
	*ret_value = pr_text_format("%s %s", pr_buf_str(&type), pr_buf_str(&value));
	return *ret_value ? pr_redact_add(pr_buf_str(&value), err) : pr_fail_nomem(err);
}

/* `Authorization` for the address: of the environment, else of the settings (docs/engine.md 1.5).
 */
static int authorization(
	const char *url, const json_t *settings, char **ret_value, struct pr_err *err)
{
	const char *token = pr_env_get_set("CHAOSTOOLKIT_LOADER_AUTH_BEARER_TOKEN");
	PR_AUTO(free) char *copy = pr_text_dup(token);

	*ret_value = NULL;
	if (!token)
		return settings_authorization(url, settings, ret_value, err);
	*ret_value = pr_text_format("bearer %s", copy ? pr_text_trim(copy) : "");
	return *ret_value ? pr_redact_add(copy, err) : pr_fail_nomem(err);
}

static int fetch_url(struct fetch *fetch, const char *authorization_value, struct pr_err *err)
{
	struct pr_http_header headers[] = {{"Accept", "application/json, application/x-yaml"},
		{"Authorization", authorization_value}};
	struct pr_http_policy policy = {
		.verify_tls = fetch->options->verify_tls, .ca_file = fetch->options->ca_file};
	struct pr_http_request request = {.method = "GET",
		.url = fetch->url,
		.headers = headers,
		.header_count = authorization_value ? 2 : 1,
		.connect_ms = CONNECT_MS,
		.body_max = fetch->options->limits->document_bytes,
		.redirects = REDIRECTS_MAX,
		.compressed = true,
		.netrc = true,
		.interim = true};
	struct pr_http_client *client = NULL;
	struct pr_http_call *call = NULL;
	int rc = pr_http_client_new(fetch->loop, &policy, &client, err);

	if (!rc)
		rc = pr_http_start(client, &request, on_answer, fetch, &call, err);
	if (!rc)
		rc = pr_loop_run(fetch->loop, err);
	pr_http_client_free(client);
	return rc;
}

static int load_url(struct pr_loop *loop, const char *url, const struct pr_load_options *options,
	json_t **ret_document, struct pr_err *err)
{
	struct fetch fetch = {.loop = loop, .url = url, .options = options, .rc = PR_ECANCELED};
	PR_AUTO(free) char *value = NULL;
	int rc = authorization(url, options->settings, &value, err);

	if (!rc)
		rc = fetch_url(&fetch, value, err);
	if (rc)
		return rc;
	if (fetch.rc)
		return pr_fail(err, fetch.err.code ? fetch.err.code : PR_ECANCELED, "%s",
			fetch.err.code ? fetch.err.msg : "interrupted");
	*ret_document = fetch.document;
	return 0;
}

int pr_load_source(struct pr_loop *loop, const char *source, const struct pr_load_options *options,
	json_t **ret_document, struct pr_err *err)
{
	enum pr_source_kind kind;
	int rc = pr_source_classify(source, &kind, err);

	if (rc)
		return rc;
	if (kind == PR_SOURCE_FILE)
		return pr_source_read_file(source, options->limits, ret_document, err);
	return load_url(loop, source, options, ret_document, err);
}
