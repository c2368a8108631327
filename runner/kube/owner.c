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
 * Whether a set of fields has all the leaves of ours. "." only marks that a map or an item is
 * there, and an empty set stands for all below it. What the server sent is as deep as an answer may
 * be, which is bounded.
 */
static bool covers(const json_t *theirs, const json_t *ours)
{
	const char *key;
	json_t *inner;

	json_object_foreach (pr_json_mutable(ours), key, inner) {
		const json_t *other = json_object_get(theirs, key);

		if (pr_text_eq(key, "."))
			continue;
		if (!other || (json_object_size(other) && !covers(other, inner)))
			return false;
	}
	return true;
}

/* Whether two sets have a leaf in common. */
static bool overlaps(const json_t *theirs, const json_t *ours)
{
	const char *key;
	json_t *inner;

	json_object_foreach (pr_json_mutable(ours), key, inner) {
		const json_t *other = json_object_get(theirs, key);
		bool leaf = !json_object_size(inner) || !json_object_size(other);

		if (other && !pr_text_eq(key, ".") && (leaf || overlaps(other, inner)))
			return true;
	}
	return false;
}

/* Whether an entry is of somebody who created the object, or who declares all that we do. */
static bool is_owners(const json_t *entry, const json_t *ours, const char *created)
{
	const json_t *their_fields = pr_json_object(entry, "fieldsV1");
	const json_t *our_fields = pr_json_object(ours, "fieldsV1");

	if (covers(their_fields, our_fields))
		return true;
	return created && pr_text_eq(pr_json_str(entry, "time"), created) &&
	       overlaps(their_fields, our_fields);
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
	const char *created = pr_kube_meta(object, "creationTimestamp");
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
		if (entry == ours || !counts(entry) || !is_owners(entry, ours, created))
			continue;
		pr_text_print(why, PR_KUBE_OWNER_SIZE, "'%s' declares it too", name_of(entry));
		return false;
	}
	return true;
}

bool pr_kube_is_shared(const json_t *object)
{
	const json_t *entries = pr_json_array(pr_json_object(object, "metadata"), "managedFields");
	size_t i;
	json_t *entry;

	json_array_foreach (pr_json_mutable(entries), i, entry)
		if (counts(entry) && !is_our_entry(entry))
			return true;
	return of_helm(object) != NULL;
}
