#include "kube/job_view.h"

#include "base/text.h"
#include "codec/json.h"
#include "kube/resource.h"

#include <string.h>

void pr_kube_view_release(struct pr_kube_view *view)
{
	json_decref(view->job);
	json_decref(view->pod);
	view->job = NULL;
	view->pod = NULL;
}

/* GET of `path`, which is freed; NULL as path: memory is out. */
static int get(struct pr_kube_client *client, char *path, struct pr_kube_result *result,
	struct pr_err *err)
{
	PR_AUTO(free) char *owned = path;
	struct pr_kube_request request = {.method = "GET", .path = owned, .repeatable = true};

	return owned ? pr_kube_call(client, &request, result, err) : pr_fail_nomem(err);
}

static void replace(json_t **place, json_t *value)
{
	json_decref(*place);
	*place = value;
}

static int look_job(struct pr_kube_view *view, struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	const char *uid;
	int rc = get(view->client, pr_kube_path("Job", view->space, view->name), &result, err);

	if (rc && pr_kube_is_absent(&result)) {
		pr_err_clear(err);
		replace(&view->job, NULL);
		return 0;
	}
	if (rc)
		return rc;
	uid = pr_kube_meta(result.body, "uid");
	if (!uid)
		return pr_fail(err, PR_EPROTO, "the API server answered no Job");
	if (!*view->uid)
		pr_text_copy(view->uid, sizeof(view->uid), uid);
	replace(&view->job, pr_text_eq(view->uid, uid) ? pr_steal(result.body) : NULL);
	return 0;
}

/* Events that come again keep their creation and move their last time. */
static const char *time_of(const json_t *object)
{
	const char *last = pr_json_str(object, "lastTimestamp");

	return last ? last : pr_kube_meta(object, "creationTimestamp");
}

/* The latest of a list; times of equal form are in the order of their text. */
static json_t *newest(const json_t *list)
{
	json_t *last = NULL;
	size_t i;
	json_t *one;

	json_array_foreach (pr_json_mutable(pr_json_array(list, "items")), i, one) {
		const char *then = time_of(last);
		const char *now = time_of(one);

		if (!last || (then && now && strcmp(now, then) >= 0))
			last = one;
	}
	return last;
}

/* `collection?<selector>=<key><uid>` */
static char *selected(char *collection, const char *query, const char *uid)
{
	PR_AUTO(free) char *owned = collection;

	return owned ? pr_text_format("%s?%s%s", owned, query, uid) : NULL;
}

static int look_pod(struct pr_kube_view *view, struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	json_t *pod;
	int rc = get(view->client,
		selected(pr_kube_path("Pod", view->space, NULL),
			"labelSelector=batch.kubernetes.io%2Fcontroller-uid%3D", view->uid),
		&result, err);

	if (rc)
		return rc;
	pod = newest(result.body);
	view->pod_gone = view->pod && !pod;
	if (pod)
		replace(&view->pod, json_incref(pod));
	return 0;
}

int pr_kube_view_look(struct pr_kube_view *view, struct pr_err *err)
{
	int rc = look_job(view, err);

	return rc || !*view->uid ? rc : look_pod(view, err);
}

/* By uid: names come back. */
static bool last_warning(struct pr_kube_view *view, struct pr_kube_reason *reason)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	const json_t *event;
	int rc = get(view->client,
		selected(pr_kube_path("Event", view->space, NULL),
			"fieldSelector=type%3DWarning%2CinvolvedObject.uid%3D", view->uid),
		&result, NULL);

	view->interrupted = rc == PR_ECANCELED;
	if (rc)
		return false;
	event = newest(result.body);
	if (!pr_json_str(event, "reason") || !pr_json_str(event, "message"))
		return false;
	pr_text_copy(reason->name, sizeof(reason->name), pr_json_str(event, "reason"));
	pr_text_copy(reason->text, sizeof(reason->text), pr_json_str(event, "message"));
	reason->meant = false;
	return true;
}

bool pr_kube_view_is_stuck(struct pr_kube_view *view, struct pr_kube_reason *reason)
{
	if (!view->job || pr_kube_job_is_over(view->job))
		return false;
	if (pr_text_eq(pr_kube_job_state(view->job), "suspended")) {
		*reason = (struct pr_kube_reason){
			.name = "Suspended", .text = "nothing is started", .meant = true};
		return true;
	}
	return view->pod ? pr_kube_pod_is_stuck(view->pod, reason) : last_warning(view, reason);
}
