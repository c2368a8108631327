#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "kube/cluster_private.h"
#include "kube/exec.h"
#include "kube/token.h"

#include <string.h>

/* A text of the entry, copied into the cluster; a secret one is registered. */
static int copy_text(const struct pr_kube_entry *user, const char *key, bool secret,
	char **ret_text, struct pr_err *err)
{
	const char *text = NULL;
	int rc = pr_kube_entry_text(user, key, &text, err);
	struct pr_err problem = PR_ERR_INIT;

	if (rc || !text)
		return rc;
	if (pr_kube_token_check(text, key, &problem))
		return pr_kube_entry_fail(user, err, "cannot be used: %s", problem.msg);
	*ret_text = pr_text_dup(text);
	if (!*ret_text)
		return pr_fail_nomem(err);
	return secret ? pr_redact_add(text, err) : 0;
}

/* What we do not do, and would be wrong to pass over. */
static int refuse_impersonation(const struct pr_kube_entry *user, struct pr_err *err)
{
	static const char *const keys[] = {"as", "as-uid", "as-groups", "as-user-extra"};

	for (size_t i = 0; i < PR_LEN(keys); i++) {
		const json_t *value = json_object_get(user->value, keys[i]);

		if (json_string_length(value) || json_array_size(value) || json_object_size(value))
			return pr_kube_entry_fail(user, err,
				"asks for impersonation ('%s'), which is not done: take a context "
				"with a user of its own",
				keys[i]);
	}
	return 0;
}

static const struct {
	const char *name;
	const char *remedy;
} providers[] = {
	{"gcp", "install gke-gcloud-auth-plugin and have gcloud write the kubeconfig anew"},
	{"azure", "have kubelogin convert the kubeconfig"},
	{"oidc", "use an exec plugin for OpenID Connect, or a token"},
};

static int refuse_provider(const struct pr_kube_entry *user, struct pr_err *err)
{
	const json_t *provider = pr_json_object(user->value, "auth-provider");
	const char *name = pr_json_str(provider, "name");
	const char *remedy = "use an exec plugin, a token or a client certificate";

	if (!provider)
		return 0;
	for (size_t i = 0; i < PR_LEN(providers); i++)
		if (pr_text_eq(name, providers[i].name))
			remedy = providers[i].remedy;
	return pr_kube_entry_fail(user, err,
		"has the auth-provider '%s', which is not supported: %s", name ? name : "", remedy);
}

static int check_key(
	const struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err)
{
	if (!cluster->certificate != !cluster->key)
		return pr_kube_entry_fail(user, err, "has a client-%s without a client-%s",
			cluster->key ? "key" : "certificate", cluster->key ? "certificate" : "key");
	if (cluster->key && strstr(cluster->key, "ENCRYPTED"))
		return pr_kube_entry_fail(user, err,
			"has a client-key with a pass phrase, for which nobody can be asked");
	return 0;
}

static int load_certificate(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err)
{
	int rc = pr_kube_entry_pem(user, "client-certificate", &cluster->certificate, err);

	rc = rc ? rc : pr_kube_entry_pem(user, "client-key", &cluster->key, err);
	rc = rc ? rc : pr_redact_add(cluster->key, err);
	rc = rc ? rc : pr_redact_add(pr_json_str(user->value, "client-key-data"), err);
	return rc ? rc : check_key(cluster, user, err);
}

static int load_token(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err)
{
	PR_AUTO(free) char *token = NULL;
	int rc = pr_kube_entry_path(user, "tokenFile", &cluster->token_file, err);

	if (rc)
		return rc;
	if (!cluster->token_file)
		return copy_text(user, "token", true, &cluster->token, err);
	rc = pr_kube_token_read(cluster->token_file, &token, err);
	return rc ? pr_wrap(err, "'%s': user '%s': tokenFile", user->file->shown, user->name) : 0;
}

static int load_login(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err)
{
	int rc = copy_text(user, "username", false, &cluster->username, err);

	rc = rc ? rc : copy_text(user, "password", true, &cluster->password, err);
	if (rc || (!cluster->username && !cluster->password))
		return rc;
	if (!cluster->username)
		return pr_kube_entry_fail(user, err, "has a password without a username");
	if (strchr(cluster->username, ':'))
		return pr_kube_entry_fail(user, err, "has a username with a colon");
	if (cluster->token || cluster->token_file)
		return pr_kube_entry_fail(
			user, err, "has both a token and a username: remove one of the two");
	return 0;
}

static void warn_exposed(const struct pr_kube_entry *user)
{
	static const char *const keys[] = {"token", "password", "client-key-data"};

	for (size_t i = 0; i < PR_LEN(keys) && user->file->exposed; i++) {
		if (!pr_json_str(user->value, keys[i]))
			continue;
		pr_warn("'%s' holds credentials, and others can read it: chmod go-r",
			user->file->shown);
		return;
	}
}

int pr_kube_user_load(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err)
{
	const json_t *exec = json_object_get(user->value, "exec");
	int rc = refuse_impersonation(user, err);

	rc = rc ? rc : refuse_provider(user, err);
	rc = rc ? rc : load_certificate(cluster, user, err);
	rc = rc ? rc : load_token(cluster, user, err);
	rc = rc ? rc : load_login(cluster, user, err);
	if (rc)
		return rc;
	warn_exposed(user);
	if (!exec || json_is_null(exec) || cluster->token || cluster->token_file ||
		cluster->username || cluster->certificate)
		return 0;
	return pr_kube_exec_load(cluster, user, err);
}
