#include "base/env.h"
#include "base/escape.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "kube/exec_private.h"

#include <string.h>

static int set_text(json_t *object, const char *key, const char *text, struct pr_err *err)
{
	return text ? pr_json_set(object, key, pr_json_text(text, strlen(text)), err) : 0;
}

static int add_cluster(json_t *spec, const struct pr_kube_cluster *cluster, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf ca = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_t *object = json_object();
	int rc = pr_json_set(spec, "cluster", object, err);

	if (cluster->ca)
		pr_escape_base64(cluster->ca, strlen(cluster->ca), false, &ca);
	rc = rc ? rc : set_text(object, "server", cluster->server, err);
	rc = rc ? rc : set_text(object, "tls-server-name", cluster->server_name, err);
	rc = rc ? rc : set_text(object, "proxy-url", cluster->proxy, err);
	if (!rc && cluster->insecure)
		rc = pr_json_set(object, "insecure-skip-tls-verify", json_true(), err);
	if (!rc && ca.len)
		rc = set_text(object, "certificate-authority-data", pr_buf_str(&ca), err);
	return rc;
}

/* "KUBERNETES_EXEC_INFO=…". Caller frees. */
static int make_info(const struct pr_kube_exec *exec, const struct pr_kube_cluster *cluster,
	char **ret_text, struct pr_err *err)
{
	json_auto_t *info = json_pack("{s:s, s:s, s:{s:b}}", "apiVersion", exec->version, "kind",
		"ExecCredential", "spec", "interactive", 0);
	PR_AUTO(free) char *line = NULL;
	int rc = info ? 0 : pr_fail_nomem(err);

	if (!rc && json_is_true(json_object_get(exec->spec, "provideClusterInfo")))
		rc = add_cluster(pr_json_object(info, "spec"), cluster, err);
	if (rc)
		return rc;
	line = pr_json_line(info);
	*ret_text = line ? pr_text_format("KUBERNETES_EXEC_INFO=%s", line) : NULL;
	return *ret_text ? 0 : pr_fail_nomem(err);
}

/* Whether one of the `n` texts sets the variable that `text` sets. */
static bool is_set(char *const *env, size_t n, const char *text)
{
	size_t name = strcspn(text, "=") + 1;

	for (size_t i = 0; i < n; i++)
		if (strncmp(env[i], text, name) == 0)
			return true;
	return false;
}

static int add_own(struct pr_kube_exec *exec, const json_t *list, size_t *n, struct pr_err *err)
{
	size_t i;
	json_t *item;

	json_array_foreach (pr_json_mutable(list), i, item) {
		const char *name = pr_json_str(item, "name");
		const char *value = pr_json_str(item, "value");

		if (!name || !*name || strchr(name, '=') || !value)
			return pr_kube_entry_fail(
				exec->user, err, "has an 'env' that is no list of name and value");
		exec->env[*n] = pr_text_format("%s=%s", name, value);
		if (!exec->env[(*n)++])
			return pr_fail_nomem(err);
	}
	return 0;
}

int pr_kube_exec_environment(
	struct pr_kube_exec *exec, const struct pr_kube_cluster *cluster, struct pr_err *err)
{
	const json_t *list = json_object_get(exec->spec, "env");
	char *const *all = pr_env_all();
	size_t n = 0;
	size_t own;
	size_t count = 0;
	int rc;

	while (all[count])
		count++;
	exec->env = calloc(count + json_array_size(list) + 2, sizeof *exec->env);
	if (!exec->env)
		return pr_fail_nomem(err);
	rc = make_info(exec, cluster, &exec->env[n], err);
	if (rc)
		return rc;
	n++;
	rc = add_own(exec, list, &n, err);
	own = n;
	for (size_t i = 0; i < count && !rc; i++) {
		if (is_set(exec->env, own, all[i]))
			continue;
		exec->env[n] = pr_text_dup(all[i]);
		if (!exec->env[n++])
			rc = pr_fail_nomem(err);
	}
	return rc;
}
