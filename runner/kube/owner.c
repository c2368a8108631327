#include "kube/owner.h"

#include "base/text.h"
#include "codec/json.h"
#include "kube/resource.h"

static const char *of_helm(const json_t *object)
{
	const json_t *meta = pr_json_object(object, "metadata");
	const char *manager =
		pr_json_str(pr_json_object(meta, "labels"), "app.kubernetes.io/managed-by");
	const char *release =
		pr_json_str(pr_json_object(meta, "annotations"), "meta.helm.sh/release-name");

	if (release)
		return release;
	return pr_text_eq(manager, "Helm") ? "?" : NULL;
}

/* Entries of a subresource (the status) say nothing of who made the object. */
static bool counts(const json_t *entry)
{
	const char *part = pr_json_str(entry, "subresource");

	return !part || !*part;
}

static bool is_our_entry(const json_t *entry)
{
	return counts(entry) && pr_text_eq(pr_json_str(entry, "manager"), PR_KUBE_MANAGER) &&
	       pr_text_eq(pr_json_str(entry, "operation"), "Apply");
}

/*
 * Whether two sets of fields have a leaf in common. "." only marks that a map or an item is there.
 * What the server sent is as deep as an answer may be, which is bounded.
 */
static bool overlap(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *inner;

	json_object_foreach (pr_json_mutable(a), key, inner) {
		const json_t *other = json_object_get(b, key);
		bool leaf = json_object_size(inner) == 0 || json_object_size(other) == 0;

		if (other && !pr_text_eq(key, ".") && (leaf || overlap(inner, other)))
			return true;
	}
	return false;
}

static const char *name_of(const json_t *entry)
{
	const char *manager = pr_json_str(entry, "manager");

	return manager && *manager ? manager : "somebody else";
}

bool pr_kube_is_ours(const json_t *object, char why[PR_KUBE_OWNER_SIZE])
{
	const char *release = of_helm(object);
	const json_t *entries = pr_json_array(pr_json_object(object, "metadata"), "managedFields");
	const json_t *ours = NULL;
	const json_t *first = NULL;
	size_t i;
	json_t *entry;

	if (release) {
		pr_text_print(
			why, PR_KUBE_OWNER_SIZE, "it belongs to the Helm release '%s'", release);
		return false;
	}
	json_array_foreach (pr_json_mutable(entries), i, entry) {
		if (is_our_entry(entry))
			ours = entry;
		else if (!first && counts(entry))
			first = entry;
	}
	if (!ours) {
		pr_text_print(why, PR_KUBE_OWNER_SIZE, "it was created by '%s'", name_of(first));
		return false;
	}
	json_array_foreach (pr_json_mutable(entries), i, entry) {
		if (entry == ours || !counts(entry) ||
			!overlap(pr_json_object(ours, "fieldsV1"),
				pr_json_object(entry, "fieldsV1")))
			continue;
		pr_text_print(why, PR_KUBE_OWNER_SIZE, "'%s' declares it too", name_of(entry));
		return false;
	}
	return true;
}
