#include "kube/cluster.h"

#include "base/env.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "kube/cluster_private.h"
#include "kube/exec.h"
#include "kube/token.h"
#include "net/url.h"

#include <string.h>

void pr_kube_cluster_release(struct pr_kube_cluster *cluster)
{
	free(cluster->origin);
	free(cluster->server);
	free(cluster->space);
	free(cluster->ca);
	free(cluster->server_name);
	free(cluster->proxy);
	free(cluster->certificate);
	free(cluster->key);
	free(cluster->token);
	free(cluster->token_file);
	free(cluster->username);
	free(cluster->password);
	pr_kube_exec_free(cluster->exec);
	memset(cluster, 0, sizeof *cluster);
}

/* An address to which paths are added. */
static int set_server(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *entry, struct pr_err *err)
{
	const char *text = NULL;
	struct pr_err problem = PR_ERR_INIT;
	size_t n;
	int rc = pr_kube_entry_text(entry, "server", &text, err);

	if (rc)
		return rc;
	if (!text)
		return pr_kube_entry_fail(entry, err, "has no 'server'");
	if (pr_url_has_login(text))
		return pr_kube_entry_fail(entry, err,
			"has a 'server' with a login in it: give the user a username and a "
			"password instead");
	if (pr_kube_token_check(text, "server", &problem) || pr_url_check(text, &problem))
		return pr_kube_entry_fail(entry, err, "cannot be used: %s", problem.msg);
	if (strpbrk(text, "?# "))
		return pr_kube_entry_fail(
			entry, err, "has a 'server' with a query or a space in it: '%s'", text);
	for (n = strlen(text); text[n - 1] == '/'; n--)
		;
	cluster->server = pr_text_format("%.*s", (int)n, text);
	return cluster->server ? 0 : pr_fail_nomem(err);
}

/* libcurl's socks5 looks names up here, where they need not be known; kubectl's does not. */
static char *proxy_address(const char *text)
{
	if (pr_text_starts(text, "socks5://"))
		return pr_text_format("socks5h%s", text + strlen("socks5"));
	return pr_text_dup(text);
}

/* The password that a proxy's address may hold, in its spelling there. */
static int redact_login(const char *address, struct pr_err *err)
{
	const char *scheme = strstr(address, "://");
	const char *login = scheme ? scheme + strlen("://") : address;
	const char *end = memrchr(login, '@', strcspn(login, "/?#"));
	const char *colon = end ? memchr(login, ':', (size_t)(end - login)) : NULL;
	PR_AUTO(free) char *password = NULL;

	if (!colon)
		return 0;
	password = pr_text_format("%.*s", (int)(end - colon - 1), colon + 1);
	return password ? pr_redact_add(password, err) : pr_fail_nomem(err);
}

static int set_proxy(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *entry, struct pr_err *err)
{
	static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};
	const char *text = NULL;
	int rc = pr_kube_entry_text(entry, "proxy-url", &text, err);
	bool known = false;

	if (rc || !text)
		return rc;
	if (redact_login(text, err))
		return PR_ENOMEM;
	for (size_t i = 0; i < PR_LEN(schemes); i++)
		known |= pr_text_starts(text, schemes[i]);
	if (!known)
		return pr_kube_entry_fail(entry, err,
			"has a 'proxy-url' that is neither http://…, https://… nor socks5://…: "
			"'%s'",
			text);
	cluster->proxy = proxy_address(text);
	return cluster->proxy ? 0 : pr_fail_nomem(err);
}

static int set_cluster(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *entry, struct pr_err *err)
{
	const char *name = NULL;
	int rc = set_server(cluster, entry, err);

	rc = rc ? rc : set_proxy(cluster, entry, err);
	rc = rc ? rc
		: pr_kube_entry_flag(entry, "insecure-skip-tls-verify", &cluster->insecure, err);
	rc = rc ? rc : pr_kube_entry_pem(entry, "certificate-authority", &cluster->ca, err);
	rc = rc ? rc : pr_kube_entry_text(entry, "tls-server-name", &name, err);
	if (rc)
		return rc;
	if (cluster->insecure && cluster->ca)
		return pr_kube_entry_fail(entry, err,
			"has both 'insecure-skip-tls-verify' and 'certificate-authority': remove "
			"one of the two");
	cluster->server_name = pr_text_dup(name);
	return name && !cluster->server_name ? pr_fail_nomem(err) : 0;
}

