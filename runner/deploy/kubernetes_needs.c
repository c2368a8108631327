#include "deploy/kubernetes_needs.h"

#include "base/text.h"
#include "codec/json.h"
#include "kube/resource.h"

#include <stdbool.h>

struct look {
	struct pr_kube_client *client;
	const char *space;
	pr_kubernetes_note_fn *note;
	void *arg;
};

/* One thing that must be there. */
struct need {
	const char *kind;
	const char *name;
	const char *remedy;
};

static void tell_unread(const struct look *look, const struct need *need)
{
	PR_AUTO(free) char *line = pr_text_format(
		"%s '%s' was not looked for: reading it is forbidden", need->kind, need->name);

	if (line && look->note)
		look->note(look->arg, line);
}

/* Fills `result` when it is there and may be read. */
static int find(const struct look *look, const struct need *need, struct pr_kube_result *result,
	struct pr_err *err)
{
	PR_AUTO(free) char *path = pr_kube_path(need->kind, look->space, need->name);
	struct pr_kube_request get = {.method = "GET", .path = path, .repeatable = true};
	int rc = path ? pr_kube_call(look->client, &get, result, err) : pr_fail_nomem(err);

	if (rc && result->status == 403) {
		pr_err_clear(err);
		tell_unread(look, need);
		return 0;
	}
	if (!rc || !pr_kube_is_absent(result))
		return rc;
	pr_err_clear(err);
	if (pr_text_eq(need->kind, "Namespace"))
		return pr_fail(err, PR_ENOTFOUND, "the namespace '%s' does not exist: %s",
			need->name, need->remedy);
	return pr_fail(err, PR_ENOTFOUND, "the namespace '%s' has no %s '%s': %s", look->space,
		need->kind, need->name, need->remedy);
}

static int need(const struct look *look, const char *kind, const char *name, const char *remedy,
	struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	struct need one = {.kind = kind, .name = name, .remedy = remedy};

	return find(look, &one, &result, err);
}

/* The Secret's value is of no interest here. */
static int need_token(
	const struct look *look, const char *name, const char *key, struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	PR_AUTO(free) char *remedy =
		pr_text_format("make it with: kubectl --namespace %s create secret generic %s "
			       "--from-literal=%s=…",
			look->space, name, key);
	struct need one = {.kind = "Secret", .name = name, .remedy = remedy};
	const char *value;
	int rc = remedy ? find(look, &one, &result, err) : pr_fail_nomem(err);

	if (rc || result.status != 200)
		return rc;
	value = pr_json_str(pr_json_object(result.body, "data"), key);
	if (value && *value)
		return 0;
	return pr_fail(err, PR_ENOTFOUND,
		"the Secret '%s' in the namespace '%s' has no key '%s', or an empty one: "
		"--token-key names another",
		name, look->space, key);
}

int pr_kubernetes_check_needs(struct pr_kube_client *client, const struct pr_kubernetes *settings,
	pr_kubernetes_note_fn *note, void *arg, struct pr_err *err)
{
	struct look look = {.client = client, .space = settings->space, .note = note, .arg = arg};
	int rc = need(&look, "Namespace", settings->space,
		"make it, or choose another with --namespace", err);

	if (!rc)
		rc = need_token(&look, settings->token_secret, settings->token_key, err);
	for (size_t i = 0; !rc && i < settings->pull_secret_count; i++)
		rc = need(&look, "Secret", settings->pull_secrets[i],
			"--image-pull-secret names one that exists", err);
	if (!rc && !settings->create_account)
		rc = need(&look, "ServiceAccount", settings->service_account,
			"--create-service-account creates it, --service-account names another",
			err);
	return rc;
}
