#include "activity/native_github.h"

#include "activity/native_values.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "github/api.h"
#include "net/url.h"

#include <string.h>

#define US_PER_S 1000000
#define DATE_LENGTH 10

/* The scope `github` of the secrets, or the secrets themselves where that scope was given. */
static const char *token_of_secrets(const struct pr_native_call *call)
{
	const json_t *secrets = pr_native_get(call, "secrets");
	const char *token = pr_json_str(json_object_get(secrets, "github"), "token");

	return token ? token : pr_json_str(secrets, "token");
}

int pr_github_init(struct pr_native_call *call, struct pr_err *err)
{
	struct pr_github *github = call->state;

	github->token = pr_env_get_set("GITHUB_TOKEN");
	if (!github->token)
		github->token = token_of_secrets(call);
	if (!github->token || !*github->token)
		return pr_fail(err, PR_EINVAL,
			"GitHub activity requires a github token as a secret or via the "
			"GITHUB_TOKEN environment variable");
	return pr_redact_add(github->token, err);
}

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct pr_native_call *call = arg;
	const struct pr_github *github = call->state;
	json_auto_t *answer = NULL;
	struct pr_err err = PR_ERR_INIT;
	int rc = 0;

	if (response->failure != PR_HTTP_NONE) {
		pr_native_raise(call, response->detail);
		return;
	}
	if (response->status > 399)
		rc = pr_fail(&err, PR_EPROTO, "%s: GitHub answered %ld", github->failure,
			response->status);
	else if (response->body.len)
		rc = pr_json_parse(response->body.ptr, response->body.len, "GitHub's answer",
			call->env.limits, &answer, &err);
	if (!rc)
		rc = github->then(call, answer, &err);
	if (rc)
		pr_native_raise(call, err.msg);
}

int pr_github_send(struct pr_native_call *call, const char *method, const struct pr_buf *path,
	pr_github_fn *then, struct pr_err *err)
{
	struct pr_github *github = call->state;
	const char *api = pr_env_get_set("GITHUB_API_URL");
	PR_AUTO(free) char *url =
		pr_text_format("%s%s", api ? api : PR_GITHUB_API_DEFAULT, pr_buf_str(path));
	PR_AUTO(free) char *bearer = pr_text_format("Bearer %s", github->token);
	struct pr_http_header headers[PR_GITHUB_API_HEADERS];
	const struct pr_http_request request = {
		.method = method, .url = url, .headers = headers, .header_count = PR_LEN(headers)};

	if (!url || !bearer || path->status)
		return pr_fail_nomem(err);
	pr_github_api_headers(bearer, headers);
	github->then = then;
	return pr_native_fetch_start(&github->fetch, &call->env, &request, on_answer, call, err);
}

void pr_github_add_repo(const struct pr_native_call *call, struct pr_buf *path)
{
	const char *repo = json_string_value(pr_native_get(call, "repo"));
	const char *host = strstr(repo, "://");

	if (host)
		repo = host[3 + strcspn(host + 3, "/")] ? host + 3 + strcspn(host + 3, "/") : "";
	repo += strspn(repo, "/");
	pr_buf_adds(path, "/repos");
	while (*repo) {
		size_t n = strcspn(repo, "/");

		pr_buf_addc(path, '/');
		pr_url_encode(repo, n, path);
		repo += n + strspn(repo + n, "/");
	}
}

void pr_github_add_query(struct pr_buf *path, const char *name, const char *value)
{
	if (!value)
		return;
	pr_buf_addf(path, "%c%s=", strchr(pr_buf_str(path), '?') ? '&' : '?', name);
	pr_url_encode(value, strlen(value), path);
}

void pr_github_add_run_filter(const struct pr_native_call *call, struct pr_buf *path)
{
	pr_github_add_query(path, "branch", pr_native_text(call, "branch"));
	pr_github_add_query(path, "event", pr_native_text(call, "event"));
	pr_github_add_query(path, "actor", pr_native_text(call, "actor"));
	pr_github_add_query(path, "exclude_pull_requests",
		pr_native_truthy(call, "exclude_pull_requests") ? "true" : "false");
	pr_github_add_query(path, "page", "1");
}

int pr_github_window(const struct pr_native_call *call, int64_t *ret_wall_us, struct pr_err *err)
{
	int64_t seconds;
	int rc =
		pr_native_duration(json_string_value(pr_native_get(call, "window")), &seconds, err);
	int64_t now_us = pr_loop_wall_us(call->env.loop);

	if (rc)
		return rc;
	if (seconds > now_us / US_PER_S || seconds < 0)
		return pr_fail(err, PR_EINVAL, "the window must be between now and 1970");
	*ret_wall_us = now_us - seconds * US_PER_S;
	return 0;
}

void pr_github_add_created(struct pr_buf *path, int64_t start_us)
{
	char stamp[PR_STAMP_SIZE];
	char created[DATE_LENGTH + 2];

	pr_stamp_iso(stamp, start_us);
	pr_text_print(created, sizeof created, ">%.*s", DATE_LENGTH, stamp);
	pr_github_add_query(path, "created", created);
}

void pr_github_release(struct pr_native_call *call)
{
	struct pr_github *github = call->state;

	pr_native_fetch_release(&github->fetch);
}