/* Plain http to another machine would show credentials to everybody; kubectl sends none either. */
static bool may_send_credentials(const struct pr_kube_cluster *cluster)
{
	return !pr_url_is_plain_http(cluster->server) || pr_url_is_loopback(cluster->server);
}

static int set_user(struct pr_kube_cluster *cluster, const struct pr_kube_config *config,
	const char *name, struct pr_err *err)
{
	struct pr_kube_entry user;
	int rc = pr_kube_config_find(config, "user", name, &user, err);

	if (rc)
		return rc;
	if (may_send_credentials(cluster))
		return pr_kube_user_load(cluster, &user, err);
	pr_warn("%s is not encrypted: the credentials of user '%s' are not sent", cluster->server,
		name);
	return 0;
}

static int set_context(struct pr_kube_cluster *cluster, const struct pr_kube_config *config,
	const struct pr_kube_entry *context, struct pr_err *err)
{
	struct pr_kube_entry entry;
	const char *name = NULL;
	const char *user = NULL;
	const char *space = NULL;
	int rc = pr_kube_entry_text(context, "cluster", &name, err);

	rc = rc ? rc : pr_kube_entry_text(context, "user", &user, err);
	rc = rc ? rc : pr_kube_entry_text(context, "namespace", &space, err);
	if (rc)
		return rc;
	if (!name)
		return pr_kube_entry_fail(context, err, "has no 'cluster'");
	rc = pr_kube_config_find(config, "cluster", name, &entry, err);
	if (rc)
		return rc;
	cluster->origin = pr_text_format("%s, context %s", entry.file->shown, context->name);
	cluster->space = pr_text_dup(space);
	if (!cluster->origin || (space && !cluster->space))
		return pr_fail_nomem(err);
	rc = set_cluster(cluster, &entry, err);
	return rc || !user ? rc : set_user(cluster, config, user, err);
}

/* There is no kubeconfig: says what was looked for. */
static int fail_missing(const struct pr_kube_choice *choice, struct pr_err *err)
{
	const char *list = pr_env_get_set("KUBECONFIG");

	if (choice->context)
		return pr_fail(err, PR_ENOTFOUND,
			"no context '%s': there is no kubeconfig (--kubeconfig, KUBECONFIG, "
			"~/.kube/config)",
			choice->context);
	if (list)
		return pr_fail(err, PR_ENOTFOUND,
			"no cluster is configured: no file of KUBECONFIG ('%s') says which one, "
			"and this is no pod",
			list);
	return pr_fail(err, PR_ENOTFOUND,
		"no cluster is configured: there is no ~/.kube/config, KUBECONFIG is not set, and "
		"this is no pod; give --kubeconfig FILE");
}

static int fail_undecided(const struct pr_kube_config *config, struct pr_err *err)
{
	PR_AUTO(free) char *names = pr_kube_config_names(config, "context");

	return pr_fail(err, PR_EINVAL,
		"'%s' has no current-context: choose with --context among: %s",
		config->files[0].shown, names && *names ? names : "(none)");
}

static int load(struct pr_kube_cluster *cluster, const struct pr_kube_choice *choice,
	const struct pr_kube_config *config, struct pr_err *err)
{
	const char *name = choice->context ? choice->context : pr_kube_config_current(config);
	struct pr_kube_entry context;
	int rc;

	if (pr_kube_config_is_empty(config)) {
		if (choice->kubeconfig)
			return pr_fail(err, PR_EINVAL,
				"'%s' is no kubeconfig: it has no clusters and no contexts",
				choice->kubeconfig);
		if (choice->context || !pr_kube_pod_present())
			return fail_missing(choice, err);
		return pr_kube_pod_load(cluster, PR_KUBE_ACCOUNT_FOLDER, err);
	}
	if (!name)
		return fail_undecided(config, err);
	rc = pr_kube_config_find(config, "context", name, &context, err);
	return rc ? rc : set_context(cluster, config, &context, err);
}

int pr_kube_cluster_load(struct pr_kube_cluster *cluster, const struct pr_kube_choice *choice,
	const struct pr_limits *limits, struct pr_err *err)
{
	struct pr_kube_config config;
	int rc;

	memset(cluster, 0, sizeof *cluster);
	rc = pr_kube_config_read(&config, choice->kubeconfig, limits, err);
	rc = rc ? rc : load(cluster, choice, &config, err);
	pr_kube_config_release(&config);
	return rc;
}
