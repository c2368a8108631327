#include "kube/access.h"

#include "base/text.h"
#include "codec/json.h"

#include <string.h>

#define API "rbac.authorization.k8s.io"
#define NAME "abcdefghijklmnopqrstuvwxyz0123456789-"
#define PART_MAX 253

static int bad_rule(const char *text, struct pr_err *err)
{
	return pr_fail(err, PR_EINVAL,
		"'%.120s' allows nothing: write RESOURCE[.GROUP][/SUBRESOURCE][,…]:VERB[,…], "
		"such as pods:list,delete or deployments.apps/scale:patch",
		text);
}

/* One word of `n` bytes: a name, or "*". */
static bool is_word(const char *word, size_t n)
{
	return n && n <= PART_MAX && (strspn(word, NAME) >= n || (n == 1 && *word == '*'));
}

/* The words of a list with commas. PR_EINVAL without a message. */
static int add_verbs(json_t *verbs, const char *list)
{
	for (;;) {
		size_t n = strcspn(list, ",");

		if (!is_word(list, n))
			return PR_EINVAL;
		if (json_array_append_new(verbs, json_stringn(list, n)))
			return PR_ENOMEM;
		if (!list[n])
			return 0;
		list += n + 1;
	}
}

/* The rule of `rules` from `first` on that is for the group; made when there is none. Borrowed. */
static json_t *rule_of_group(
	json_t *rules, size_t first, const char *group, size_t n, json_t *verbs)
{
	json_t *rule;

	for (size_t i = first; i < json_array_size(rules); i++) {
		const json_t *groups;
		const char *known;

		rule = json_array_get(rules, i);
		groups = json_object_get(rule, "apiGroups");
		known = json_string_value(json_array_get(groups, 0));
		if (known && strlen(known) == n && memcmp(known, group, n) == 0)
			return rule;
	}
	rule = json_pack("{s:[s%], s:[], s:O}", "apiGroups", group, n, "resources", "verbs", verbs);
	return json_array_append_new(rules, rule) ? NULL : rule;
}

/* A resource of `n` bytes: name, group, subresource. */
static int add_resource(json_t *rules, size_t first, const char *text, size_t n, json_t *verbs)
{
	const char *slash = memchr(text, '/', n);
	size_t whole = slash ? (size_t)(slash - text) : n;
	const char *dot = memchr(text, '.', whole);
	size_t name = dot ? (size_t)(dot - text) : whole;
	size_t group = dot ? whole - name - 1 : 0;
	size_t sub = n - whole; /* with its slash */
	json_t *rule;

	if (!is_word(text, name) || (dot && (!group || strspn(dot + 1, NAME ".") < group)) ||
		(slash && !is_word(slash + 1, sub - 1)))
		return PR_EINVAL;
	rule = rule_of_group(rules, first, dot ? dot + 1 : "", group, verbs);
	return rule && json_array_append_new(json_object_get(rule, "resources"),
			       json_pack("s%+%", text, name, slash ? slash : "", sub)) == 0
		       ? 0
		       : PR_ENOMEM;
}

int pr_kube_rules_add(json_t *rules, const char *text, struct pr_err *err)
{
	const char *colon = strchr(text, ':');
	json_auto_t *verbs = json_array();
	size_t first = json_array_size(rules);
	int rc = colon ? add_verbs(verbs, colon + 1) : PR_EINVAL;

	while (!rc) {
		size_t n = strcspn(text, ",:");

		rc = add_resource(rules, first, text, n, verbs);
		if (text + n == colon)
			break;
		text += n + 1;
	}
	return rc == PR_EINVAL ? bad_rule(text, err) : rc ? pr_fail_nomem(err) : 0;
}

static char *role_name(const struct pr_kube_run *run, bool cluster)
{
	return cluster ? pr_text_format("%s-%s", run->space, run->name) : pr_text_dup(run->name);
}

/* The members that a role and a binding have in common. */
static int make(const struct pr_kube_run *run, bool cluster, const char *kind, json_t **ret_object,
	struct pr_err *err)
{
	PR_AUTO(free) char *name = role_name(run, cluster);
	json_t *labels = NULL;
	json_t *object;
	int rc = name ? pr_kube_labels(run, &labels, err) : pr_fail_nomem(err);

	if (rc)
		return rc;
	object = json_pack("{s:s, s:s++, s:{s:s, s:s*, s:o}}", "apiVersion", API "/v1", "kind",
		cluster ? "Cluster" : "", "Role", kind, "metadata", "name", name, "namespace",
		cluster ? NULL : run->space, "labels", labels);
	if (!object)
		return pr_fail_nomem(err);
	*ret_object = object;
	return 0;
}

int pr_kube_role(const struct pr_kube_run *run, bool cluster, json_t *rules, json_t **ret_object,
	struct pr_err *err)
{
	json_t *object = NULL;
	int rc = make(run, cluster, "", &object, err);

	if (!rc)
		rc = pr_json_set(object, "rules", pr_json_deep_copy(rules), err);
	if (rc)
		json_decref(object);
	else
		*ret_object = object;
	return rc;
}

int pr_kube_role_binding(
	const struct pr_kube_run *run, bool cluster, json_t **ret_object, struct pr_err *err)
{
	PR_AUTO(free) char *name = role_name(run, cluster);
	json_t *object = NULL;
	int rc = name ? make(run, cluster, "Binding", &object, err) : pr_fail_nomem(err);

	if (!rc)
		rc = pr_json_set(object, "roleRef",
			json_pack("{s:s, s:s, s:s}", "apiGroup", API, "kind",
				cluster ? "ClusterRole" : "Role", "name", name),
			err);
	if (!rc)
		rc = pr_json_set(object, "subjects",
			json_pack("[{s:s, s:s, s:s}]", "kind", "ServiceAccount", "name",
				run->service_account, "namespace", run->space),
			err);
	if (rc)
		json_decref(object);
	else
		*ret_object = object;
	return rc;
}
