#include "kube/resource.h"

#include "base/buf.h"
#include "base/text.h"
#include "codec/json.h"
#include "net/url.h"

#include <stdbool.h>
#include <string.h>

static const struct resource {
	const char *kind;
	const char *group; /* with its version */
	const char *plural;
	bool in_space;
} resources[] = {
	{"ClusterRole", "apis/rbac.authorization.k8s.io/v1", "clusterroles", false},
	{"ClusterRoleBinding", "apis/rbac.authorization.k8s.io/v1", "clusterrolebindings", false},
	{"CronJob", "apis/batch/v1", "cronjobs", true},
	{"Event", "api/v1", "events", true},
	{"Job", "apis/batch/v1", "jobs", true},
	{"Namespace", "api/v1", "namespaces", false},
	{"Pod", "api/v1", "pods", true},
	{"Role", "apis/rbac.authorization.k8s.io/v1", "roles", true},
	{"RoleBinding", "apis/rbac.authorization.k8s.io/v1", "rolebindings", true},
	{"Secret", "api/v1", "secrets", true},
	{"ServiceAccount", "api/v1", "serviceaccounts", true},
};

static const struct resource *find(const char *kind)
{
	for (size_t i = 0; i < PR_LEN(resources); i++)
		if (pr_text_eq(resources[i].kind, kind))
			return &resources[i];
	return NULL;
}

char *pr_kube_path(const char *kind, const char *space, const char *name)
{
	const struct resource *resource = find(kind);
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!resource)
		return NULL;
	pr_buf_addf(&path, "/%s/", resource->group);
	if (resource->in_space && space) {
		pr_buf_adds(&path, "namespaces/");
		pr_url_encode(space, strlen(space), &path);
		pr_buf_addc(&path, '/');
	}
	pr_buf_adds(&path, resource->plural);
	if (name) {
		pr_buf_addc(&path, '/');
		pr_url_encode(name, strlen(name), &path);
	}
	return pr_buf_take(&path);
}

const char *pr_kube_meta(const json_t *object, const char *key)
{
	return pr_json_str(pr_json_object(object, "metadata"), key);
}

char *pr_kube_path_of(const json_t *object)
{
	const char *name = pr_kube_meta(object, "name");

	return name ? pr_kube_path(
			      pr_json_str(object, "kind"), pr_kube_meta(object, "namespace"), name)
		    : NULL;
}

void pr_kube_title(const json_t *object, char title[PR_KUBE_TITLE_SIZE])
{
	const char *kind = pr_json_str(object, "kind");
	const char *space = pr_kube_meta(object, "namespace");
	const char *name = pr_kube_meta(object, "name");

	pr_text_print(title, PR_KUBE_TITLE_SIZE, "%s/%s%s%s", kind ? kind : "?", space ? space : "",
		space ? "/" : "", name ? name : "?");
}

bool pr_kube_is_absent(const struct pr_kube_result *result)
{
	return result->status == 404 && pr_text_eq(result->reason, "NotFound");
}
