#include "base/clock.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "kube/exec_private.h"
#include "kube/token.h"

#include <string.h>

static const struct pr_limits limits = {
	.document_bytes = (size_t)1 << 20, .depth = 32, .alias_nodes = 0};

static int fail(const struct pr_kube_exec *exec, struct pr_err *err, const char *what)
{
	return pr_fail(err, PR_EAUTH, "'%s': user '%s': the program '%s' %s", exec->shown,
		exec->name, exec->command, what);
}

/* When they end. */
static int read_end(const struct pr_kube_exec *exec, const json_t *status, int64_t wall_us,
	int64_t *ret_us, struct pr_err *err)
{
	const json_t *end = json_object_get(status, "expirationTimestamp");

	*ret_us = INT64_MAX;
	if (!end || json_is_null(end))
		return 0;
	if (!pr_stamp_read_rfc3339(json_string_value(end), ret_us))
		return fail(exec, err, "gave an expirationTimestamp that is no time");
	return *ret_us > wall_us ? 0 : fail(exec, err, "gave credentials that have ended already");
}

/* A secret text of the status; NULL: it is not there. */
static int take(const json_t *status, const char *key, char **ret_text, struct pr_err *err)
{
	const char *text = pr_json_str(status, key);

	if (!text || !*text)
		return 0;
	*ret_text = pr_text_dup(text);
	return *ret_text ? 0 : pr_fail_nomem(err);
}

static int take_all(const struct pr_kube_exec *exec, const json_t *status,
	struct pr_kube_credentials *credentials, struct pr_err *err)
{
	struct pr_err problem = PR_ERR_INIT;
	int rc = take(status, "token", &credentials->token, err);

	rc = rc ? rc : take(status, "clientCertificateData", &credentials->certificate, err);
	rc = rc ? rc : take(status, "clientKeyData", &credentials->key, err);
	rc = rc ? rc : pr_redact_add(credentials->token, err);
	rc = rc ? rc : pr_redact_add(credentials->key, err);
	if (rc)
		return rc;
	if (!credentials->certificate != !credentials->key)
		return fail(exec, err, "gave a certificate without its key, or a key alone");
	if (!credentials->token && !credentials->key)
		return fail(exec, err, "gave neither a token nor a certificate");
	if (credentials->token && pr_kube_token_check(credentials->token, "its token", &problem))
		return fail(exec, err, "gave a token with a control character");
	return 0;
}

int pr_kube_exec_read(const struct pr_kube_exec *exec, const struct pr_buf *out, int64_t wall_us,
	struct pr_kube_credentials *credentials, struct pr_err *err)
{
	json_auto_t *value = NULL;
	const json_t *status;
	int rc;

	if (pr_json_parse(pr_buf_str(out), out->len, "its output", &limits, &value, NULL))
		return fail(exec, err, "did not print JSON");
	if (!pr_text_eq(pr_json_str(value, "kind"), "ExecCredential"))
		return fail(exec, err, "printed something else than an ExecCredential");
	if (!pr_text_eq(pr_json_str(value, "apiVersion"), exec->version))
		return fail(exec, err,
			"printed another apiVersion than the kubeconfig asks for: one of the two "
			"is to be updated");
	status = pr_json_object(value, "status");
	if (!status)
		return fail(exec, err, "printed no status: it gives no credentials");
	rc = read_end(exec, status, wall_us, &credentials->end_us, err);
	return rc ? rc : take_all(exec, status, credentials, err);
}
