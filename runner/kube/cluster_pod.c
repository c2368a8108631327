#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "kube/cluster_private.h"
#include "kube/token.h"

#include <string.h>

#define FILE_MAX ((size_t)1 << 20)

bool pr_kube_pod_present(void)
{
	return pr_env_get_set("KUBERNETES_SERVICE_HOST") &&
	       pr_env_get_set("KUBERNETES_SERVICE_PORT");
}

/* The trimmed text of a file of the folder. Caller frees. */
static int read_text(const char *folder, const char *name, char **ret_text, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(FILE_MAX);
	PR_AUTO(free) char *path = pr_file_join(folder, name);
	PR_AUTO(free) char *whole = NULL;
	int rc = path ? pr_file_read(path, &text, err) : pr_fail_nomem(err);

	if (rc)
		return rc;
	whole = pr_buf_take(&text);
	*ret_text = whole ? pr_text_dup(pr_text_trim(whole)) : NULL;
	return *ret_text ? 0 : pr_fail_nomem(err);
}

static int set_address(struct pr_kube_cluster *cluster, struct pr_err *err)
{
	const char *host = pr_env_get_set("KUBERNETES_SERVICE_HOST");
	const char *port = pr_env_get_set("KUBERNETES_SERVICE_PORT");

	if (!host || !port)
		return pr_fail(err, PR_ENOTFOUND,
			"this is no pod: KUBERNETES_SERVICE_%s is not set", host ? "PORT" : "HOST");
	cluster->origin = pr_text_dup("the pod's account");
	cluster->server =
		pr_text_format(strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
	return cluster->origin && cluster->server ? 0 : pr_fail_nomem(err);
}

int pr_kube_pod_load(struct pr_kube_cluster *cluster, const char *folder, struct pr_err *err)
{
	PR_AUTO(free) char *token = NULL;
	int rc = set_address(cluster, err);

	if (rc)
		return rc;
	cluster->token_file = pr_file_join(folder, "token");
	if (!cluster->token_file)
		return pr_fail_nomem(err);
	rc = pr_kube_token_read(cluster->token_file, &token, err);
	rc = rc ? rc : read_text(folder, "ca.crt", &cluster->ca, err);
	if (rc)
		return pr_wrap(err,
			"this pod has no account to use (is automountServiceAccountToken false?)");
	if (read_text(folder, "namespace", &cluster->space, NULL))
		cluster->space = NULL;
	return 0;
}
