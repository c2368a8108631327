#include "kube/plan_jobs.h"

#include "base/text.h"
#include "codec/json.h"
#include "kube/resource.h"

#include <string.h>

#define HASH_DIGITS 8

/* Whether `name` is `base`-<8 hex digits>. */
static bool is_hashed(const char *name, const char *base)
{
	size_t n = strlen(base);

	return pr_text_starts(name, base) && name[n] == '-' &&
	       strspn(name + n + 1, "0123456789abcdef") == HASH_DIGITS &&
	       name[n + 1 + HASH_DIGITS] == '\0';
}

static bool is_made_by(const json_t *job, const char *cron_job)
{
	const json_t *owners = pr_json_array(pr_json_object(job, "metadata"), "ownerReferences");
	size_t i;
	json_t *owner;

	json_array_foreach (pr_json_mutable(owners), i, owner)
		if (pr_text_eq(pr_json_str(owner, "kind"), "CronJob") &&
			pr_text_eq(pr_json_str(owner, "name"), cron_job))
			return true;
	return false;
}

static bool fits(const json_t *job, const struct pr_kube_jobs_choice *choice)
{
	const char *name = pr_kube_meta(job, "name");

	if (!name || (choice->job && strcmp(name, choice->job) != 0))
		return false;
	return !choice->name || pr_text_eq(name, choice->name) || is_hashed(name, choice->name) ||
	       is_made_by(job, choice->name);
}

const json_t *pr_kube_jobs_pick(const json_t *list, const struct pr_kube_jobs_choice *choice)
{
	const json_t *last = NULL;
	size_t i;
	json_t *job;

	json_array_foreach (pr_json_mutable(pr_json_array(list, "items")), i, job) {
		const char *then = pr_kube_meta(last, "creationTimestamp");
		const char *now = pr_kube_meta(job, "creationTimestamp");

		if (fits(job, choice) && (!last || (then && now && strcmp(now, then) >= 0)))
			last = job;
	}
	return last;
}

static int list(struct pr_kube_client *client, char *collection, const char *plan,
	struct pr_kube_result *result, struct pr_err *err)
{
	PR_AUTO(free) char *owned = collection;
	PR_AUTO(free) char *path =
		owned ? pr_text_format("%s?labelSelector=reliably.com%%2Fplan%%3D%s", owned, plan)
		      : NULL;
	struct pr_kube_request request = {.method = "GET", .path = path, .repeatable = true};

	int rc = path ? pr_kube_call(client, &request, result, err) : pr_fail_nomem(err);

	if (!rc && !pr_json_array(result->body, "items"))
		return pr_fail(err, PR_EPROTO, "the API server answered no list of Jobs");
	return rc;
}

static const char *or_unknown(const char *text)
{
	return text ? text : "?";
}

/* Why there is none, as far as that can be asked. */
static int none(struct pr_kube_client *client, const char *space, const char *plan,
	const struct pr_kube_jobs_choice *choice, struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	const char *name = choice->job ? choice->job : choice->name;
	const json_t *cron = NULL;

	if (list(client, pr_kube_path("CronJob", space, NULL), plan, &result, NULL) == 0)
		cron = json_array_get(pr_json_array(result.body, "items"), 0);
	if (cron && !name)
		return pr_fail(err, PR_ENOTFOUND,
			"the plan has no Job in the namespace '%s': its CronJob '%s' (%s) has not "
			"fired, or its Jobs are gone",
			space, or_unknown(pr_kube_meta(cron, "name")),
			or_unknown(pr_json_str(pr_json_object(cron, "spec"), "schedule")));
	return pr_fail(err, PR_ENOTFOUND, "the plan has no Job%s%s%s in the namespace '%s'",
		name ? " '" : "", name ? name : "", name ? "'" : "", space);
}

int pr_kube_jobs_newest(struct pr_kube_client *client, const char *space, const char *plan,
	const struct pr_kube_jobs_choice *choice, json_t **ret_job, struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	const json_t *job;
	int rc = list(client, pr_kube_path("Job", space, NULL), plan, &result, err);

	if (rc)
		return rc;
	job = pr_kube_jobs_pick(result.body, choice);
	if (!job)
		return none(client, space, plan, choice, err);
	*ret_job = json_incref(pr_json_mutable(job));
	return 0;
}
