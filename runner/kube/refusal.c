#include "kube/refusal.h"

#include "base/text.h"
#include "codec/json.h"
#include "kube/owner.h"
#include "kube/resource.h"

#include <stdbool.h>
#include <string.h>

static const char *remedy_of(const json_t *object)
{
	return pr_text_eq(pr_json_str(object, "kind"), "ServiceAccount")
		       ? "leave --create-service-account out to use it as it is"
		       : "choose another --name";
}

int pr_kube_refuse_found(const json_t *found, struct pr_err *err)
{
	char title[PR_KUBE_TITLE_SIZE];
	char why[PR_KUBE_OWNER_SIZE];

	pr_kube_title(found, title);
	if (!pr_kube_is_ours(found, why))
		return pr_fail(err, PR_EINVAL, "%s exists and is not ours to change, %s: %s", title,
			why, remedy_of(found));
	if (pr_kube_meta(found, "deletionTimestamp"))
		return pr_fail(err, PR_EINVAL,
			"%s is being deleted: wait until it is gone, then apply again", title);
	return 0;
}

/* Whether a cause is that a field of the spec cannot change once it is set. */
static bool is_immutable(const json_t *status)
{
	const json_t *causes = pr_json_array(pr_json_object(status, "details"), "causes");
	size_t i;
	json_t *cause;

	json_array_foreach (pr_json_mutable(causes), i, cause) {
		const char *message = pr_json_str(cause, "message");
		const char *field = pr_json_str(cause, "field");

		if (message && strstr(message, "immutable") && field &&
			pr_text_starts(field, "spec"))
			return true;
	}
	return false;
}

int pr_kube_refuse_answer(
	const json_t *wanted, const struct pr_kube_result *result, struct pr_err *err)
{
	const char *said = pr_json_str(result->body, "message");
	char title[PR_KUBE_TITLE_SIZE];

	pr_kube_title(wanted, title);
	if (result->status == 422 && is_immutable(result->body)) {
		pr_err_clear(err);
		return pr_fail(err, PR_EINVAL,
			"%s exists with another spec, which cannot be changed: delete it, or "
			"choose another --name",
			title);
	}
	if (result->status == 409 && said) {
		pr_err_clear(err);
		return pr_fail(err, PR_EINVAL,
			"%s was changed by others, undo that or delete it to apply it anew: %s",
			title, said);
	}
	return pr_wrap(err, "%s", title);
}
