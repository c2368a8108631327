#ifndef PR_KUBE_JOB_VIEW_H
#define PR_KUBE_JOB_VIEW_H

/* A Job and its pod as the cluster shows them, looked at again and again. */

#include "base/err.h"
#include "kube/client.h"
#include "kube/job_outcome.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_kube_view {
	struct pr_kube_client *client; /* borrowed, as are the names */
	const char *space;
	const char *name;
	char uid[64]; /* "" until the first look: another Job of that name is not this one */
	json_t *job;  /* owned; NULL: it is not there */
	json_t *pod;  /* owned; the newest that was seen, kept when it is gone */
	bool pod_gone;
	bool interrupted; /* while it was asked why the plan does not start */
};

/* Frees the contents. */
void pr_kube_view_release(struct pr_kube_view *view);

/*
 * Looks at both. A Job that is not there (any more) is no failure: `job` is NULL then. What cannot
 * be asked leaves everything as it was: codes of pr_kube_call.
 */
int pr_kube_view_look(struct pr_kube_view *view, struct pr_err *err);

/*
 * Why the plan does not start: from the Job, its pod, or the last warning that the cluster wrote of
 * the Job. False when nothing is known. Events that may not be read are left out; a loop that was
 * stopped meanwhile shows in `interrupted`.
 */
bool pr_kube_view_is_stuck(struct pr_kube_view *view, struct pr_kube_reason *reason);

#endif
